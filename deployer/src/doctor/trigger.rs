//! The functions that a pool calls: may it, and would they answer?

use serde_json::Value;

use super::{Reading, Verdict};
use crate::apply::lets_invoke;
use crate::aws::FunctionState;
use crate::spec::AccountId;

/// Whether the stack's own function would answer.
pub fn function(name: &str, found: &Reading<FunctionState>) -> Verdict {
    let check = "function";
    let look = format!("aws lambda get-function-configuration --function-name {name}");
    let state = match found {
        Ok(state) => state,
        Err(error) if error.is(&["ResourceNotFoundException"]) => {
            let next = "somebody deleted it: change the stack file's `function`, or destroy and apply anew";
            return Verdict::fail(check, format!("there is no {name}"), next);
        }
        Err(error) => return Verdict::unread(check, error, &look),
    };
    let because = |reason: &str| {
        if reason.is_empty() {
            String::new()
        } else {
            format!(": {reason}")
        }
    };
    match (state.state.as_str(), state.last_update.as_str()) {
        ("Active", "Failed") => Verdict::fail(
            check,
            format!("its last update failed{}", because(&state.last_update_reason)),
            look,
        ),
        ("Active", "Successful" | "") => Verdict::ok(check, "Active"),
        ("Failed" | "Inactive", _) => {
            Verdict::fail(check, format!("{}{}", state.state, because(&state.state_reason)), look)
        }
        (state_of, update) => Verdict::warn(check, format!("{state_of}, its last update {update}"), look),
    }
}

/// Whether the stack's own function runs the code whose SHA-256 the stack recorded, both in base64.
pub fn code(file: &str, recorded: Option<&str>, runs: &str) -> Verdict {
    let check = "code";
    match recorded {
        Some(recorded) if recorded == runs => Verdict::ok(check, "the function runs the zip that was deployed"),
        Some(recorded) => Verdict::fail(
            check,
            format!("the function runs code with the SHA-256 {runs}, expected {recorded}, which the stack recorded"),
            format!(
                "find out who changed it (UpdateFunctionCode in CloudTrail); to bring it back: deployer drift {file} --revert"
            ),
        ),
        None => Verdict::warn(
            check,
            "the stack has not recorded the SHA-256 of its zip",
            format!("deployer apply {file}"),
        ),
    }
}

/// Whether a function's policy lets the pool invoke it for a trigger.
pub fn permission(
    trigger: &str,
    function: &str,
    pool_arn: &str,
    account: &AccountId,
    found: &Reading<Option<Value>>,
) -> Verdict {
    let check = "permission";
    let missing = || {
        Verdict::fail(
            check,
            format!("{trigger}: the policy of {function} does not let {pool_arn} invoke it"),
            format!(
                "aws lambda add-permission --function-name {function} --statement-id cognito-{trigger} --action \
                 lambda:InvokeFunction --principal cognito-idp.amazonaws.com --source-arn {pool_arn} --source-account \
                 {account}"
            ),
        )
    };
    match found {
        Ok(Some(policy)) if lets_invoke(policy, pool_arn, account) => {
            Verdict::ok(check, format!("{trigger}: the pool may invoke its function"))
        }
        Ok(_) => missing(),
        Err(error) => Verdict::unread(
            check,
            error,
            &format!("aws lambda get-policy --function-name {function}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;
    use crate::aws::{AwsError, Refusal};
    use crate::doctor::kit::{denied, told};

    #[test]
    fn functions() {
        let of = |state: &str, update: &str, reason: &str| {
            function(
                "f",
                &Ok(FunctionState {
                    arn: "arn:f".to_owned(),
                    code_sha256: String::new(),
                    state: state.to_owned(),
                    state_reason: reason.to_owned(),
                    last_update: update.to_owned(),
                    last_update_reason: reason.to_owned(),
                    version: "$LATEST".to_owned(),
                    last_modified: String::new(),
                }),
            )
        };
        let gone = AwsError {
            action: "lambda:GetFunctionConfiguration",
            refusal: Refusal::Service("ResourceNotFoundException".to_owned()),
            message: "none".to_owned(),
        };
        assert_eq!(
            told(&[
                of("Active", "Successful", ""),
                of("Active", "Failed", "no subnet"),
                of("Inactive", "Successful", "idle"),
                of("Pending", "InProgress", ""),
                function("f", &Err(gone)),
                function("f", &denied("lambda:GetFunctionConfiguration")),
            ]),
            [
                "ok function: Active",
                "fail function: its last update failed: no subnet",
                "fail function: Inactive: idle",
                "warn function: Pending, its last update InProgress",
                "fail function: there is no f",
                "warn function: not checked: lambda:GetFunctionConfiguration: no (AccessDenied)",
            ]
        );
    }

    #[test]
    fn permissions() {
        let account = AccountId::parse("111122223333").unwrap();
        let pool = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";
        let policy = |source: &str| {
            json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
                "Action": "lambda:InvokeFunction", "Resource": "arn:f",
                "Condition": { "ArnLike": { "aws:SourceArn": source } } }] })
        };
        let of = |found: Reading<Option<Value>>| permission("PreSignUp", "arn:f", pool, &account, &found);
        let missing = format!("fail permission: PreSignUp: the policy of arn:f does not let {pool} invoke it");
        assert_eq!(
            told(&[
                of(Ok(Some(policy(pool)))),
                of(Ok(Some(policy(&format!("{pool}b"))))),
                of(Ok(None)),
                of(denied("lambda:GetPolicy")),
            ]),
            [
                "ok permission: PreSignUp: the pool may invoke its function".to_owned(),
                missing.clone(),
                missing,
                "warn permission: not checked: lambda:GetPolicy: no (AccessDenied)".to_owned(),
            ]
        );
    }
}
