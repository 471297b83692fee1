//! A plan in words: for a terminal, and as JSON for programs.

pub mod json;
pub mod text;
pub(crate) mod value;
