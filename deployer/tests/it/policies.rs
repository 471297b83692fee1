//! The rendered policies, evaluated: who may do what, and who may not.
//!
//! Each row of the table holds a change of the template that turns its answer around, so that a row
//! which would pass anyway cannot stay unseen.

mod read_only;
mod table;

use std::path::Path;

use serde_json::{Map, Value, json};

use self::table::Row;
use crate::stacks;
use crate::support::node;

const ACCOUNT: &str = "111122223333";
const POOL: &str = "us-west-2_OwnPool01";
/// The condition key, in words of the simulator's catalogue; by its own name it would be ignored.
const CONTEXT: &str = "kms:EncryptionContext:${EncryptionContextKey}";

/// Returns what `Fn::GetAtt` answers once a stack is deployed.
fn arn(id: &str) -> String {
    match id {
        "Key" => format!("arn:aws:kms:us-west-2:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"),
        "Pool" => format!("arn:aws:cognito-idp:us-west-2:{ACCOUNT}:userpool/{POOL}"),
        "LogGroup" => format!("arn:aws:logs:us-west-2:{ACCOUNT}:log-group:acme-LogGroup:*"),
        "DeadLetterQueue" => format!("arn:aws:sqs:us-west-2:{ACCOUNT}:acme-DeadLetterQueue"),
        "GuardTable" => format!("arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/acme-GuardTable"),
        "Function" => format!("arn:aws:lambda:us-west-2:{ACCOUNT}:function:acme-Function"),
        "FunctionRole" | "SmsRole" => format!("arn:aws:iam::{ACCOUNT}:role/acme-{id}"),
        other => panic!("no ARN for `{other}`"),
    }
}

/// Puts example values where a template refers to resources and pseudo parameters.
fn resolved(value: &Value) -> Value {
    match value {
        Value::Object(members) => match members.iter().next().map(|(name, member)| (name.as_str(), member)) {
            Some(("Ref", Value::String(id))) => Value::from(match id.as_str() {
                "AWS::AccountId" => ACCOUNT.to_owned(),
                "AWS::Region" => "us-west-2".to_owned(),
                "Pool" => POOL.to_owned(),
                "GuardSecret" => format!("arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:GuardSecret-AbCdEf"),
                id => id.to_owned(),
            }),
            Some(("Fn::GetAtt", Value::Array(path))) => Value::from(arn(path[0].as_str().unwrap())),
            Some(("Fn::Sub", Value::String(text))) => {
                let text = text
                    .replace("${AWS::Partition}", "aws")
                    .replace("${AWS::AccountId}", ACCOUNT);
                let text = text.replace("${AWS::Region}", "us-west-2");
                assert!(!text.contains("${"), "{text}");
                Value::from(text)
            }
            _ => Value::Object(
                members
                    .iter()
                    .map(|(name, member)| (renamed(name), resolved(member)))
                    .collect(),
            ),
        },
        Value::Array(items) => items.iter().map(resolved).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn renamed(name: &str) -> String {
    if name.starts_with("kms:EncryptionContext:") {
        CONTEXT.to_owned()
    } else {
        name.to_owned()
    }
}

/// Evaluates the whole table twice, as rendered and mutated, in one process.
#[test]
fn policies_allow_what_they_should_and_no_more() {
    let rows = table::rows();
    let rendered = rows.iter().map(|row| simulation(row, &resources(row)));
    let mutated = rows.iter().map(|row| simulation(row, &mutated(row)));
    let verdicts = evaluate(&rendered.chain(mutated).collect());
    let (as_rendered, as_mutated) = verdicts.split_at(rows.len());
    let mut wrong = Vec::new();
    for ((row, rendered), mutated) in rows.iter().zip(as_rendered).zip(as_mutated) {
        for (verdict, wanted, which) in [(rendered, row.allowed, "rendered"), (mutated, !row.allowed, "mutated")] {
            assert_eq!(
                verdict["ignored"],
                json!([]),
                "{}: the simulator ignores a condition: {verdict}",
                row.name
            );
            let answer = verdict["answer"].as_str().unwrap();
            assert!(
                ["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"].contains(&answer),
                "{}: {verdict}",
                row.name
            );
            if (answer == "Allowed") != wanted {
                wrong.push(format!("{} ({which}): {answer}", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn resources(row: &Row) -> Value {
    stacks::template(&(row.stack)()).value()["Resources"].clone()
}

fn mutated(row: &Row) -> Value {
    let mut resources = resources(row);
    let (path, value) = &row.mutation;
    *resources
        .pointer_mut(path)
        .unwrap_or_else(|| panic!("{}: nothing at {path}", row.name)) = value.clone();
    resources
}

/// Puts a request together with the policies that would be deployed.
fn simulation(row: &Row, resources: &Value) -> Value {
    let context: Map<String, Value> = row
        .context
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "request": {
            "principal": row.principal,
            "action": row.action,
            "resource": {"resource": row.resource, "accountId": ACCOUNT},
            "contextVariables": context,
        },
        "identityPolicies": identity_policies(&row.principal, resources),
        "resourcePolicy": resource_policy(&row.resource, resources),
    })
}

fn identity_policies(principal: &str, resources: &Value) -> Vec<Value> {
    let mut policies = Vec::new();
    let mut put = |document: &Value| {
        policies.push(json!({"name": format!("policy{}", policies.len()), "policy": resolved(document)}));
    };
    if principal.ends_with("role/admin") {
        put(&json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}));
    }
    for (id, resource) in resources.as_object().unwrap() {
        let properties = &resource["Properties"];
        if resource["Type"] == "AWS::IAM::Role" && arn(id) == principal {
            properties["Policies"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|policy| put(&policy["PolicyDocument"]));
        }
        if resource["Type"] == "AWS::IAM::Policy" {
            let roles = properties["Roles"].as_array().unwrap();
            let named = roles
                .iter()
                .filter_map(|role| role["Ref"].as_str())
                .any(|role| arn(role) == principal);
            if named {
                put(&properties["PolicyDocument"]);
            }
        }
    }
    policies
}

/// The policy on the other side: a key's, the queue's, or whom a role trusts.
fn resource_policy(resource: &str, resources: &Value) -> Value {
    if resource == arn("Key") {
        return resolved(&resources["Key"]["Properties"]["KeyPolicy"]);
    }
    if resource.starts_with("arn:aws:kms:") {
        // Somebody else's key, as the console makes it: its account decides.
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let statement = json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
        return json!({"Version": "2012-10-17", "Statement": [statement]});
    }
    if resource == arn("DeadLetterQueue") {
        return resolved(&resources["QueuePolicy"]["Properties"]["PolicyDocument"]);
    }
    if resource == arn("Function") {
        return invoke_policy(&resources["FunctionPermission"]["Properties"]);
    }
    let roles = ["FunctionRole", "SmsRole"];
    let role = roles.into_iter().find(|id| arn(id) == resource);
    role.map_or(Value::Null, |id| {
        resolved(&resources[id]["Properties"]["AssumeRolePolicyDocument"])
    })
}

/// The statement that Lambda makes of a permission.
fn invoke_policy(permission: &Value) -> Value {
    let permission = resolved(permission);
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": permission["Principal"]},
        "Action": permission["Action"],
        "Resource": arn("Function"),
        "Condition": {
            "ArnLike": {"aws:SourceArn": permission["SourceArn"]},
            "StringEquals": {"aws:SourceAccount": permission["SourceAccount"]},
        },
    }]})
}

fn evaluate(simulations: &Vec<Value>) -> Vec<Value> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies");
    node::ask("iam-simulate", &project, "simulate.cjs", &[], simulations)
}
