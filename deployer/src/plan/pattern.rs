//! Patterns of IAM: `*` is any text, `?` any character.
//!
//! The other side may be a pattern too. What is said of two patterns holds of every text that they stand for;
//! where it cannot be known, the answer is the careful one: not covered, and overlapping.

/// Whether a pattern matches every text that the other one stands for; of a plain text, whether it matches it.
pub(super) fn covers(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // What follows the last star, and where that began to be tried.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', rest)), _) => {
                star = Some((rest, text));
                pattern = rest;
            }
            // A star of the other side may stand for more than one character.
            (Some((wanted, rest)), Some((found, tail))) if (*wanted == b'?' && *found != b'*') || wanted == found => {
                (pattern, text) = (rest, tail);
            }
            _ => {
                let Some((rest, (_, tail))) = star.and_then(|(rest, from)| Some((rest, from.split_first()?))) else {
                    return false;
                };
                star = Some((rest, tail));
                (pattern, text) = (rest, tail);
            }
        }
    }
}

/// The same for an ARN, part by part: a star never reaches over a colon but in the last part.
pub(super) fn covers_arn(pattern: &str, arn: &str) -> bool {
    let (pattern, arn): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    pattern.len() == arn.len() && pattern.iter().zip(&arn).all(|(pattern, part)| covers(pattern, part))
}

/// Whether some text is matched by both patterns.
pub(super) fn overlap(left: &str, right: &str) -> bool {
    let right = right.as_bytes();
    // For each length of the right pattern, whether its rest can begin where the left one's rest begins.
    let mut reach: Vec<bool> = vec![false; right.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    skip_stars(&mut reach, right);
    for wanted in left.bytes() {
        let mut next = vec![false; reach.len()];
        if wanted == b'*' {
            let mut open = false;
            for (to, from) in next.iter_mut().zip(&reach) {
                open |= *from;
                *to = open;
            }
        } else {
            for (at, found) in right.iter().enumerate() {
                let here = reach.get(at).copied().unwrap_or_default();
                let step = match found {
                    // The star takes this character and stays.
                    b'*' => Some(at),
                    _ if wanted == b'?' || *found == b'?' || wanted == *found => Some(at + 1),
                    _ => None,
                };
                if let Some(to) = step.filter(|_| here).and_then(|step| next.get_mut(step)) {
                    *to = true;
                }
            }
            skip_stars(&mut next, right);
        }
        reach = next;
    }
    reach.last().copied().unwrap_or_default()
}

/// A star may stand for nothing.
fn skip_stars(reach: &mut [bool], right: &[u8]) {
    for (at, found) in right.iter().enumerate() {
        if *found == b'*'
            && reach.get(at).copied().unwrap_or_default()
            && let Some(next) = reach.get_mut(at + 1)
        {
            *next = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_of_many_stars_ends() {
        assert!(covers("*a*a*a*", "bananas"));
        assert!(!covers(&"*a".repeat(2000), &"a".repeat(1999)));
        assert!(covers("", "") && covers("**", "") && !covers("?", "") && !covers("", "a"));
    }

    #[test]
    fn a_pattern_covers_narrower_ones_and_overlaps_neighbours() {
        for (left, right, covered, overlapping) in [
            ("s3:*", "s3:Get*", true, true),
            ("s3:Get*", "s3:*", false, true),
            ("s3:Get*", "s3:*Object", false, true),
            ("s3:Get*", "s3:Put*", false, false),
            ("a?c", "a*c", false, true),
            ("a*c", "a?c", true, true),
            ("*", "", true, true),
            ("arn:aws:sns:*:*:*", "+12025550173", false, false),
        ] {
            assert_eq!(covers(left, right), covered, "{left} covers {right}");
            assert_eq!(overlap(left, right), overlapping, "{left} overlaps {right}");
            assert_eq!(overlap(right, left), overlapping, "{right} overlaps {left}");
        }
    }

    proptest! {
        #[test]
        fn what_is_covered_is_matched(left in "[ab*?]{0,6}", right in "[ab*?]{0,6}", text in "[ab]{0,6}") {
            if covers(&left, &right) && covers(&right, &text) {
                prop_assert!(covers(&left, &text), "{} {} {}", left, right, text);
            }
            if covers(&left, &text) && covers(&right, &text) {
                prop_assert!(overlap(&left, &right), "{} {} {}", left, right, text);
            }
        }
    }
}
