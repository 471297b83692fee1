//! What ids of messages look like: they are logged, so nothing else may pass for one.

/// Whether `text` is a UUID: 36 characters, hexadecimal digits in groups of 8, 4, 4, 4 and 12.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether `id` has the form of an id that tells nothing: 16 to 64 letters, digits, `-` and `_`, a letter among them.
/// No number, address or code has it.
pub fn is_opaque_id(id: &str) -> bool {
    (16..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && id.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_what_belongs_to_a_user() {
        assert!(is_uuid("0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70"));
        for wrong in [
            "",
            "0e8d5b1c4f6a4c1e9b1a2d3c4b5a6f70",
            "+1202555-0173-0173-0173-120255501730",
            "a@acme.example",
        ] {
            assert!(!is_uuid(wrong), "{wrong}");
        }
        assert!(!is_uuid(&"z".repeat(36)));
        assert!(is_opaque_id("2250be2d4219-3af1-78856-aabe-1362af1edfd2") && is_opaque_id("0123456789abcdef"));
        for wrong in [
            "",
            "123456",
            "+12025550173",
            "1202555017312025550173",
            "a@acme.example.with.length",
        ] {
            assert!(!is_opaque_id(wrong), "{wrong}");
        }
    }
}
