//! What a template may not say, since it would grow a text without end.
//!
//! The engine limits steps and not bytes, and 40 steps that each double a text make a terabyte. A text can only double
//! where one that was made before is used twice to make the next, so what binds a name (`set`, `with`, `for`) may not
//! put texts together, and nothing may repeat one. What is written piece by piece is counted while it is written.

/// The largest file: mail programs cut an e-mail off at about 100 KiB.
const LARGEST_FILE: usize = 128 * 1024;

/// The most that a text may write, with all that it writes into variables first.
pub(super) const LARGEST_TEXT: usize = 1024 * 1024;

/// Why a text is not filled: what would be cut leads nowhere, and what would be left out may change the meaning.
pub(super) const TOO_LONG: &str = "it uses a value that is longer than texts may show";

/// The most that plain parts of templates may add up to when each step writes the longest.
const PLAIN: usize = 32 * 1024 * 1024;

/// The steps that each text has whatever it holds.
const FEWEST_STEPS: usize = 500;

/// Something that a template may not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unbounded {
    /// The line, from 1.
    pub(super) line: usize,
    /// What and why.
    pub(super) what: &'static str,
}

/// Returns how many steps of at most `most` the texts in `files` may take, so that loops over plain parts end.
pub(super) fn steps<'a>(files: impl Iterator<Item = &'a str>, most: u64) -> u64 {
    let plain = files
        .flat_map(|text| text.split("{%"))
        .flat_map(|part| part.split("{{"));
    let longest = plain.map(str::len).max().unwrap_or_default();
    let steps = PLAIN.checked_div(longest).unwrap_or(usize::MAX).max(FEWEST_STEPS);
    u64::try_from(steps).unwrap_or(most).min(most)
}

