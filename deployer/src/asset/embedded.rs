//! Handlers that came with the deployer: executables, one an architecture.
//!
//! A deployer that is built with the feature `embedded` has them, from the build script; any other has none. Only the
//! executable is embedded: delivery configuration and texts are each stack's own, and the zip is made when it is needed.

use std::fmt;

use crate::spec::Architecture;

/// An executable that came with the deployer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Executable(&'static [u8]);

impl Executable {
    /// Returns the file's bytes.
    pub const fn bytes(self) -> &'static [u8] {
        self.0
    }
}

impl fmt::Debug for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Executable({} bytes)", self.0.len())
    }
}

/// The handlers that a deployer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedded {
    arm64: Option<Executable>,
    x86_64: Option<Executable>,
}

impl Embedded {
    /// No handler at all.
    pub const NONE: Self = Self::new(None, None);

    /// The handlers of this deployer.
    #[cfg(feature = "embedded")]
    pub const HERE: Self = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
    /// The handlers of this deployer.
    #[cfg(not(feature = "embedded"))]
    pub const HERE: Self = Self::NONE;

    /// Takes executables, as files' bytes.
    pub const fn new(arm64: Option<&'static [u8]>, x86_64: Option<&'static [u8]>) -> Self {
        const fn executable(bytes: Option<&'static [u8]>) -> Option<Executable> {
            match bytes {
                Some(bytes) => Some(Executable(bytes)),
                None => None,
            }
        }
        Self {
            arm64: executable(arm64),
            x86_64: executable(x86_64),
        }
    }

    /// Returns the handler for an architecture.
    pub const fn of(self, architecture: Architecture) -> Option<Executable> {
        match architecture {
            Architecture::Arm64 => self.arm64,
            Architecture::X86_64 => self.x86_64,
        }
    }
}
