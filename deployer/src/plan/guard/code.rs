//! The function's code: whether it runs on the function's machine, and whether it is what was deployed.

use serde_json::{Map, Value};

use crate::asset::{Asset, Refused, gate};
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::render::value::inline;

const CODE: &str = "Code";
const MACHINE: &str = "Architectures";

fn resource(member: &str) -> String {
    format!("{}.{member}", logical::FUNCTION)
}

/// Another machine for the same zip.
pub(super) fn machine(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let is_bound = before.get(CODE) == after.get(CODE) && before.get(MACHINE) != after.get(MACHINE);
    is_bound.then(|| {
        let to = after.get(MACHINE).map_or_else(|| "none".to_owned(), inline);
        let message =
            format!("the function would be {to} and keep the zip that it has, which is built for another machine");
        Finding::guard(Code::ArchitectureMismatch, &resource(MACHINE), to, message)
    })
}

/// The zip that the bucket has for what is declared.
pub(in crate::plan) fn stored(zip: &[u8], asset: &Asset) -> Option<Finding> {
    let refused = gate(zip, asset.architecture).err()?;
    let machine = refused
        .into_iter()
        .find(|refused| matches!(refused, Refused::Machine { .. }))?;
    let message = format!("the zip {} is in the bucket already, and {machine}", asset.key);
    let to = format!("[{}]", asset.architecture.name());
    Some(
        Finding::guard(Code::ArchitectureMismatch, &resource(MACHINE), to, message).hint(format!(
            "delete the object {}: the next apply builds and stores it",
            asset.key
        )),
    )
}

/// The deployed zip cannot be read.
pub(in crate::plan) fn unread(why: &str, asset: &Asset) -> Finding {
    let message = format!("the delivery configuration and texts that are deployed cannot be read: {why}");
    Finding::guard(Code::DeliveryUnread, &resource(CODE), asset.digest.to_string(), message)
}

/// Lambda runs something else than the zip that was deployed.
pub(in crate::plan) fn changed_outside(runs: &str, deployed: &str, asset: &Asset) -> Finding {
    let message = format!(
        "the function runs code with the SHA-256 {runs}, and what was deployed has {deployed}: somebody put it there, \
         and it would be overwritten"
    );
    Finding::guard(
        Code::CodeChangedOutside,
        &resource(CODE),
        asset.digest.to_string(),
        message,
    )
}

/// Which code the function runs cannot be told.
pub(in crate::plan) fn unchecked(why: &str) -> Finding {
    let message = format!("whether the function runs the code that was deployed cannot be told: {why}");
    Finding::guard(Code::CodeUnchecked, &resource(CODE), "", message)
}

/// The deployed handler is another build than this checkout's.
pub(in crate::plan) fn from_elsewhere(asset: &Asset) -> Finding {
    let message = "the deployed handler was built from other sources than this checkout's, and gives way to it";
    Finding::guard(
        Code::HandlerChanged,
        &resource(CODE),
        asset.binary_digest.to_string(),
        message,
    )
}
