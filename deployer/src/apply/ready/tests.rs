#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::aws::stub::{Answer, Stub, error};

const POOL_ARN: &str = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/k";
const OTHER: &str = "arn:aws:lambda:us-west-2:111122223333:function:theirs";

fn function(state: &str, update: &str) -> Answer {
    let answer = json!({ "FunctionArn": "arn:f", "CodeSha256": "s", "State": state, "StateReason": "because",
        "LastUpdateStatus": update, "LastUpdateStatusReason": "so" });
    (200, answer.to_string())
}

fn permission(account: &str) -> Answer {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "s", "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Resource": "arn:f",
        "Condition": { "StringEquals": { "AWS:SourceAccount": account }, "ArnLike": { "AWS:SourceArn": POOL_ARN } },
    }] });
    (200, json!({ "Policy": policy.to_string() }).to_string())
}

fn decrypt(key: &str) -> Answer {
    let policy: Value = json!({ "Statement": [{
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": [key],
        "Condition": { "StringEquals": { "kms:EncryptionContext:userpool-id": "us-west-2_a" } },
    }] });
    let mut encoded = String::new();
    for byte in policy.to_string().bytes() {
        write!(encoded, "%{byte:02X}").unwrap();
    }
    let members =
        format!("<RoleName>r</RoleName><PolicyName>Decrypt</PolicyName><PolicyDocument>{encoded}</PolicyDocument>");
    let answer =
        format!("<GetRolePolicyResponse><GetRolePolicyResult>{members}</GetRolePolicyResult></GetRolePolicyResponse>");
    (200, answer)
}

fn denied_by_iam() -> Answer {
    let error = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>";
    (403, format!("<ErrorResponse>{error}</ErrorResponse>"))
}

/// Waits, with the answers of the first look at the function, the permission and the policy, and those after.
async fn wait(first: [Answer; 3], then: [Answer; 3], looks: usize) -> (Result<Ready, ReadyError>, Vec<String>) {
    let mut asked = [0, 0, 0];
    let stub = Stub::start(move |request| {
        let action = request.action();
        let which = match action.as_str() {
            "GetRolePolicy" => 2,
            action if action.ends_with("/policy") => 1,
            _ => 0,
        };
        let count = asked.get_mut(which).unwrap();
        *count += 1;
        let answers = if *count == 1 { &first } else { &then };
        answers.get(which).cloned().unwrap()
    });
    let keys = [KEY.to_owned()];
    let ready = looked(
        &stub.session(),
        &Expected {
            pool: &PoolId::parse("us-west-2_a").unwrap(),
            pool_arn: POOL_ARN,
            account: &AccountId::parse("111122223333").unwrap(),
            function: Some("acme"),
            others: &[],
            decrypts: Some(Decrypts { role: "r", keys: &keys }),
        },
        looks,
    )
    .await;
    (ready, stub.actions())
}

fn good() -> [Answer; 3] {
    [
        function("Active", "Successful"),
        permission("111122223333"),
        decrypt(KEY),
    ]
}

#[tokio::test]
async fn what_stands_is_looked_at_once() {
    let (ready, calls) = wait(good(), good(), 1).await;
    let ready = ready.unwrap();
    assert_eq!(
        (ready.function.unwrap().arn.as_str(), ready.unread.len(), calls.len()),
        ("arn:f", 0, 3)
    );
}

#[tokio::test]
async fn what_is_missing_is_waited_for() {
    let none = error(
        404,
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    );
    for (which, answer) in [
        (0, function("Pending", "InProgress")),
        (0, function("Active", "InProgress")),
        (1, none.clone()),
        (1, permission("444455556666")),
        (2, decrypt("arn:aws:kms:us-west-2:111122223333:key/old")),
    ] {
        let mut first = good();
        *first.get_mut(which).unwrap() = answer.clone();
        let (ready, calls) = wait(first.clone(), good(), 2).await;
        assert!(ready.is_ok(), "{answer:?}");
        // What stood was not asked again.
        assert_eq!(calls.len(), 4, "{calls:?}");
        let ready = wait(first.clone(), first, 2).await.0;
        assert!(
            matches!(&ready, Err(ReadyError::Missing { missing, .. }) if missing.len() == 1),
            "{ready:?}"
        );
    }
}

#[tokio::test]
async fn everything_that_is_missing_is_named() {
    let none = error(404, "ResourceNotFoundException", "no");
    let bad = [function("Pending", "InProgress"), none, decrypt("arn:else")];
    let error = wait(bad.clone(), bad, 1).await.0.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pool us-west-2_a cannot use its triggers yet: the function acme is in Pending, its last update in \
         InProgress: because; the policy of the function acme does not let \
         arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a invoke it; the policy Decrypt of the role \
         r does not let it decrypt codes of the pool under arn:aws:kms:us-west-2:111122223333:key/k"
    );
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn a_function_that_failed_is_not_waited_for() {
    for (state, update, words) in [
        ("Failed", "Successful", "the function acme is in Failed: because"),
        ("Inactive", "Successful", "the function acme is in Inactive: because"),
        (
            "Active",
            "Failed",
            "the function acme is in Active, but its last update failed: so",
        ),
    ] {
        let mut answers = good();
        *answers.get_mut(0).unwrap() = function(state, update);
        let (ready, calls) = wait(answers.clone(), answers, 40).await;
        assert_eq!((ready.unwrap_err().to_string().as_str(), calls.len()), (words, 1));
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_said_and_not_waited_for() {
    let denied = error(403, "AccessDeniedException", "no");
    let bad = [denied.clone(), denied, denied_by_iam()];
    let ready = wait(bad.clone(), bad, 40).await.0.unwrap();
    assert_eq!(ready.function, None);
    assert_eq!(
        ready.unread,
        [
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
            "iam:GetRolePolicy"
        ]
    );
}

#[tokio::test]
async fn other_functions_need_the_permission_only() {
    let stub = Stub::start(|_| permission("111122223333"));
    let expected = Expected {
        pool: &PoolId::parse("us-west-2_a").unwrap(),
        pool_arn: POOL_ARN,
        account: &AccountId::parse("111122223333").unwrap(),
        function: None,
        others: &[OTHER.to_owned()],
        decrypts: None,
    };
    assert_eq!(ready(&stub.session(), &expected).await.unwrap(), Ready::default());
    let path = stub.actions().concat();
    assert!(path.ends_with("/policy") && path.contains("theirs"), "{path}");
}
