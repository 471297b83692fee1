//! A plan in words: for a terminal, for a pull request, and as JSON for programs.

mod delivery;
pub mod json;
pub mod markdown;
mod pool;
pub mod text;
pub(crate) mod value;
