//! Who asks for what, and the answer that IAM should give.

use deployer::spec::Stack;
use serde_json::{Value, json};

use super::{ACCOUNT, CONTEXT, POOL, arn};
use crate::stacks::{self, EXISTING_KEY, GRANT_ROLE, PREVIOUS_KEY};

const OTHER_POOL: &str = "us-west-2_OtherPool";
const OTHER_ROLE: &str = "arn:aws:iam::111122223333:role/other";
const OTHER_KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/33333333-3333-3333-3333-333333333333";
const OTHER_ACCOUNT: &str = "999999999999";
const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";
const PHONE: &str = "+12015550100";
const TOPIC: &str = "arn:aws:sns:us-west-2:111122223333:alerts";
const LAMBDA: &str = "lambda.amazonaws.com";
const COGNITO: &str = "cognito-idp.amazonaws.com";

// Where the statements stand that rows change.
const DECRYPT: &str = "/DecryptPolicy/Properties/PolicyDocument/Statement/0";
const LOGS: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/0";
const QUEUE: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/1";
const PUBLISH: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/2";
const NETWORK: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/3";
const FUNCTION_TRUST: &str = "/FunctionRole/Properties/AssumeRolePolicyDocument/Statement/0";
const SMS_PUBLISH: &str = "/SmsRole/Properties/Policies/0/PolicyDocument/Statement/0";
const SMS_TRUST: &str = "/SmsRole/Properties/AssumeRolePolicyDocument/Statement/0";
const KEY_ACCOUNT: &str = "/Key/Properties/KeyPolicy/Statement/0";
const KEY_GRANT: &str = "/Key/Properties/KeyPolicy/Statement/1";
const PERMISSION: &str = "/FunctionPermission/Properties";

/// A request, and what IAM should answer.
pub(super) struct Row {
    pub(super) stack: fn() -> Stack,
    pub(super) name: &'static str,
    pub(super) principal: String,
    pub(super) action: &'static str,
    pub(super) resource: String,
    pub(super) context: Vec<(&'static str, String)>,
    pub(super) allowed: bool,
    /// Where in the resources, and what to put there instead, to turn the answer around.
    pub(super) mutation: (String, Value),
}

/// The row's answer is still open.
struct Asked(Row);

fn ask(stack: fn() -> Stack, name: &'static str, principal: &str, action: &'static str, resource: &str) -> Asked {
    Asked(Row {
        stack,
        name,
        principal: principal.to_owned(),
        action,
        resource: resource.to_owned(),
        context: Vec::new(),
        allowed: false,
        mutation: (String::new(), Value::Null),
    })
}

impl Asked {
    fn with(mut self, key: &'static str, value: &str) -> Self {
        self.0.context.push((key, value.to_owned()));
        self
    }

    /// Allowed, unless the template said `value` at `member` of `statement`.
    fn allowed_unless(self, statement: &str, member: &str, value: Value) -> Row {
        Row {
            allowed: true,
            mutation: (format!("{statement}/{member}"), value),
            ..self.0
        }
    }

