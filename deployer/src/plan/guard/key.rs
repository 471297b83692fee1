//! The key that a pool encrypts its codes under.

use serde_json::{Map, Value};

use super::{config, properties};
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::phases::same_key;
use crate::plan::render::value::inline;

/// A key that changes while nothing lets the function decrypt what is still on its way.
pub(super) fn swapped(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    new: &Value,
    own_key: Option<&str>,
) -> Option<Finding> {
    let (before, after) = (config(before), config(after));
    let (old_key, new_key) = (before.get("KMSKeyID")?, after.get("KMSKeyID")?);
    let is_kept = same_key(old_key, new_key, own_key) || still_allowed(new, old_key, own_key);
    (!is_kept).then(|| key_swapped(old_key, new_key))
}

/// Whether a template lets its function go on decrypting under a key.
pub(in crate::plan) fn still_allowed(template: &Value, key: &Value, own_key: Option<&str>) -> bool {
    properties(template, logical::DECRYPT_POLICY)
        .and_then(|policy| policy.get("PolicyDocument"))
        .and_then(|document| document.pointer("/Statement/0/Resource"))
        .is_some_and(|keys| {
            let keys = keys.as_array().map_or(std::slice::from_ref(keys), Vec::as_slice);
            keys.iter().any(|allowed| same_key(allowed, key, own_key))
        })
}

/// A key that changes while nothing lets the function decrypt under the old one.
pub(in crate::plan) fn key_swapped(old: &Value, new: &Value) -> Finding {
    let message = format!(
        "the key would change from `{}`, and the function could not decrypt under that any more",
        inline(old)
    );
    let resource = format!("{}.KMSKeyID", logical::POOL);
    Finding::guard(Code::KeySwapped, &resource, inline(new), message)
        .hint("name the old key's ARN as `key.previous` until its codes have drained")
}
