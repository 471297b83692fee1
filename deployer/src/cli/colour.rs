//! The colour of what a line says. A line says it in words or signs too: no meaning is in the colour alone.
//!
//! Red stops or goes away, yellow is worth a look or changes, green is well or new, cyan is what to do next.

/// An escape sequence that begins a colour.
type Colour = &'static str;

const RED: Colour = "\u{1b}[31m";
const BOLD_RED: Colour = "\u{1b}[1;31m";
const YELLOW: Colour = "\u{1b}[33m";
const GREEN: Colour = "\u{1b}[32m";
const CYAN: Colour = "\u{1b}[36m";
const BOLD: Colour = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// What a line starts with, and its colour: verdicts, findings, and the signs of a plan's resources.
const STARTS: [(&str, Colour); 11] = [
    ("error:", BOLD_RED),
    ("  stop ", BOLD_RED),
    ("  warning ", YELLOW),
    ("  fail ", BOLD_RED),
    ("  warn ", YELLOW),
    ("  ok ", GREEN),
    ("  + ", GREEN),
    ("  ~ ", YELLOW),
    ("  ± ", RED),
    ("  - ", RED),
    ("  acknowledged ", YELLOW),
];

/// What may stand after any indentation.
const LABELS: [(&str, Colour); 5] = [
    ("hint:", CYAN),
    ("next:", CYAN),
    ("next  ", CYAN),
    ("changed outside CloudFormation:", YELLOW),
    ("not applied yet:", YELLOW),
];

/// The lines of a text that was taken out or put in: these signs stand where a path would.
const TEXTS: [(&str, Colour); 2] = [("      + ", GREEN), ("      - ", RED)];

/// Gives a line the colour of what it says.
pub(super) fn coloured(line: &str) -> String {
    let starting = |starts: &[(&'static str, Colour)], line: &str| {
        let found = starts.iter().find(|(start, _)| line.starts_with(start));
        found.copied()
    };
    if let Some((start, colour)) = starting(&STARTS, line) {
        return painted(colour, start, line.get(start.len()..).unwrap_or_default());
    }
    if let Some((_, colour)) = starting(&TEXTS, line) {
        return painted(colour, line, "");
    }
    let (indent, said) = line.split_at(line.len() - line.trim_start().len());
    if let Some((label, colour)) = starting(&LABELS, said).filter(|_| !indent.is_empty()) {
        let rest = said.get(label.len()..).unwrap_or_default();
        return format!("{indent}{}", painted(colour, label, rest));
    }
    if indent.is_empty() {
        return heading(line).unwrap_or_else(|| line.to_owned());
    }
    // The ending of a progress line: AWS's status in capital letters.
    let ending = line
        .rsplit_once(' ')
        .and_then(|(before, word)| Some((before, word, status(word)?)));
    ending.map_or_else(
        || line.to_owned(),
        |(before, word, colour)| format!("{before} {}", painted(colour, word, "")),
    )
}

/// A line over what follows, `acme in us-west-2`, and what `status` says after it.
fn heading(line: &str) -> Option<String> {
    let (name, place) = line.split_once(" in ")?;
    let (region, rest) = place.split_at(place.find([':', ' ']).unwrap_or(place.len()));
    let is_region = region.split('-').count() >= 3
        && region
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_region || name.contains([':', ',']) {
        return None;
    }
    let bold = painted(BOLD, &format!("{name} in {region}"), "");
    let said = rest
        .strip_prefix(": ")
        .map(|said| said.split_at(said.find(' ').unwrap_or(said.len())));
    Some(match said {
        Some((word, after)) if status(word).is_some() => {
            format!("{bold}: {}", painted(status(word).unwrap_or(PLAIN), word, after))
        }
        _ => format!("{bold}{rest}"),
    })
}

/// The colour of a status of AWS, such as `UPDATE_COMPLETE`; none where nothing is decided.
fn status(word: &str) -> Option<Colour> {
    if word.ends_with("_FAILED") {
        Some(BOLD_RED)
    } else if word.ends_with("ROLLBACK_COMPLETE") {
        // It ended, and not as somebody wanted it.
        Some(YELLOW)
    } else if word.ends_with("_COMPLETE") {
        Some(GREEN)
    } else {
        None
    }
}

/// The first part in a colour; white space around it stays without.
fn painted(colour: Colour, text: &str, rest: &str) -> String {
    let (indent, text) = text.split_at(text.len() - text.trim_start().len());
    let (text, space) = text.split_at(text.trim_end().len());
    format!("{indent}{colour}{text}{PLAIN}{space}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_colour_of_what_it_says() {
        let names = [
            (BOLD_RED, "<red!>"),
            (RED, "<red>"),
            (YELLOW, "<yellow>"),
            (GREEN, "<green>"),
            (CYAN, "<cyan>"),
            (BOLD, "<bold>"),
            (PLAIN, "</>"),
        ];
        for (line, expected) in [
            ("error: no", "<red!>error:</> no"),
            ("  stop [key-swapped] Key: it", "  <red!>stop</> [key-swapped] Key: it"),
            ("  ok    alarms  none rings", "  <green>ok</>    alarms  none rings"),
            ("  warn  grant   not there", "  <yellow>warn</>  grant   not there"),
            ("  + AWS::KMS::Key  Key", "  <green>+</> AWS::KMS::Key  Key"),
            ("  - AWS::KMS::Key  Key", "  <red>-</> AWS::KMS::Key  Key"),
            ("      +     - DE", "      <green>+     - DE</>"),
            ("      MemorySize: 256 → 512", "      MemorySize: 256 → 512"),
            ("        next: deployer diff", "        <cyan>next:</> deployer diff"),
            ("next: deployer diff", "next: deployer diff"),
            ("acme in us-west-2", "<bold>acme in us-west-2</>"),
            (
                "acme in us-west-2: CREATE_COMPLETE since noon",
                "<bold>acme in us-west-2</>: <green>CREATE_COMPLETE</> since noon",
            ),
            ("acme in us-west-2: valid", "<bold>acme in us-west-2</>: valid"),
            ("  00:05  Key  CREATE_FAILED", "  00:05  Key  <red!>CREATE_FAILED</>"),
            (
                "  00:05  acme  UPDATE_ROLLBACK_COMPLETE",
                "  00:05  acme  <yellow>UPDATE_ROLLBACK_COMPLETE</>",
            ),
            ("  00:05  Key  CREATE_IN_PROGRESS", "  00:05  Key  CREATE_IN_PROGRESS"),
            ("nothing was changed in the pool", "nothing was changed in the pool"),
            ("", ""),
        ] {
            let shown = coloured(line);
            assert_eq!(
                names
                    .iter()
                    .fold(shown, |shown, (code, name)| shown.replace(code, name)),
                expected
            );
        }
    }

    #[test]
    fn without_its_colours_a_line_is_as_it_was() {
        for line in [
            "  ok    key  Enabled",
            "  - gone",
            "      - a",
            "a in us-west-2: DELETE_FAILED since",
            "  hint: do",
        ] {
            assert_eq!(anstream::adapter::strip_str(&coloured(line)).to_string(), line);
        }
    }
}
