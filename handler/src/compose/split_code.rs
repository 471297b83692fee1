//! Codes whose digits stand apart: in boxes of their own, or in two groups.
//!
//! Spaces and tags may stand between the digits and nothing else, so that a reader sees every digit in order.
//! Temporary passwords and Cognito's placeholders stay whole: a password may be copied, and Cognito replaces a
//! placeholder only as it is.

use super::Form;

/// References that HTML shows as a space, or not at all.
const SPACES: [&str; 7] = ["&nbsp;", "&#160;", "&#xa0;", "&thinsp;", "&#8201;", "&ensp;", "&emsp;"];

/// Whether a filled text shows all digits of `code` in order, apart from each other or not.
pub(super) fn is_shown(text: &str, code: &str, form: Form) -> bool {
    let is_digits = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && joined(text, form).contains(code)
}

/// Returns a text without spaces, and without the tags and comments of HTML.
fn joined(text: &str, form: Form) -> String {
    let shown = match form {
        Form::Text => text.to_owned(),
        Form::Html => {
            let shown = without(&without(text, "<!--", "-->"), "<", ">");
            SPACES.iter().fold(shown, |shown, space| shown.replace(space, " "))
        }
    };
    shown.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Returns a text without what stands between `begin` and `end`; what does not end is not shown either.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut rest = text;
    let mut shown = String::with_capacity(text.len());
    while let Some((before, behind)) = rest.split_once(begin) {
        shown.push_str(before);
        rest = behind.split_once(end).map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_may_stand_apart_and_none_may_be_missing() {
        let boxes = "<table><tr>\n<td class=\"c\">1</td>\n<td>2</td><!-- 9 --><td>3</td><td>4</td></tr></table>";
        for (text, code, form, shown) in [
            ("Your code is 12 34.", "1234", Form::Text, true),
            ("1\n2\n3\u{a0}4", "1234", Form::Text, true),
            (boxes, "1234", Form::Html, true),
            ("<b>12</b>&nbsp;<b>34</b>", "1234", Form::Html, true),
            ("12-34", "1234", Form::Text, false),
            ("12 4", "1234", Form::Text, false),
            ("4 3 2 1", "1234", Form::Text, false),
            (boxes, "1234", Form::Text, false),
            ("<td>1</td><td>2</td><td>4</td>", "1234", Form::Html, false),
            ("12<!-- 34 -->", "1234", Form::Html, false),
            ("<a title=\"1234\">code</a>", "1234", Form::Html, false),
            // Passwords and placeholders stay whole.
            ("a B 3 $", "aB3$", Form::Text, false),
            ("{ # # # # }", "{####}", Form::Text, false),
            ("", "", Form::Text, false),
        ] {
            assert_eq!(is_shown(text, code, form), shown, "{text}");
        }
    }
}
