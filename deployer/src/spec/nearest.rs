//! "Did you mean": the known name that is nearest to one that is not.

/// Returns the candidate that `word` most likely stands for, if any is near enough.
///
/// Case, `_` and `-` count for nothing, so that `UserPoolName` and `user_pool_name` are the same word.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const MAX_CHARS: usize = 64;
    // Nobody means one of thousands, and a file made to keep its reader busy must not.
    const MAX_CANDIDATES: usize = 100;
    let word = normal(word);
    if word.is_empty() || word.len() > MAX_CHARS {
        return None;
    }
    let limit = (word.len() / 3).clamp(1, 2);
    candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .map(|candidate| (steps(&word, &normal(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        // The first of equals.
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns "did you mean …?", or `otherwise` where nothing is near.
pub(super) fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(word, candidates).map_or_else(otherwise, |near| format!("did you mean `{near}`?"))
}

fn normal(word: &str) -> Vec<char> {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A word cut short, such as `prod`, is as near as one letter.
fn steps(word: &[char], candidate: &[char]) -> usize {
    let shorter = word.len().min(candidate.len());
    let cut_short = shorter >= 3 && (candidate.starts_with(word) || word.starts_with(candidate));
    let apart = word.len().abs_diff(candidate.len());
    match (cut_short, apart) {
        (true, _) => apart.min(1),
        // So many letters must come or go at least: no need to find out which.
        (false, 3..) => apart,
        (false, _) => distance(word, candidate),
    }
}

/// Levenshtein's distance, with a swap of neighbours as one step.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, &a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&above, column) + usize::from(a != b))
                .min(at(&above, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = previous == Some(b) && column > 0 && right.get(column - 1) == Some(&a);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
        previous = Some(a);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["name", "account", "region", "environment", "triggers", "UserPoolName"];
        for (word, wanted) in [
            ("regoin", Some("region")),
            ("trigger", Some("triggers")),
            ("user_pool_name", Some("UserPoolName")),
            ("ENVIRONMENT", Some("environment")),
            ("nmae", Some("name")),
            ("env", Some("environment")),
            ("", None),
            ("UserPoolDomain", None),
            ("password", None),
        ] {
            assert_eq!(nearest(word, keys), wanted, "{word}");
        }
    }

    #[test]
    fn a_swap_is_one_step() {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        for (left, right, wanted) in [
            ("ab", "ba", 1),
            ("abc", "abc", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(&letters(left), &letters(right)), wanted, "{left} {right}");
        }
    }
}
