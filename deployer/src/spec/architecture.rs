//! The machines that a function can run on.
//!
//! The build script of the crate reads this file too, so it uses nothing else of the crate.

/// A processor architecture of Lambda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Architecture {
    /// `arm64`
    #[default]
    Arm64,
    /// `x86_64`
    X86_64,
}

impl Architecture {
    /// Returns the name as Lambda spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Returns the Rust target triple.
    pub const fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}
