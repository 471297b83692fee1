//! The function's zip: what identifies it, how it is built, and what must hold before it is uploaded.
//!
//! [`identify`] reads the handler's sources and runs nothing; [`cached`] finds a zip that was built before;
//! [`build`] runs whichever builder is installed. [`gate`] looks at the result, whoever built it. Uploading is
//! `apply`'s work.

mod archive;
mod build;
mod builder;
mod digest;
mod elf;
mod error;
mod gate;
mod identity;
mod lock;
mod source;
mod store;
mod toolchain;
mod tools;

pub use archive::Built;
pub use build::build;
pub use builder::Builder;
pub use digest::Sha256;
pub use elf::{Elf, ElfError, Glibc};
pub use error::AssetError;
pub use gate::{Refused, gate, gate_elf};
pub use identity::{Asset, Identifier, identify};
pub use store::cached;
pub use tools::Tools;
