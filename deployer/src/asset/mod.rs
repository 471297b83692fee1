//! The function's zip: what identifies it, how it is built, and what must hold before it is uploaded.
//!
//! [`identify`] reads the handler's sources and runs nothing; [`cached`] finds a zip that was built before;
//! [`build`] runs whichever builder is installed, or zips an executable that came with the deployer. [`gate`] looks at the result, whoever built it. Uploading is
//! `apply`'s work.

mod archive;
mod build;
mod builder;
mod digest;
mod elf;
mod embedded;
mod error;
mod gate;
mod identity;
mod lock;
mod readiness;
mod source;
mod store;
mod toolchain;
mod tools;

#[cfg(test)]
pub(crate) use archive::write as zip;
pub use archive::{Built, Contents};
pub use build::build;
pub use builder::Builder;
pub use digest::Sha256;
pub use elf::{Elf, ElfError, Glibc};
pub use embedded::{Embedded, Executable};
pub use error::AssetError;
pub use gate::{Refused, gate, gate_elf};
pub use identity::{Asset, Identifier, Origin, file, identify};
pub use readiness::{Ready, ready};
pub use store::cached;
pub use tools::Tools;