    /// Denied, unless the template said `value` at `member` of `statement`.
    fn denied_unless(self, statement: &str, member: &str, value: Value) -> Row {
        Row {
            allowed: false,
            mutation: (format!("{statement}/{member}"), value),
            ..self.0
        }
    }
}

pub(super) fn rows() -> Vec<Row> {
    [
        codes(),
        logs_and_queue(),
        messages(),
        grants(),
        roles(),
        invocations(),
        network(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What Lambda may do for a function in a VPC, and the function's code may not.
fn network() -> Vec<Row> {
    let role = &arn("FunctionRole");
    let interface = "arn:aws:ec2:us-west-2:111122223333:network-interface/eni-0123456789abcdef0";
    let ask = |stack, name, action| ask(stack, name, role, action, interface);
    let at_all = "/FunctionRole/Properties/Policies/0";
    vec![
        ask(
            stacks::confined,
            "to remove an interface, for Lambda",
            "ec2:DeleteNetworkInterface",
        )
        .allowed_unless(NETWORK, "Action", json!("ec2:CreateNetworkInterface")),
        ask(
            stacks::confined,
            "to remove an interface, for the function's code",
            "ec2:DeleteNetworkInterface",
        )
        .with("lambda:SourceFunctionArn", &arn("Function"))
        .denied_unless(NETWORK, "Condition", json!({})),
        ask(
            stacks::minimal,
            "to remove an interface, without a VPC",
            "ec2:DeleteNetworkInterface",
        )
        .denied_unless(
            at_all,
            "PolicyDocument/Statement/0",
            json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}),
        ),
    ]
}

/// What the function may decrypt.
fn codes() -> Vec<Row> {
    let (role, key) = (&arn("FunctionRole"), &arn("Key"));
    let decrypt = |stack, name, principal: &str, key: &str| ask(stack, name, principal, "kms:Decrypt", key);
    let own_pool = "Condition/StringEquals/kms:EncryptionContext:userpool-id";
    let if_exists = json!({"StringEqualsIfExists": {"kms:EncryptionContext:userpool-id": POOL}});
    let anything = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"});
    vec![
        decrypt(stacks::granted, "codes of the own pool", role, key)
            .with(CONTEXT, POOL)
            .allowed_unless(DECRYPT, own_pool, json!(OTHER_POOL)),
        decrypt(stacks::existing_pool, "codes of a pool outside the stack", role, key)
            .with(CONTEXT, "us-west-2_AbCdEf123")
            .allowed_unless(DECRYPT, own_pool, json!(OTHER_POOL)),
        decrypt(
            stacks::full,
            "codes under a key that exists already",
            role,
            EXISTING_KEY,
        )
        .with(CONTEXT, POOL)
        .allowed_unless(DECRYPT, "Resource/0", json!(OTHER_KEY)),
        decrypt(stacks::granted, "codes under the key before a swap", role, PREVIOUS_KEY)
            .with(CONTEXT, POOL)
            .allowed_unless(DECRYPT, "Resource/1", json!(OTHER_KEY)),
        decrypt(stacks::minimal, "codes, by the policy that names the role", role, key)
            .with(CONTEXT, POOL)
            .allowed_unless("/DecryptPolicy/Properties", "Roles/0", json!("other")),
        decrypt(stacks::granted, "codes of another pool", role, key)
            .with(CONTEXT, OTHER_POOL)
            .denied_unless(DECRYPT, "Condition", json!({})),
        decrypt(stacks::granted, "what has no context", role, key).denied_unless(DECRYPT, "Condition", if_exists),
        decrypt(stacks::granted, "codes under another key", role, OTHER_KEY)
            .with(CONTEXT, POOL)
            .denied_unless(DECRYPT, "Resource", json!("*")),
        decrypt(stacks::granted, "codes, for another role", OTHER_ROLE, key)
            .with(CONTEXT, POOL)
            .denied_unless(KEY_ACCOUNT, "Principal", json!({"AWS": "*"})),
        decrypt(stacks::foreign_sender, "codes that another function is sent", role, key)
            .with(CONTEXT, POOL)
            .denied_unless(
                "/FunctionRole/Properties/Policies/0",
                "PolicyDocument/Statement/0",
                anything,
            ),
        ask(
            stacks::granted,
            "to encrypt as Cognito does",
            role,
            "kms:GenerateDataKey",
            key,
        )
        .with(CONTEXT, POOL)
        .denied_unless(DECRYPT, "Action", json!("kms:*")),
    ]
}

/// Where the function may write.
fn logs_and_queue() -> Vec<Row> {
    let (role, queue) = (&arn("FunctionRole"), &arn("DeadLetterQueue"));
    let stream = &arn("LogGroup").replace(":*", ":log-stream:one");
    let other_stream = &stream.replace("acme-LogGroup", "other");
    let other_queue = &queue.replace("acme-DeadLetterQueue", "other");
    let asks = |name, action, resource: &str| ask(stacks::minimal, name, role, action, resource);
    vec![
        asks("lines of its log", "logs:PutLogEvents", stream).allowed_unless(LOGS, "Effect", json!("Deny")),
        asks("a stream of its log", "logs:CreateLogStream", stream).allowed_unless(
            LOGS,
            "Action/0",
            json!("logs:GetLogEvents"),
        ),
        asks("lines of another log", "logs:PutLogEvents", other_stream).denied_unless(LOGS, "Resource", json!("*")),
        asks("to read its log", "logs:GetLogEvents", stream).denied_unless(LOGS, "Action", json!("logs:*")),
        asks("its queue", "sqs:SendMessage", queue).allowed_unless(QUEUE, "Effect", json!("Deny")),
        asks("another queue", "sqs:SendMessage", other_queue).denied_unless(QUEUE, "Resource", json!("*")),
        asks("to read its queue", "sqs:ReceiveMessage", queue).denied_unless(QUEUE, "Action", json!("sqs:*")),
    ]
}

/// Whom the function and Cognito may text.
fn messages() -> Vec<Row> {
    let publish = |stack, name, resource: &str, region| {
        ask(stack, name, &arn("FunctionRole"), "sns:Publish", resource).with("aws:RequestedRegion", region)
    };
    let cognito = |name, resource: &str| ask(stacks::mfa, name, &arn("SmsRole"), "sns:Publish", resource);
    let other_topics = || json!("arn:aws:sns:*:*:other");
    let anything = json!({"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"});
    vec![
        publish(stacks::minimal, "a phone", PHONE, "us-west-2").allowed_unless(PUBLISH, "NotResource", json!("*")),
        publish(stacks::minimal, "a topic", TOPIC, "us-west-2").denied_unless(PUBLISH, "NotResource", other_topics()),
        publish(
            stacks::minimal,
            "a phone from a Region that no provider names",
            PHONE,
            "eu-west-1",
        )
        .denied_unless(PUBLISH, "Condition", json!({})),
        publish(stacks::full, "a phone from a provider's Region", PHONE, "us-east-1").allowed_unless(
            PUBLISH,
            "Condition/StringEquals/aws:RequestedRegion",
            json!(["us-west-2"]),
        ),
        publish(
            stacks::full,
            "a phone from the Region of a provider without a route",
            PHONE,
            "eu-west-1",
        )
        .denied_unless(PUBLISH, "Condition", json!({})),
        publish(
            stacks::foreign_sender,
            "a phone, where no message goes by SNS",
            PHONE,
            "us-west-2",
        )
        .denied_unless(
            "/FunctionRole/Properties/Policies/0",
            "PolicyDocument/Statement/0",
            anything,
        ),
        cognito("a phone, for Cognito", PHONE).allowed_unless(SMS_PUBLISH, "NotResource", json!("*")),
        cognito("a topic, for Cognito", TOPIC).denied_unless(SMS_PUBLISH, "NotResource", other_topics()),
    ]
}

/// Who may make grants for Cognito.
fn grants() -> Vec<Row> {
    let key = &arn("Key");
    let grant = |stack, name, principal: &str| ask(stack, name, principal, "kms:CreateGrant", key);
    vec![
        grant(stacks::granted, "a grant, for a role that the file names", GRANT_ROLE).allowed_unless(
            KEY_GRANT,
            "Principal/AWS/0",
            json!(OTHER_ROLE),
        ),
        grant(
            stacks::granted,
            "a grant, for a role that the file does not name",
            OTHER_ROLE,
        )
        .denied_unless(KEY_GRANT, "Principal/AWS/0", json!(OTHER_ROLE)),
        grant(
            stacks::minimal,
            "a grant, where the account's own policies allow it",
            ADMIN,
        )
        .allowed_unless(KEY_ACCOUNT, "Principal", json!({"AWS": OTHER_ROLE})),
        ask(
            stacks::granted,
            "codes, for the role that makes grants",
            GRANT_ROLE,
            "kms:Decrypt",
            key,
        )
        .with(CONTEXT, POOL)
        .denied_unless(KEY_GRANT, "Action", json!("kms:*")),
    ]
}

/// Who may take on the roles.
fn roles() -> Vec<Row> {
    let sms = |name, principal, external_id, account| {
        ask(stacks::mfa, name, principal, "sts:AssumeRole", &arn("SmsRole"))
            .with("sts:ExternalId", external_id)
            .with("aws:SourceAccount", account)
    };
    let function = |name, principal| ask(stacks::minimal, name, principal, "sts:AssumeRole", &arn("FunctionRole"));
    let id = "acme-mfa-user-pool";
    let only = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    vec![
        sms("the SMS role, for Cognito", COGNITO, id, ACCOUNT).allowed_unless(
            SMS_TRUST,
            "Condition/StringEquals/sts:ExternalId",
            json!("other"),
        ),
        sms(
            "the SMS role, for a pool with another external id",
            COGNITO,
            "other",
            ACCOUNT,
        )
        .denied_unless(SMS_TRUST, "Condition", only("aws:SourceAccount", ACCOUNT)),
        sms(
            "the SMS role, for a pool of another account",
            COGNITO,
            id,
            OTHER_ACCOUNT,
        )
        .denied_unless(SMS_TRUST, "Condition", only("sts:ExternalId", id)),
        sms("the SMS role, for another service", LAMBDA, id, ACCOUNT).denied_unless(
            SMS_TRUST,
            "Principal/Service",
            json!(LAMBDA),
        ),
        function("the function's role, for Lambda", LAMBDA).allowed_unless(
            FUNCTION_TRUST,
            "Principal/Service",
            json!(COGNITO),
        ),
        function("the function's role, for another service", COGNITO).denied_unless(
            FUNCTION_TRUST,
            "Principal/Service",
            json!(COGNITO),
        ),
    ]
}

/// Which pool may invoke the function.
fn invocations() -> Vec<Row> {
    let other_pool = arn("Pool").replace(POOL, OTHER_POOL);
    let invoke = |name, principal, pool: &str, account| {
        ask(
            stacks::minimal,
            name,
            principal,
            "lambda:InvokeFunction",
            &arn("Function"),
        )
        .with("aws:SourceArn", pool)
        .with("aws:SourceAccount", account)
    };
    vec![
        invoke("the function, for the own pool", COGNITO, &arn("Pool"), ACCOUNT).allowed_unless(
            PERMISSION,
            "SourceArn",
            json!(other_pool),
        ),
        invoke("the function, for another pool", COGNITO, &other_pool, ACCOUNT).denied_unless(
            PERMISSION,
            "SourceArn",
            json!("arn:aws:cognito-idp:us-west-2:111122223333:userpool/*"),
        ),
        invoke(
            "the function, for another account",
            COGNITO,
            &arn("Pool"),
            OTHER_ACCOUNT,
        )
        .denied_unless(PERMISSION, "SourceAccount", json!(OTHER_ACCOUNT)),
        invoke(
            "the function, for another service",
            "sns.amazonaws.com",
            &arn("Pool"),
            ACCOUNT,
        )
        .denied_unless(PERMISSION, "Principal", json!("sns.amazonaws.com")),
    ]
}
