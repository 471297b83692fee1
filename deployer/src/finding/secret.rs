//! Values that may be secrets: what a message and an excerpt of a file leave out.

/// Parts of the names of keys whose values are secrets, in small letters and without `-` and `_`.
const PARTS: [&str; 9] = [
    "accesskey",
    "apikey",
    "auth",
    "bearer",
    "credential",
    "passw",
    "privatekey",
    "secret",
    "token",
];

/// Whether the value of a key may be a secret. The last step of a path counts: `providers.twilio.secret`.
pub fn may_be_secret(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or(key);
    let letters = name.chars().filter(|each| !['-', '_', '"', '\''].contains(each));
    let name: String = letters.map(|each| each.to_ascii_lowercase()).collect();
    PARTS.iter().any(|part| name.contains(part))
}

/// Whether a value names a secret and is none.
pub fn names_a_secret(value: &str) -> bool {
    value.trim_start_matches(['"', '\'']).starts_with("arn:")
}

/// Returns a file's text in which every value that may be a secret is `*`; each byte keeps its place.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // While a value goes on over deeper lines: how deep its key is.
    let mut below: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let depth = line.len() - line.trim_start_matches([' ', '-']).len();
        let is_blank = line.trim().is_empty();
        if below.is_some_and(|key| is_blank || depth > key) {
            out.push_str(&stars(line));
            continue;
        }
        below = None;
        let mut rest = line;
        while let Some(colon) = rest.find(':') {
            let (before, after) = rest.split_at(colon + 1);
            out.push_str(before);
            rest = after;
            let end = before.trim_end_matches(':').trim_end();
            let is_part = |each: char| each.is_alphanumeric() || "_-.\"'".contains(each);
            let key = end
                .rfind(|each| !is_part(each))
                .map_or(end, |at| end.get(at + 1..).unwrap_or(end));
            if !may_be_secret(key) || !after.starts_with([' ', '\t', '\r', '\n']) {
                continue;
            }
            let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
            let (space, value) = after.split_at(blank);
            out.push_str(space);
            let (value, others) = value.split_at(length(value));
            if value.is_empty() || value.starts_with(['|', '>']) {
                below = Some(depth);
            }
            out.push_str(&if names_a_secret(value) {
                value.to_owned()
            } else {
                stars(value)
            });
            rest = others;
        }
        out.push_str(rest);
    }
    out
}

/// How long a value is, in bytes: to its closing quote, or to what ends a plain one.
fn length(text: &str) -> usize {
    let quoted = |quote: char| {
        text.strip_prefix(quote)
            .and_then(|rest| rest.find(quote))
            .map(|end| end + 2)
    };
    if let Some(end) = quoted('"').or_else(|| quoted('\'')) {
        return end;
    }
    // A list or a map of secrets ends with its bracket.
    if let Some(end) = text.starts_with(['[', '{']).then(|| text.find([']', '}'])).flatten() {
        return end + 1;
    }
    text.find([',', '}', ']', '\n', '\r']).unwrap_or(text.len())
}

fn stars(text: &str) -> String {
    let star = |byte: u8| {
        if byte.is_ascii_whitespace() {
            char::from(byte)
        } else {
            '*'
        }
    };
    text.bytes().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_may_be_secrets_are_masked_in_their_place() {
        for (text, shown) in [
            ("secret: SK012 # x\n", "secret: ***** * *\n"),
            (
                "p: {type: twilio, secret: \"SK, 1\", from: \"+1\"}",
                "p: {type: twilio, secret: **** **, from: \"+1\"}",
            ),
            (
                "api_key: 'a:b'\nregion: us-west-2\n",
                "api_key: *****\nregion: us-west-2\n",
            ),
            ("{\"authToken\": \"x\", \"a\": 1}", "{\"authToken\": ***, \"a\": 1}"),
            (
                "secret: |\n  SK012\n  more\nname: acme\n",
                "secret: *\n  *****\n  ****\nname: acme\n",
            ),
            (
                "a:\n  - password:\n      SK012\n  - b\n",
                "a:\n  - password:\n      *****\n  - b\n",
            ),
            ("secret: [SK1, SK2]\n", "secret: ***** ****\n"),
            ("secret: é\n", "secret: **\n"),
            (
                "secret: arn:aws:ssm:::parameter/a\n",
                "secret: arn:aws:ssm:::parameter/a\n",
            ),
            ("url: https://x/token:1\n", "url: https://x/token:1\n"),
            ("secretary-of: none\n", "secretary-of: ****\n"),
        ] {
            assert_eq!(masked(text), shown, "{text}");
            assert_eq!(masked(text).len(), text.len());
        }
    }

    #[test]
    fn names_of_keys_tell() {
        for key in [
            "secret",
            "providers.tw.secret_key",
            "API-Key",
            "auth_token",
            "\"password\"",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(may_be_secret(key), "{key}");
        }
        for key in ["name", "secrets.name", "from", "key.alias"] {
            assert!(!may_be_secret(key), "{key}");
        }
    }
}
