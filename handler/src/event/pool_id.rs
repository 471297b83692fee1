//! The id of a user pool.

use std::fmt;

/// The longest id that Cognito's API takes.
const LONGEST: usize = 55;

/// A user pool's id, such as `eu-west-1_AbCdEf123`.
///
/// Source: `UserPoolIdType` in Cognito's API model.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(String);

impl PoolId {
    /// Returns the id that `text` spells, if it has the form of one.
    pub fn new(text: &str) -> Option<Self> {
        let (region, name) = text.rsplit_once('_')?;
        let fits = text.len() <= LONGEST
            && !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned()))
    }

    /// Returns the id as Cognito writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_ids() {
        assert!(PoolId::new("eu-west-1_AbCdEf123").is_some());
        for wrong in [
            "",
            "_",
            "eu-west-1",
            "eu-west-1_",
            "_AbC",
            "eu west_A",
            "eu-west-1_Ab-C",
        ] {
            assert_eq!(PoolId::new(wrong), None, "{wrong}");
        }
        assert_eq!(PoolId::new(&format!("eu-west-1_{}", "A".repeat(46))), None);
    }
}
