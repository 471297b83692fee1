//! The policies of the assets bucket and of the dead-letter queue: do they deny what the templates say?
//!
//! The templates' own statements, with ARNs in place of references, are what a live policy is compared with.

use serde_json::{Value, json};

use super::{Reading, Verdict};
use crate::aws::QueuePolicy;
use crate::plan::{Weaker, weaker};
use crate::spec::Region;
use crate::template::{queue_policy_document, write_once_policy};

/// The assets bucket of stacks in a Region.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    /// The bucket's name.
    pub name: &'a str,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// Where `bootstrap` makes it.
    pub region: &'a Region,
    /// Whether it is the one that `bootstrap` makes; else a stack file names it.
    pub is_bootstrapped: bool,
}

/// Whether the policy of an assets bucket keeps zips and saved pool configurations from being overwritten.
pub fn bucket_policy(assets: Assets<'_>, found: &Reading<Option<Value>>) -> Verdict {
    let check = "bucket-policy";
    let name = assets.name;
    let declared = write_once_policy(&format!("arn:{}:s3:::{name}", assets.partition));
    let lacks = match found {
        Ok(Some(live)) => weaker(&declared, live).denials,
        Ok(None) => vec!["there is no bucket policy".to_owned()],
        Err(error) => return Verdict::unread(check, error, &format!("aws s3api get-bucket-policy --bucket {name}")),
    };
    if lacks.is_empty() {
        return Verdict::ok(check, "no object under handler/ or pools/ can be overwritten");
    }
    let found = format!(
        "objects under handler/ and pools/ of {name} can be overwritten: {}",
        lacks.join("; ")
    );
    let statement = declared.pointer("/Statement/0").unwrap_or(&declared);
    if assets.is_bootstrapped {
        // CloudFormation sees no change where only the live policy differs.
        let next = format!(
            "deployer bootstrap --region {}; if it has nothing to do, add this statement to the bucket policy: {statement}",
            assets.region
        );
        Verdict::fail(check, found, next)
    } else {
        // `bootstrap` does not change a bucket that a stack file names.
        Verdict::warn(
            check,
            found,
            format!("add this statement to the bucket policy: {statement}"),
        )
    }
}

/// What decides who may send to a dead-letter queue.
#[derive(Clone, Debug)]
pub struct QueueAccess {
    /// The queue's live policy.
    pub policy: QueuePolicy,
    /// The ARN of the function's role.
    pub role_arn: String,
    /// Whether the deployed stack has a policy for its queue: earlier versions of deployer rendered none.
    pub is_deployed: bool,
}

/// Whether the policy of the queue lets nobody send to it but the function's role. Nothing where there is no queue.
pub fn queue_policy(file: &str, url: &str, found: &Reading<Option<QueueAccess>>) -> Option<Verdict> {
    let check = "queue-policy";
    let access = match found {
        Ok(access) => access.as_ref()?,
        Err(error) => {
            let look = format!("aws sqs get-queue-attributes --queue-url {url} --attribute-names Policy");
            return Some(Verdict::unread(check, error, &look));
        }
    };
    let declared = queue_policy_document(access.policy.queue_arn.as_str(), access.role_arn.as_str());
    let Weaker { denials, allows } = match &access.policy.document {
        Some(live) => weaker(&declared, live),
        None => Weaker {
            denials: vec!["there is no queue policy".to_owned()],
            allows: Vec::new(),
        },
    };
    if denials.is_empty() && allows.is_empty() {
        return Some(Verdict::ok(check, "only the function's role may send, and only by TLS"));
    }
    let next = if access.is_deployed {
        let attributes = json!({ "Policy": declared.to_string() });
        format!(
            "find out who changed it (SetQueueAttributes in CloudTrail), compare: deployer drift {file}; to restore it: \
             aws sqs set-queue-attributes --queue-url {url} --attributes '{attributes}'"
        )
    } else {
        format!("deployer apply {file}")
    };
    Some(if denials.is_empty() {
        Verdict::warn(check, allows.join("; "), next)
    } else {
        let all: Vec<String> = denials.into_iter().chain(allows).collect();
        Verdict::fail(
            check,
            format!(
                "principals other than the function's role may use the queue: {}",
                all.join("; ")
            ),
            next,
        )
    })
}

#[cfg(test)]
mod tests;
