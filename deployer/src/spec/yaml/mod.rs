//! YAML text in, a tree out that knows where each value stands.
//!
//! Scalars stay as they are written: what a text means is decided by the key that it stands under,
//! never by its looks. What makes a file hard to review or costly to read (aliases, merge keys, tags,
//! great depth) is refused here.

mod compose;
mod node;
mod write;

pub(super) use compose::{MAX_BYTES, compose};
pub(super) use node::{Entry, Node, Scalar, Span, Value};
pub(super) use write::write;
