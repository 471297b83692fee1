//! The stack policy: is it there, and does it keep what it is to keep?

use serde_json::Value;

use super::{Reading, Verdict};
use crate::plan::{PolicySeen, protected, stack_policy as document};

/// What a stack's policy keeps of what was deployed; nothing where there is nothing to keep.
pub fn stack_policy(stack: &str, region: &str, template: &Value, found: &Reading<Option<String>>) -> Option<Verdict> {
    let check = "stack-policy";
    let ids = protected(template);
    if ids.is_empty() {
        return None;
    }
    let look = format!("aws cloudformation get-stack-policy --region {region} --stack-name {stack}");
    let seen = match found {
        Ok(text) => PolicySeen::of(text.clone()),
        Err(error) => return Some(Verdict::unread(check, error, &look)),
    };
    let (open, all) = (seen.open(template).join(", "), ids.join(", "));
    let set = format!(
        "the next apply that changes something writes it, or: aws cloudformation set-stack-policy --region {region} \
         --stack-name {stack} --stack-policy-body '{}'",
        document(&ids)
    );
    Some(match seen {
        _ if open.is_empty() => {
            let by = if matches!(seen, PolicySeen::Others(_)) {
                ", by a policy that somebody else wrote"
            } else {
                ""
            };
            Verdict::ok(check, format!("no update replaces or deletes {all}{by}"))
        }
        PolicySeen::None => Verdict::warn(check, format!("none: an update may replace or delete {open}"), set),
        PolicySeen::Ours(_) => Verdict::warn(
            check,
            format!("an update may replace or delete {open}: an apply lifted it and did not come to put it back"),
            set,
        ),
        PolicySeen::Others(_) => Verdict::warn(
            check,
            format!("an update may replace or delete {open}, by a policy that somebody else wrote"),
            look,
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::kit::{denied, told};

    #[test]
    fn a_policy_that_is_missing_or_left_lifted_is_a_warning() {
        let template = json!({ "Resources": {
            "Pool": { "Type": "AWS::Cognito::UserPool" }, "Key": { "Type": "AWS::KMS::Key" },
        } });
        let judged = |found: &Reading<Option<String>>| stack_policy("acme", "us-west-2", &template, found);
        let found = [
            Ok(Some(document(&["Pool", "Key"]))),
            Ok(None),
            Ok(Some(document(&["Pool"]))),
            Ok(Some(
                json!({ "Statement": [
                { "Effect": "Allow", "Principal": "*", "Action": "Update:Modify", "Resource": "*" },
            ] })
                .to_string(),
            )),
            Ok(Some(
                r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}}"#
                    .to_owned(),
            )),
            denied("cloudformation:GetStackPolicy"),
        ];
        let verdicts: Vec<Verdict> = found.iter().filter_map(judged).collect();
        assert_eq!(
            told(&verdicts),
            [
                "ok stack-policy: no update replaces or deletes Pool, Key",
                "warn stack-policy: none: an update may replace or delete Pool, Key",
                "warn stack-policy: an update may replace or delete Key: an apply lifted it and did not come to put it back",
                "ok stack-policy: no update replaces or deletes Pool, Key, by a policy that somebody else wrote",
                "warn stack-policy: an update may replace or delete Pool, Key, by a policy that somebody else wrote",
                "warn stack-policy: not checked: cloudformation:GetStackPolicy: no (AccessDenied)",
            ]
        );
        let next = verdicts.iter().filter_map(|verdict| verdict.next.as_deref());
        assert!(
            next.clone().any(|next| next.contains(&document(&["Pool", "Key"]))),
            "{:?}",
            next.collect::<Vec<_>>()
        );
        // A stack with neither has nothing to keep.
        assert_eq!(stack_policy("acme", "us-west-2", &json!({}), &Ok(None)), None);
    }
}
