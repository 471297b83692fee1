//! Exit codes: each has one meaning, in every command.

use std::process::ExitCode;

/// How a command ended. Of many stacks the greatest counts, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Done, or nothing to do: 0.
    Done,
    /// `diff --exit-code` found changes, or `drift --exit-code` drift: 2.
    Changes,
    /// A guard wants a person's word, or a plan is out of date: 3.
    Stopped,
    /// It failed: 1.
    Failed,
    /// The command's words are off: 64, the `EX_USAGE` of sysexits.
    Usage,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::Failed => 1,
            ExitStatus::Changes => 2,
            ExitStatus::Stopped => 3,
            ExitStatus::Usage => 64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_a_failure_then_a_guard_then_changes() {
        use ExitStatus::{Changes, Done, Failed, Stopped};
        assert_eq!([Stopped, Failed, Done, Changes].iter().max(), Some(&Failed));
        assert_eq!([Done, Stopped, Changes].iter().max(), Some(&Stopped));
        assert_eq!([Done, Changes].iter().max(), Some(&Changes));
    }
}
