//! YAML text in, a tree out that knows where each value stands.
//!
//! Scalars stay as they are written: what a text means is decided by the key that it stands under,
//! never by its looks. What makes a file hard to review or costly to read (aliases, merge keys, tags,
//! great depth) is refused here. A text can be edited so that all else of it stays, byte for byte.

mod compose;
mod inline;
mod node;
mod splice;
mod write;

pub(super) use compose::{MAX_BYTES, compose};
pub(super) use node::{Entry, Node, Scalar, Span, Value};
pub(super) use splice::{decode, toward};
pub(super) use write::write;
pub use write::yaml_text;
