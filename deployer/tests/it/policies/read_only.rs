//! The policy for whoever runs `deployer diff`: all that it calls, and nothing that changes anything. That it is enough
//! for every finding is shown by `flows::matrix` and `flows::read_only`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{ACCOUNT, evaluate};

const STACK: &str = "arn:aws:cloudformation:us-west-2:111122223333:stack/acme/00000000-0000-0000-0000-000000000000";
const POOL: &str = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_AbCdEf123";
const BUCKET: &str = "arn:aws:s3:::deployer-assets-111122223333-us-west-2";
const KEPT: &str = "arn:aws:s3:::deployer-assets-111122223333-us-west-2/pools/us-west-2_AbCdEf123/acme/0123.json";
const ZIP: &str = "arn:aws:s3:::deployer-assets-111122223333-us-west-2/handler/0123.zip";
const OTHER: &str = "arn:aws:s3:::deployer-assets-111122223333-us-west-2/templates/0123.json";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-1111-1111-111111111111";
const ROLE: &str = "arn:aws:iam::111122223333:role/sms";
const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:acme-Function-0123456789AB";

/// What `diff` may call, on what, and the statement that says so.
const READS: [(&str, &str, &str); 15] = [
    ("cloudformation:DescribeStacks", STACK, "Stacks"),
    ("cloudformation:GetTemplate", STACK, "Stacks"),
    ("cloudformation:ListStackResources", STACK, "Stacks"),
    ("cognito-idp:ListUserPools", "*", "PoolsByName"),
    ("cognito-idp:DescribeUserPool", POOL, "Pools"),
    ("cognito-idp:GetUserPoolMfaConfig", POOL, "Pools"),
    ("s3:ListBucket", BUCKET, "WhetherAnObjectIsThere"),
    ("s3:GetObject", ZIP, "HandlerZips"),
    ("s3:GetObjectVersion", ZIP, "HandlerZips"),
    ("s3:GetObject", KEPT, "SavedPools"),
    ("lambda:GetFunctionConfiguration", FUNCTION, "DeployedFunctions"),
    ("kms:DescribeKey", KEY, "Keys"),
    ("kms:GetKeyPolicy", KEY, "Keys"),
    ("iam:GetRole", ROLE, "SmsRoles"),
    ("iam:SimulatePrincipalPolicy", ROLE, "SmsRoles"),
];

/// What `apply` and others call, and what nobody who only looks needs.
const REFUSED: [(&str, &str); 23] = [
    ("cloudformation:CreateChangeSet", STACK),
    ("cloudformation:ExecuteChangeSet", STACK),
    ("cloudformation:DeleteChangeSet", STACK),
    ("cloudformation:UpdateStack", STACK),
    ("cloudformation:DeleteStack", STACK),
    ("cloudformation:UpdateTerminationProtection", STACK),
    ("cognito-idp:UpdateUserPool", POOL),
    ("cognito-idp:DeleteUserPool", POOL),
    ("cognito-idp:SetUserPoolMfaConfig", POOL),
    ("cognito-idp:ListUsers", POOL),
    ("s3:PutObject", KEPT),
    ("s3:DeleteObject", KEPT),
    ("s3:PutObject", ZIP),
    ("s3:DeleteObject", ZIP),
    ("s3:GetObject", OTHER),
    ("kms:Decrypt", KEY),
    ("kms:CreateGrant", KEY),
    ("kms:PutKeyPolicy", KEY),
    ("iam:PassRole", ROLE),
    ("iam:PutRolePolicy", ROLE),
    ("lambda:InvokeFunction", FUNCTION),
    ("lambda:UpdateFunctionCode", FUNCTION),
    ("lambda:GetFunction", FUNCTION),
];

fn simulation(action: &str, resource: &str, policy: &Value) -> Value {
    let resource_policy = if resource == KEY {
        // A key's account decides, as the console makes it.
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let statement = json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
        json!({"Version": "2012-10-17", "Statement": [statement]})
    } else {
        Value::Null
    };
    json!({
        "request": {
            "principal": format!("arn:aws:iam::{ACCOUNT}:role/reviewer"),
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": {},
        },
        "identityPolicies": [{"name": "diff", "policy": policy}],
        "resourcePolicy": resource_policy,
    })
}

fn without(policy: &Value, sid: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != sid);
    assert_eq!(statements.len() + 1, before, "{sid}");
    policy
}

#[test]
fn who_diffs_may_read_what_it_reads_and_change_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/diff-policy.json");
    let policy: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let allowed = READS.map(|(action, resource, _)| simulation(action, resource, &policy));
    let taken = READS.map(|(action, resource, sid)| simulation(action, resource, &without(&policy, sid)));
    let refused = REFUSED.map(|(action, resource)| simulation(action, resource, &policy));
    let verdicts = evaluate(&[&allowed[..], &taken, &refused].concat());
    let answers: Vec<bool> = verdicts.iter().map(|verdict| verdict["answer"] == "Allowed").collect();
    let wanted = [&[true; READS.len()][..], &[false; READS.len()], &[false; REFUSED.len()]].concat();
    assert_eq!(answers, wanted, "{verdicts:?}");
    for verdict in &verdicts {
        let known = ["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"];
        assert!(known.contains(&verdict["answer"].as_str().unwrap()), "{verdict}");
    }
    // Nothing is allowed that no row asks for.
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| match &statement["Action"] {
        Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    });
    let actions: Vec<Value> = actions.collect();
    assert_eq!(actions, READS.map(|(action, ..)| json!(action)));
}
