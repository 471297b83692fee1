//! Roles and policies of the function and of the pool's own SMS messages.
//!
//! The one right that names the pool, to decrypt its codes, is a policy of its own: policy → pool →
//! function → role has no way back. All other rights are inline in the role, since Lambda checks the
//! right to a failure destination when the destination is set.

use serde_json::{Map, Value, json};

use super::cognito::pool_id;
use super::guard;
use super::resource::{Retention, resource};
use super::value::{account, attribute, document, one_or_many, reference, region, substitute};
use crate::model::{CallRegion, Decrypt, Grant, Handler, KeyReference, Model, On, SmsCaller, logical};
use crate::spec::Roles;

/// The name that the role knows the right by which names the pool.
pub const DECRYPT_POLICY_NAME: &str = "Decrypt";

/// The function's role, with every right but the one that names the pool.
pub(super) fn function_role(handler: &Handler, roles: &Roles) -> Value {
    let mut statements = vec![json!({
        "Sid": "WriteLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        // Ends in `:*`, which is the log streams.
        "Resource": attribute(logical::LOG_GROUP, "Arn"),
    })];
    if handler.is_asynchronous() {
        statements.push(json!({
            "Sid": "KeepFailedEvents",
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": attribute(logical::DEAD_LETTER_QUEUE, "Arn"),
        }));
    }
    statements.extend(handler.guard.into_iter().flat_map(guard::statements));
    statements.extend(handler.grants.iter().map(statement));
    if handler.function.vpc.is_some() {
        statements.push(attach_to_vpc());
    }
    let properties = json!({
        "Description": "What the message handler of a user pool may do",
        "AssumeRolePolicyDocument": document(vec![json!({
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        })]),
        "Policies": [{"PolicyName": "Handler", "PolicyDocument": document(statements)}],
    });
    role(properties, roles, Retention::None)
}

/// The name that the SMS role knows its one right by.
pub const SMS_POLICY_NAME: &str = "Publish";

/// The role by which Cognito itself sends SMS messages. Both conditions are Cognito's documented
/// guard against somebody else's pool that names this role.
pub(super) fn sms_role(caller: &SmsCaller, roles: &Roles, retention: Retention) -> Value {
    let properties = json!({
        "Description": "Lets Amazon Cognito send SMS messages of this account's user pools",
        "AssumeRolePolicyDocument": document(vec![json!({
            "Effect": "Allow",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": caller.external_id, "aws:SourceAccount": account()}},
        })]),
        "Policies": [{"PolicyName": SMS_POLICY_NAME, "PolicyDocument": document(vec![publish_to_phones()])}],
    });
    role(properties, roles, retention)
}

fn role(mut properties: Value, roles: &Roles, retention: Retention) -> Value {
    if let Some(properties) = properties.as_object_mut() {
        let boundary = roles
            .boundary
            .as_ref()
            .map(|policy| ("PermissionsBoundary", policy.as_str()));
        let path = roles.path.as_ref().map(|path| ("Path", path.as_str()));
        let members = path.into_iter().chain(boundary);
        properties.extend(members.map(|(name, value)| (name.to_owned(), Value::from(value))));
    }
    resource("AWS::IAM::Role", retention, &[], properties)
}

/// Lambda makes the function's network interfaces by the function's role. The condition leaves these
/// rights to Lambda alone: the key stands in every request that the function's own code makes.
///
/// Source: "Giving Lambda functions access to resources in an Amazon VPC", AWS Lambda Developer Guide.
fn attach_to_vpc() -> Value {
    json!({
        "Sid": "AttachToVpc",
        "Effect": "Allow",
        "Action": [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        // Lambda asks for these rights before there is an interface to name.
        "Resource": "*",
        "Condition": {"Null": {"lambda:SourceFunctionArn": "true"}},
    })
}

/// Renders a right of a provider.
fn statement(grant: &Grant) -> Value {
    let mut statement = Map::new();
    let mut put = |name: &str, value: Value| statement.insert(name.to_owned(), value);
    put("Sid", Value::from(grant.sid.as_str()));
    put("Effect", Value::from("Allow"));
    put(
        "Action",
        one_or_many(grant.actions.iter().copied().map(Value::from).collect()),
    );
    let mut conditions = Map::new();
    match &grant.on {
        On::Phones(regions) => {
            put("NotResource", no_phone());
            let regions = regions.iter().map(|called| match called {
                CallRegion::Stack => region(),
                CallRegion::Named(name) => Value::from(name.as_str()),
            });
            let regions = one_or_many(regions.collect());
            conditions.insert("StringEquals".to_owned(), json!({"aws:RequestedRegion": regions}));
        }
        On::Resources(arns) => {
            put("Resource", one_or_many(arns.iter().map(|arn| named(arn)).collect()));
        }
    }
    for condition in &grant.conditions {
        let values = condition.values.iter().map(|value| named(value));
        let operator = conditions
            .entry(condition.operator)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(operator) = operator.as_object_mut() {
            operator.insert(condition.key.to_owned(), one_or_many(values.collect()));
        }
    }
    if !conditions.is_empty() {
        put("Condition", Value::Object(conditions));
    }
    Value::Object(statement)
}

/// A text in which `${AWS::…}` may stand for what is the stack's.
fn named(text: &str) -> Value {
    if text.contains("${") {
        substitute(text)
    } else {
        Value::from(text)
    }
}

/// What Cognito itself may do by its SMS role.
fn publish_to_phones() -> Value {
    json!({
        "Sid": "PublishToPhones",
        "Effect": "Allow",
        "Action": "sns:Publish",
        "NotResource": no_phone(),
    })
}

/// A phone number has no ARN, so the right to text one can only be told by what it is not: a topic, a
/// subscription, an application or its endpoint.
fn no_phone() -> Value {
    substitute("arn:${AWS::Partition}:sns:*:*:*")
}

/// Renders the right that names the pool; it comes after the pool.
pub(super) fn render_after(model: &Model, resources: &mut Map<String, Value>) {
    let Some(decrypt) = model.handler.as_ref().and_then(|handler| handler.decrypt.as_ref()) else {
        return;
    };
    let properties = json!({
        "PolicyName": DECRYPT_POLICY_NAME,
        "Roles": [reference(logical::FUNCTION_ROLE)],
        "PolicyDocument": document(vec![json!({
            "Sid": "DecryptCodesOfThePool",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": one_or_many(keys(decrypt)),
            // Cognito puts the pool's id into the encryption context of every code.
            "Condition": {"StringEquals": {"kms:EncryptionContext:userpool-id": pool_id(&model.pool)}},
        })]),
    });
    let policy = resource("AWS::IAM::Policy", Retention::None, &[], properties);
    resources.insert(logical::DECRYPT_POLICY.to_owned(), policy);
}

fn keys(decrypt: &Decrypt) -> Vec<Value> {
    let previous = decrypt.previous.iter().map(|arn| Value::from(arn.as_str()));
    std::iter::once(key_arn(&decrypt.key)).chain(previous).collect()
}

/// Returns the ARN of the key that Cognito encrypts under.
pub(super) fn key_arn(key: &KeyReference) -> Value {
    match key {
        KeyReference::Managed => attribute(logical::KEY, "Arn"),
        KeyReference::Existing(arn) => Value::from(arn.as_str()),
    }
}
