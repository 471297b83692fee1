//! The JSON Schema of stack files, for editors and other tools: `stacks/schema.json` is what it prints.
//!
//! Each part names the keys that its decoder in `section` reads, with their limits, and takes choices and
//! defaults from the decoder's own types. A test asks the decoder itself about every key, choice and limit
//! that stands here, so the two cannot come apart. What only rules can judge is not here.

mod complete;
mod delivery;
mod function;
mod guard;
mod kit;
mod pattern;
mod pool;
mod provider;
mod stack;
mod trigger;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

/// Returns the JSON Schema (2020-12) of stack files.
///
/// A file with a `name` that extends no other is held to be whole. In every other one any key may be
/// missing, since another file may have it.
pub fn schema() -> Value {
    stack::schema()
}

/// Returns the keys that may stand at the top of a stack file.
pub(super) fn top_keys() -> &'static BTreeSet<String> {
    static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let schema = schema();
        let properties = schema.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flat_map(|properties| properties.keys().cloned())
            .collect()
    });
    &KEYS
}

/// Returns [`schema`] as the text of a file, the same bytes every time.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}
