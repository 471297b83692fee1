//! Who asks for what, and the answer that IAM should give.

use deployer::spec::Stack;
use serde_json::{Value, json};

use super::{ACCOUNT, CONTEXT, POOL, arn};
use crate::stacks::{self, EXISTING_KEY, GRANT_ROLE, HOOK_SECRET, PREVIOUS_KEY, SECRET_KEY};

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
const QUEUE_SENDERS: &str = "/QueuePolicy/Properties/PolicyDocument/Statement/0";
/// The key by which AWS tells the role of a session; the simulator does not set it by itself.
const PRINCIPAL: &str = "aws:PrincipalArn";
const QUEUE_TLS: &str = "/QueuePolicy/Properties/PolicyDocument/Statement/1";
const PUBLISH: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/2";
/// The first right of a provider.
const PROVIDER: &str = PUBLISH;
/// Of Twilio behind SNS, whose right comes first, by name.
const SECRET: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/3";
const PARAMETER: &str = SECRET;
const PARAMETER_KEY: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/4";
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
        queue(),
        messages(),
        emails(),
        secrets(),
        grants(),
        roles(),
        invocations(),
        network(),
        guard(),
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

/// What the function may do with its guard table, and with nobody else's.
fn guard() -> Vec<Row> {
    const TABLE: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/2";
    const SECRET: &str = "/FunctionRole/Properties/Policies/0/PolicyDocument/Statement/3";
    let role = &arn("FunctionRole");
    let table = |name, action, table: &str| ask(stacks::guarded, name, role, action, table);
    let secret = "arn:aws:secretsmanager:us-west-2:111122223333:secret:GuardSecret-AbCdEf";
    let read = |stack, name| ask(stack, name, role, "secretsmanager:GetSecretValue", secret);
    vec![
        table("to count a message", "dynamodb:UpdateItem", &arn("GuardTable")).allowed_unless(
            TABLE,
            "Action",
            json!("dynamodb:GetItem"),
        ),
        table("to read what was counted", "dynamodb:GetItem", &arn("GuardTable")).denied_unless(
            TABLE,
            "Action",
            json!("dynamodb:*"),
        ),
        table(
            "to count in another table",
            "dynamodb:UpdateItem",
            "arn:aws:dynamodb:us-west-2:111122223333:table/other",
        )
        .denied_unless(TABLE, "Resource", json!("*")),
        read(|| stacks::example("production"), "the secret of its recipients").allowed_unless(
            SECRET,
            "Action",
            json!("secretsmanager:DescribeSecret"),
        ),
        read(stacks::guarded, "a secret that it has no use for").denied_unless(
            "/FunctionRole/Properties/Policies/0",
            "PolicyDocument/Statement/2",
            json!({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}),
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
        decrypt(|| stacks::example("email-by-ses"), "codes of e-mails", role, key)
            .with(CONTEXT, POOL)
            .allowed_unless(DECRYPT, own_pool, json!(OTHER_POOL)),
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
        asks("its queue", "sqs:SendMessage", queue)
            .with("aws:SecureTransport", "true")
            .with(PRINCIPAL, role)
            .allowed_unless(QUEUE, "Effect", json!("Deny")),
        asks("another queue", "sqs:SendMessage", other_queue).denied_unless(QUEUE, "Resource", json!("*")),
        asks("to read its queue", "sqs:ReceiveMessage", queue).denied_unless(QUEUE, "Action", json!("sqs:*")),
    ]
}

/// Who may put records into the queue, read and manage it.
fn queue() -> Vec<Row> {
    let queue = &arn("DeadLetterQueue");
    let role = &arn("FunctionRole");
    // A service in its own name has no `aws:PrincipalArn`.
    let asks = |name, principal: &str, action, tls| {
        let asked = ask(stacks::minimal, name, principal, action, queue).with("aws:SecureTransport", tls);
        if principal.starts_with("arn:") {
            asked.with(PRINCIPAL, principal)
        } else {
            asked
        }
    };
    let other = || json!({"ArnNotEquals": {"aws:PrincipalArn": OTHER_ROLE}});
    let never = || json!({"Bool": {"aws:SecureTransport": "true"}});
    vec![
        asks("a record, for the function", role, "sqs:SendMessage", "true").allowed_unless(
            QUEUE_SENDERS,
            "Condition",
            other(),
        ),
        asks("a record, for an administrator", ADMIN, "sqs:SendMessage", "true").denied_unless(
            QUEUE_SENDERS,
            "Effect",
            json!("Allow"),
        ),
        asks(
            "a record, for a service in its own name",
            "sns.amazonaws.com",
            "sqs:SendMessage",
            "true",
        )
        .denied_unless(
            "/QueuePolicy/Properties/PolicyDocument",
            "Statement/0",
            json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}),
        ),
        asks(
            "to read the queue, for who redrives",
            ADMIN,
            "sqs:ReceiveMessage",
            "true",
        )
        .allowed_unless(QUEUE_SENDERS, "Action", json!("sqs:*")),
        asks(
            "the queue's policy, for an administrator",
            ADMIN,
            "sqs:SetQueueAttributes",
            "true",
        )
        .allowed_unless(QUEUE_SENDERS, "Action", json!("sqs:*")),
        asks(
            "a record without TLS, for the function",
            role,
            "sqs:SendMessage",
            "false",
        )
        .denied_unless(QUEUE_TLS, "Condition", never()),
        asks("to read the queue without TLS", ADMIN, "sqs:ReceiveMessage", "false").denied_unless(
            QUEUE_TLS,
            "Condition",
            never(),
        ),
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

/// By which identity, number and topic the function may send.
fn emails() -> Vec<Row> {
    let role = &arn("FunctionRole");
    let identity = "arn:aws:ses:us-west-2:111122223333:identity/acme.example";
    let by_ses: fn() -> Stack = || stacks::example("email-by-ses");
    let email =
        |name, resource: &str, from| ask(by_ses, name, role, "ses:SendEmail", resource).with("ses:FromAddress", from);
    let (own, other) = ("no-reply@acme.example", "ceo@acme.example");
    let number = "arn:aws:sms-voice:us-west-2:111122223333:pool/pool-0123456789abcdef0123456789abcdef";
    let text = |name, resource: &str| ask(stacks::by_others, name, role, "sms-voice:SendTextMessage", resource);
    let topic = "arn:aws:sns:us-west-2:111122223333:acme-test-messages";
    let redirected: fn() -> Stack = || stacks::example("test-by-redirect");
    let publish = |name, resource: &str| ask(redirected, name, role, "sns:Publish", resource);
    vec![
        email("an e-mail by the identity", identity, own).allowed_unless(PROVIDER, "Action", json!("ses:GetAccount")),
        email("an e-mail by another identity", &identity.replace("acme", "other"), own).denied_unless(
            PROVIDER,
            "Resource",
            json!("*"),
        ),
        email(
            "an e-mail in another Region",
            &identity.replace("us-west-2", "eu-west-1"),
            own,
        )
        .denied_unless(
            PROVIDER,
            "Resource",
            json!("arn:aws:ses:*:111122223333:identity/acme.example"),
        ),
        email("an e-mail as somebody else of the identity", identity, other).denied_unless(
            PROVIDER,
            "Condition",
            json!({}),
        ),
        ask(by_ses, "to read the identity", role, "ses:GetEmailIdentity", identity).denied_unless(
            "/FunctionRole/Properties/Policies/0",
            "PolicyDocument/Statement/2",
            json!({"Effect": "Allow", "Action": "ses:*", "Resource": identity}),
        ),
        ask(
            stacks::minimal,
            "an e-mail, where no route leads to SES",
            role,
            "ses:SendEmail",
            identity,
        )
        .with("ses:FromAddress", own)
        .denied_unless(
            "/FunctionRole/Properties/Policies/0",
            "PolicyDocument/Statement/0",
            json!({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}),
        ),
        text("a text by the pool of numbers", number).allowed_unless(
            PROVIDER,
            "Resource",
            json!(number.replace("pool-0", "pool-1")),
        ),
        text("a text by another pool of numbers", &number.replace("pool-0", "pool-1")).denied_unless(
            PROVIDER,
            "Resource",
            json!("*"),
        ),
        text("a text in another Region", &number.replace("us-west-2", "eu-west-1")).denied_unless(
            PROVIDER,
            "Resource",
            json!("*"),
        ),
        publish("the topic in place of the users", topic).allowed_unless(PROVIDER, "Resource", json!(TOPIC)),
        publish("another topic", TOPIC).denied_unless(PROVIDER, "Resource", json!("*")),
        publish("a phone, where a topic takes all", PHONE).denied_unless(PROVIDER, "Resource", json!("*")),
    ]
}

/// Which secrets of providers the function may read, and which key may open them.
fn secrets() -> Vec<Row> {
    let role = &arn("FunctionRole");
    let twilio: fn() -> Stack = || stacks::example("twilio-with-sns-behind");
    let secret = "arn:aws:secretsmanager:us-west-2:111122223333:secret:acme/twilio-AbCdEf";
    let read = |name, resource: &str| ask(twilio, name, role, "secretsmanager:GetSecretValue", resource);
    let parameter = |name, resource: &str| ask(stacks::by_others, name, role, "ssm:GetParameter", resource);
    let open = |name, key: &str, service, context| {
        ask(stacks::by_others, name, role, "kms:Decrypt", key)
            .with("kms:ViaService", service)
            .with(CONTEXT, context)
    };
    let ssm = "ssm.us-west-2.amazonaws.com";
    let other_parameter = HOOK_SECRET.replace("hook", "other");
    vec![
        read("the secret", secret).allowed_unless(SECRET, "Resource", json!(secret.replace("twilio", "other"))),
        read("another secret", &secret.replace("twilio", "other")).denied_unless(SECRET, "Resource", json!("*")),
        read(
            "a secret of that name in another Region",
            &secret.replace("us-west-2", "eu-west-1"),
        )
        .denied_unless(SECRET, "Resource", json!("*")),
        ask(
            twilio,
            "to change the secret",
            role,
            "secretsmanager:PutSecretValue",
            secret,
        )
        .denied_unless(SECRET, "Action", json!("secretsmanager:*")),
        parameter("the parameter", HOOK_SECRET).allowed_unless(PARAMETER, "Resource", json!(other_parameter)),
        parameter("another parameter", &other_parameter).denied_unless(PARAMETER, "Resource", json!("*")),
        open("the parameter's key, through its service", SECRET_KEY, ssm, HOOK_SECRET).allowed_unless(
            PARAMETER_KEY,
            "Resource",
            json!(OTHER_KEY),
        ),
        open(
            "the parameter's key, for another parameter",
            SECRET_KEY,
            ssm,
            &other_parameter,
        )
        .denied_unless(PARAMETER_KEY, "Condition", json!({})),
        open(
            "the parameter's key, by another service",
            SECRET_KEY,
            "s3.us-west-2.amazonaws.com",
            HOOK_SECRET,
        )
        .denied_unless(PARAMETER_KEY, "Condition", json!({})),
        open("another key, through the service", OTHER_KEY, ssm, HOOK_SECRET).denied_unless(
            PARAMETER_KEY,
            "Resource",
            json!("*"),
        ),
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
