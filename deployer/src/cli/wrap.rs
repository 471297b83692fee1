//! Lines broken between words, so that a terminal does not break them inside one.
//!
//! A word stays whole, however long: an ARN or a path is there to be copied. A command stays whole where it
//! fits on a line of its own; a longer one is broken as a shell takes it.

/// How much further in a broken line goes on.
const HANGING: usize = 2;

/// Programs whose commands are shown.
const PROGRAMS: [&str; 4] = ["deployer ", "aws ", "cargo ", "docker "];

/// Breaks every line of `text` that is wider than `width`.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| wrapped(line, width)).collect();
    lines.join("\n")
}

/// Returns the middle of a text replaced by an ellipsis, where it has more than `most` characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let head: String = text.chars().take(kept.div_ceil(2)).collect();
    let tail: String = text.chars().skip(count - kept / 2).collect();
    format!("{head}…{tail}")
}

fn wrapped(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start().len();
    let hanging = " ".repeat(indent + HANGING);
    let mut lines = Vec::new();
    let mut rest = line.to_owned();
    let mut in_command = false;
    while rest.chars().count() > width {
        let indent = rest.len() - rest.trim_start().len();
        let command = if in_command { Some(indent) } else { command(&rest) };
        // A command that would be broken begins on a line of its own.
        if let Some(start) = command.filter(|start| *start > indent) {
            let (before, own) = rest.split_at(start);
            let (before, own) = (before.to_owned(), own.to_owned());
            if before.trim_end().chars().count() <= width {
                lines.push(before.trim_end().to_owned());
                rest = format!("{hanging}{own}");
                in_command = true;
                continue;
            }
        }
        // A backslash needs two columns more.
        let room = if in_command { width - HANGING.min(width) } else { width };
        let Some(at) = break_at(&rest, indent, room) else {
            break;
        };
        let (before, after) = rest.split_at(at);
        let end = if in_command { " \\" } else { "" };
        lines.push(format!("{}{end}", before.trim_end()));
        rest = format!("{hanging}{}", after.trim_start());
    }
    lines.push(rest);
    lines.join("\n")
}

/// Returns where a line may be broken: at the last space that fits, else at the first one after that.
fn break_at(line: &str, indent: usize, width: usize) -> Option<usize> {
    let spaces = line
        .char_indices()
        .enumerate()
        .filter(|(_, (at, c))| *c == ' ' && *at > indent);
    let mut found = None;
    for (column, (at, _)) in spaces {
        if column > width && found.is_some() {
            break;
        }
        found = Some(at);
        if column > width {
            break;
        }
    }
    // What comes after has to be more than white space.
    found.filter(|at| line.get(*at..).is_some_and(|after| !after.trim().is_empty()))
}

/// Returns where a command begins that goes on to the end of the line.
fn command(line: &str) -> Option<usize> {
    PROGRAMS
        .iter()
        .filter_map(|program| line.find(&format!(": {program}")).map(|at| at + ": ".len()))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_and_no_word_is_lost() {
        let text = "  why: Cognito refuses the update in the middle, and CloudFormation rolls it back → so\n\nshort";
        for width in 20..100 {
            let wrapped = wrap(text, width);
            assert!(wrapped.lines().all(|line| line.chars().count() <= width), "{wrapped}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&wrapped), words(text));
        }
        assert_eq!(wrap("  a b c", 5), "  a b\n    c");
        assert_eq!(wrap(text, 200), text);
    }

    #[test]
    fn a_word_stays_whole_and_a_command_can_be_pasted() {
        assert_eq!(
            wrap("key arn:aws:kms:us-west-2 goes", 12),
            "key\n  arn:aws:kms:us-west-2\n  goes"
        );
        let hint = "  hint: look at it: aws cloudformation describe-stack-events --stack-name acme";
        assert_eq!(
            wrap(hint, 70),
            "  hint: look at it:\n    aws cloudformation describe-stack-events --stack-name acme"
        );
        assert_eq!(
            wrap(hint, 50),
            "  hint: look at it:\n    aws cloudformation describe-stack-events \\\n    --stack-name acme"
        );
        let next = "  next: mend the cause, then: deployer apply stacks/acme.yaml";
        assert_eq!(
            wrap(next, 40),
            "  next: mend the cause, then:\n    deployer apply stacks/acme.yaml"
        );
    }

    #[test]
    fn the_middle_goes_first() {
        assert_eq!(shortened("FunctionPermission", 18), "FunctionPermission");
        assert_eq!(shortened("FunctionPermission", 9), "Func…sion");
        assert_eq!(shortened("→→→→", 3), "→…→");
    }
}
