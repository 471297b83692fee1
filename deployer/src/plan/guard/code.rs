//! The function's code: whether it runs on the function's machine, and whether it is what was deployed.

use serde_json::{Map, Value};

use crate::asset::Asset;
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

/// The deployed zip cannot be read.
pub(in crate::plan) fn unread(why: &str, asset: &Asset) -> Finding {
    let message = format!("the delivery configuration and texts that are deployed cannot be read: {why}");
    Finding::guard(Code::DeliveryUnread, &resource(CODE), asset.digest.to_string(), message)
}

/// Lambda runs something else than the zip that was deployed.
pub(in crate::plan) fn changed_outside(runs: &str, deployed: &str, asset: &Asset) -> Finding {
    let message = format!(
        "the function runs code with the SHA-256 {runs}, expected {deployed}, which the stack recorded: somebody put \
         it there outside CloudFormation, and this deployment would overwrite it"
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

/// The bucket has other bytes where this deployment stores its zip.
pub(crate) fn other_bytes(message: String, bucket: &str, key: &str) -> Finding {
    Finding::new(Code::ZipAltered, message)
        .hint(format!(
            "see who stored it and when: aws s3api list-object-versions --bucket {bucket} --prefix {key}"
        ))
        .hint(format!(
            "then remove it, and run the same command again: aws s3 rm s3://{bucket}/{key}"
        ))
}