/// Finds the first thing that could grow a text without end.
pub(super) fn check(source: &str) -> Result<(), Unbounded> {
    if source.len() > LARGEST_FILE {
        let what = "it is larger than 128 KiB, which mail programs do not show";
        return Err(Unbounded { line: 1, what });
    }
    let mut scanner = Scanner { source, at: 0 };
    while let Some(kind) = scanner.next_tag() {
        let begin = scanner.at;
        let checked = match kind {
            Kind::Remark => {
                scanner.skip_past("#}");
                Ok(())
            }
            Kind::Expression => scanner.tag("}}"),
            Kind::Statement => scanner.tag("%}"),
        };
        if let Err(what) = checked {
            let line = source.get(..scanner.at).unwrap_or(source).matches('\n').count() + 1;
            return Err(Unbounded { line, what });
        }
        let content = source.get(begin..scanner.at).unwrap_or_default();
        if kind == Kind::Statement && content.trim_matches(|c: char| "-+%} \t\r\n".contains(c)) == "raw" {
            scanner.skip_raw();
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Remark,
    Expression,
    Statement,
}

/// What a tag does with a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    None,
    Set,
    With,
    /// Before its `in`.
    For,
    /// Behind its `in`.
    ForIn,
}

const REPEATS: &str = "`*` repeats a text without end: write it out";
const JOINS: &str =
    "a `set`, `with` or `for` that puts texts together can grow without end: write them beside each other instead";

/// Reads a template's tags as the engine does: strings, brackets, remarks and raw parts.
struct Scanner<'a> {
    source: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn skip_past(&mut self, end: &str) {
        self.at += self
            .rest()
            .find(end)
            .map_or(self.rest().len(), |found| found + end.len());
    }

    /// Goes behind the beginning of the next tag.
    fn next_tag(&mut self) -> Option<Kind> {
        loop {
            self.at += self.rest().find('{')?;
            let kind = match self.rest().as_bytes().get(1) {
                Some(b'#') => Some(Kind::Remark),
                Some(b'{') => Some(Kind::Expression),
                Some(b'%') => Some(Kind::Statement),
                _ => None,
            };
            self.at += if kind.is_some() { 2 } else { 1 };
            if kind.is_some() {
                return kind;
            }
        }
    }

    /// Goes behind the end of raw text, in which nothing is a tag.
    fn skip_raw(&mut self) {
        while let Some(found) = self.rest().find("{%") {
            self.at += found + 2;
            let rest = self.rest().trim_start_matches(['-', '+']).trim_start();
            if rest.starts_with("endraw") {
                return self.skip_past("%}");
            }
        }
        self.at = self.source.len();
    }

    /// Goes behind the tag's end, and says what it may not hold.
    fn tag(&mut self, end: &str) -> Result<(), &'static str> {
        let mut binding = Binding::None;
        let mut word = String::new();
        let mut first = true;
        let (mut brackets, mut braces) = (0_u32, 0_u32);
        // Whether a bracket here would be behind a value, of which it takes a member.
        let mut behind_value = false;
        loop {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else { return Ok(()) };
            let ends = braces == 0 && rest.trim_start_matches(['-', '+']).starts_with(end) && rest.find(end) <= Some(1);
            if next.is_alphanumeric() || next == '_' {
                word.push(next);
                self.at += next.len_utf8();
                behind_value = true;
                continue;
            }
            if !word.is_empty() {
                binding = match (first, word.as_str(), binding) {
                    (true, "set", _) => Binding::Set,
                    (true, "with", _) => Binding::With,
                    (true, "for", _) => Binding::For,
                    (_, "in", Binding::For) => Binding::ForIn,
                    (_, _, binding) => binding,
                };
                behind_value = !["in", "if", "else", "and", "or", "not", "is"].contains(&word.as_str());
                first = false;
                word.clear();
            }
            if ends {
                self.skip_past(end);
                return Ok(());
            }
            self.at += next.len_utf8();
            if next.is_whitespace() {
                continue;
            }
            let binds = !matches!(binding, Binding::None | Binding::For);
            match next {
                '"' | '\'' => self.string(next),
                '*' => return Err(REPEATS),
                '~' | '{' if binds => return Err(JOINS),
                // A sign in `{%+` or `+%}` is for the space around.
                '+' if binds && !first => return Err(JOINS),
                ',' if binding == Binding::Set || binding == Binding::ForIn && brackets != 1 => return Err(JOINS),
                ',' if binding == Binding::With && brackets > 0 => return Err(JOINS),
                '[' if !behind_value && matches!(binding, Binding::Set | Binding::With) => return Err(JOINS),
                '[' | '(' => brackets += 1,
                ']' | ')' => brackets = brackets.saturating_sub(1),
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                _ => {}
            }
            behind_value = matches!(next, '"' | '\'' | ']' | ')' | '}');
        }
    }

    /// Goes behind the end of a string that began with `quote`.
    fn string(&mut self, quote: char) {
        let mut escaped = false;
        let end = self.rest().char_indices().find(|(_, character)| {
            let ends = !escaped && *character == quote;
            escaped = !escaped && *character == '\\';
            ends
        });
        self.at = end.map_or(self.source.len(), |(position, _)| self.at + position + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_doubles_a_text_is_found_with_its_line() {
        for (source, line, what) in [
            ("{% set x = x ~ x %}", 1, JOINS),
            ("a\n{%- set x = x~x -%}", 2, JOINS),
            ("{% set x = code + code %}", 1, JOINS),
            ("{% set x = [x, x] %}", 1, JOINS),
            ("{% set x = (x, x) %}", 1, JOINS),
            ("{% set x = x, x %}", 1, JOINS),
            ("{% set x = {1: x, 2: x} %}", 1, JOINS),
            ("{% set x = code if [x] else 1 %}", 1, JOINS),
            ("{% with x = x ~ x %}{% endwith %}", 1, JOINS),
            ("{% with x = (x, x) %}{% endwith %}", 1, JOINS),
            ("{% for x in [x ~ x] %}{% endfor %}", 1, JOINS),
            ("{% for x in [[x, x]] %}{% endfor %}", 1, JOINS),
            ("{% for x in [x, x], [x, x] %}{% endfor %}", 1, JOINS),
            ("{{ \"a\" * 100000 }}", 1, REPEATS),
            ("{{ {\"a\": {}}\n * 2 }}", 2, REPEATS),
            ("{% if 2 ** 3 %}{% endif %}", 1, REPEATS),
            ("{% for x in [0] * 1000 %}{% endfor %}", 1, REPEATS),
            ("{% raw %}{{ \" {% endraw %}{% set x = x ~ x %}", 1, JOINS),
            ("{# {{ \" #}{% set x = x ~ x %}", 1, JOINS),
            ("{{ \"\\\"{% \" }}{% set x = x ~ x %}", 1, JOINS),
            ("{{ '%}' }}{% set x = x ~ x %}", 1, JOINS),
        ] {
            assert_eq!(check(source), Err(Unbounded { line, what }), "{source}");
        }
        assert!(check(&"x".repeat(LARGEST_FILE + 1)).is_err());
    }

    #[test]
    fn what_texts_are_made_of_passes() {
        for source in [
            "",
            "{",
            "2 * 2 ~ {x}",
            "{{ code ~ \" * \" ~ user_name }}",
            "{%+ set x = code +%}{%- set y -%}{{ x }}{{ x }}{% endset %}",
            "{% set x = attributes.name[:5] %}{% set y = client_metadata[\"a, b\"] | upper %}",
            "{% with a = 1, b = code %}{% endwith %}",
            "{% for a in [1, 2, code] %}{{ a }}{% endfor %}",
            "{% for a, b in attributes %}{% endfor %}",
            "{% for a, b in [[user_name]] %}{% endfor %}",
            "{% if purpose in [\"SignUp\", \"ResendCode\"] %}{% endif %}",
            "{% raw %}{% set x = x ~ x %}{{ a * b }}{% endraw %}",
            "{# {% set x = x ~ x %} #}",
            "{% include [client_metadata.brand, user_name] %}",
        ] {
            assert_eq!(check(source), Ok(()), "{source}");
        }
    }
}
