//! Makes output the same on every run: what changes by itself becomes a placeholder of a fixed width.
//!
//! Ids, hashes and times are known by their form, word by word; paths and accounts by their value.

/// Returns `text` with every id, hash, port and time replaced.
pub(crate) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_alphanumeric() || "-_.:+".contains(character) {
            word.push(character);
            continue;
        }
        out.push_str(&placeholders(&word));
        word.clear();
        if character != '\0' {
            out.push(character);
        }
    }
    out
}

/// Words may be joined by `:` (ARNs), end a sentence, or hold an id after a dash (names that CloudFormation made).
fn placeholders(word: &str) -> String {
    if is_time(word) {
        return "2000-01-01T00:00:00Z".to_owned();
    }
    if is_clock(word) {
        return "00:00".to_owned();
    }
    let (core, end) = word.split_at(word.trim_end_matches(['.', ':']).len());
    let parts: Vec<String> = core.split(':').map(placeholder).collect();
    let mut joined = parts.join(":");
    if let Some((host, port)) = core.rsplit_once(':')
        && (host.ends_with("127.0.0.1") || host.ends_with("localhost"))
        && port.parse::<u16>().is_ok()
    {
        joined = format!("{host}:00000");
    }
    joined + end
}

fn placeholder(part: &str) -> String {
    if let Some(after) = ending_uuid(part) {
        return part[..after].to_owned() + "00000000-0000-0000-0000-000000000000";
    }
    if let Some((region, id)) = part.split_once('_')
        && id.len() == 9
        && region.matches('-').count() == 2
        && id.chars().all(|character| character.is_ascii_alphanumeric())
    {
        return format!("{region}_000000000");
    }
    let hex = |text: &str| text.chars().all(|character| character.is_ascii_hexdigit());
    let stem = part.split('.').next().unwrap_or(part);
    if stem.len() == 64 && hex(stem) {
        return part.replace(stem, &"0".repeat(64));
    }
    if let Some((name, suffix)) = part.rsplit_once('-')
        && (12..=13).contains(&suffix.len())
        && suffix.chars().any(|character| character.is_ascii_digit())
        && suffix
            .chars()
            .all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
    {
        return format!("{name}-{}", "0".repeat(12));
    }
    if is_duration(part) {
        return "0.0s".to_owned();
    }
    part.to_owned()
}

/// Whether a word is the minutes and seconds of a progress line.
fn is_clock(word: &str) -> bool {
    word.len() == 5
        && word.bytes().enumerate().all(|(index, byte)| {
            if index == 2 {
                byte == b':'
            } else {
                byte.is_ascii_digit()
            }
        })
}

/// Where the UUID at the end of a part begins.
fn ending_uuid(part: &str) -> Option<usize> {
    let start = part.len().checked_sub(36)?;
    let id = part.get(start..)?;
    let shape = id.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    shape.then_some(start)
}

fn is_duration(part: &str) -> bool {
    part.strip_suffix("ms")
        .or_else(|| part.strip_suffix('s'))
        .is_some_and(|number| number.contains('.') && number.parse::<f64>().is_ok())
}

/// `2026-11-21T20:48:16.807Z`, with or without a fraction.
fn is_time(word: &str) -> bool {
    let pattern = "0000-00-00T00:00:00";
    word.len() >= pattern.len()
        && word.bytes().zip(pattern.bytes()).all(|(byte, shape)| {
            if shape == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == shape
            }
        })
}
