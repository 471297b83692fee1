//! Two texts, compared line by line.

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineFate {
    /// It stands in both texts.
    Kept,
    /// It stands in the old text alone.
    Gone,
    /// It stands in the new text alone.
    New,
}

/// A line of either text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What becomes of it.
    pub(super) fate: LineFate,
    /// The line without its end.
    pub(super) text: String,
}

/// Beyond this many pairs of lines a change is shown as a whole: comparing each with each would take too long.
const PAIRS: usize = 4_000_000;

/// Returns the lines of both texts in order, with as few that differ as can be.
pub(super) fn lines(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let rest = old.len().min(new.len()) - head;
    let tails = old.iter().rev().zip(new.iter().rev());
    let tail = tails.take(rest).take_while(|(left, right)| left == right).count();
    let middle = |all: &[&str]| -> Vec<String> {
        let count = all.len() - head - tail;
        all.iter()
            .skip(head)
            .take(count)
            .map(|line| (*line).to_owned())
            .collect()
    };
    let (gone, added) = (middle(&old), middle(&new));
    let kept = |text: &&str| line(LineFate::Kept, text);
    let mut found: Vec<Line> = old.iter().take(head).map(kept).collect();
    if gone.len().saturating_mul(added.len()) > PAIRS {
        found.extend(gone.iter().map(|text| line(LineFate::Gone, text)));
        found.extend(added.iter().map(|text| line(LineFate::New, text)));
    } else {
        compared(&gone, &added, &mut found);
    }
    found.extend(old.iter().skip(old.len() - tail).map(kept));
    found
}

fn line(fate: LineFate, text: &str) -> Line {
    Line {
        fate,
        text: text.to_owned(),
    }
}

/// By the longest common subsequence.
fn compared(old: &[String], new: &[String], found: &mut Vec<Line>) {
    // `common[i][j]` is how many lines the rests from `i` and `j` have in common.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let at = |common: &Vec<Vec<usize>>, i: usize, j: usize| {
        common.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
    };
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            let count = if left == right {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = count;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(left), Some(right)) if left == right => {
                found.push(line(LineFate::Kept, left));
                (i, j) = (i + 1, j + 1);
            }
            (Some(left), right) if right.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                found.push(line(LineFate::Gone, left));
                i += 1;
            }
            (_, Some(right)) => {
                found.push(line(LineFate::New, right));
                j += 1;
            }
            (_, None) => return,
        }
    }
}

/// Leaves out what is far from any change: each run of lines that is left is a part of its own.
pub(super) fn parts(lines: &[Line], around: usize) -> Vec<&[Line]> {
    let mut kept = vec![false; lines.len()];
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.fate != LineFate::Kept) {
        let near = kept
            .iter_mut()
            .skip(at.saturating_sub(around))
            .take(around + 1 + at.min(around));
        near.for_each(|kept| *kept = true);
    }
    let mut found = Vec::new();
    let mut from = None;
    for at in 0..=lines.len() {
        match (kept.get(at).copied().unwrap_or_default(), from) {
            (true, None) => from = Some(at),
            (false, Some(first)) => {
                found.extend(lines.get(first..at));
                from = None;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(lines: &[Line]) -> String {
        use std::fmt::Write as _;

        let sign = |fate| match fate {
            LineFate::Kept => ' ',
            LineFate::Gone => '-',
            LineFate::New => '+',
        };
        lines.iter().fold(String::new(), |mut shown, line| {
            let _ = write!(shown, "{}{} ", sign(line.fate), line.text);
            shown
        })
    }

    #[test]
    fn few_lines_differ_and_far_ones_are_left_out() {
        assert_eq!(shown(&lines("a\nb\nc\n", "a\nx\nc\n")), " a -b +x  c ");
        assert_eq!(shown(&lines("", "a\n")), "+a ");
        assert_eq!(shown(&lines("a\n", "")), "-a ");
        assert_eq!(shown(&lines("a\nb\nc\nd", "b\nd\ne")), "-a  b -c  d +e ");
        let all = lines("1\n2\n3\n4\n5\n6\n7\n8", "1\n2\nx\n4\n5\n6\n7\ny");
        let found: Vec<String> = parts(&all, 1).into_iter().map(shown).collect();
        assert_eq!(found, [" 2 -3 +x  4 ", " 7 -8 +y "]);
        assert_eq!(parts(&lines("a", "a"), 1), Vec::<&[Line]>::new());
    }

    #[test]
    fn a_huge_text_is_replaced_as_a_whole() {
        let text = |letter: &str| {
            (0..3_000)
                .map(|line| format!("{letter}{line}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(lines(&text("a"), &text("b")).len(), 6_000);
    }

    proptest! {
        #[test]
        fn each_side_is_found_again(
            old in prop::collection::vec("[ab]", 0..8), new in prop::collection::vec("[ab]", 0..8),
        ) {
            let found = lines(&old.join("\n"), &new.join("\n"));
            let side = |other: LineFate| -> Vec<String> {
                found.iter().filter(|line| line.fate != other).map(|line| line.text.clone()).collect()
            };
            prop_assert_eq!(side(LineFate::New), old);
            prop_assert_eq!(side(LineFate::Gone), new);
        }
    }
}
