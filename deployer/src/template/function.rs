//! The function, its log group, its queue, and how Lambda retries.

use serde_json::{Map, Value, json};

use super::guard;
use super::iam::{function_role, key_arn};
use super::resource::{Retention, Skip, resource};
use super::value::{attribute, document, reference, substitute};
use crate::model::{AssetLocation, Handler, logical, parameter};
use crate::spec::{Roles, SecurityGroupId, SubnetId};

/// Events stay long enough for a long weekend. The codes in them are worthless within the hour, but
/// the count of people who got none is not.
const QUEUE_RETENTION_S: u32 = 4 * 24 * 60 * 60;

const LOG_GROUP_SKIPS: [Skip; 1] = [Skip {
    id: "CKV_AWS_158",
    comment: "CloudWatch Logs encrypts every log group, and the function logs no code, phone number or address that \
              a key of its own would have to keep from readers of the log",
}];

const QUEUE_SKIPS: [Skip; 1] = [Skip {
    id: "CKV_AWS_27",
    comment: "The queue is encrypted by SqsManagedSseEnabled, which the rule does not look at; codes in it are \
              encrypted a second time, under the pool's key",
}];

const NO_VPC: Skip = Skip {
    id: "CKV_AWS_117",
    comment: "The function calls AWS's and the providers' public endpoints and nothing inside a VPC",
};

/// For a function that Cognito waits for.
const NO_QUEUE: Skip = Skip {
    id: "CKV_AWS_116",
    comment: "The pool waits for every answer and hears of every failure itself: there is no event to keep",
};

const FUNCTION_SKIPS: [Skip; 4] = [
    Skip {
        id: "CKV_AWS_115",
        comment: "Reserved concurrency would make codes wait during a rush of sign-ups, and takes it from the rest \
                  of the account",
    },
    Skip {
        id: "CKV_AWS_116",
        comment: "AsyncConfig sends failed events to DeadLetterQueue; the rule knows only the older DeadLetterConfig",
    },
    NO_VPC,
    Skip {
        id: "CKV_AWS_173",
        comment: "The environment holds names and ARNs, no secret; Lambda encrypts it with its own key",
    },
];

/// Renders the function and all that it needs, role included.
pub(super) fn render(handler: &Handler, roles: &Roles, resources: &mut Map<String, Value>) {
    let mut put = |id: &str, resource: Value| resources.insert(id.to_owned(), resource);
    put(logical::LOG_GROUP, log_group(handler));
    if handler.is_asynchronous() {
        put(logical::DEAD_LETTER_QUEUE, queue());
    }
    if let Some(guard) = handler.guard {
        guard::render(guard, resources);
    }
    let mut put = |id: &str, resource: Value| resources.insert(id.to_owned(), resource);
    put(logical::FUNCTION_ROLE, function_role(handler, roles));
    if handler.is_asynchronous() {
        put(logical::QUEUE_POLICY, queue_policy());
    }
    put(logical::FUNCTION, function(handler));
    put(logical::FUNCTION_VERSION, function_version(handler));
    if handler.is_asynchronous() {
        put(logical::ASYNC_CONFIG, async_config(handler));
    }
}

fn log_group(handler: &Handler) -> Value {
    let properties = json!({"RetentionInDays": handler.function.log_retention_days});
    resource("AWS::Logs::LogGroup", Retention::Keep, &LOG_GROUP_SKIPS, properties)
}

fn queue() -> Value {
    let properties = json!({"MessageRetentionPeriod": QUEUE_RETENTION_S, "SqsManagedSseEnabled": true});
    resource("AWS::SQS::Queue", Retention::Delete, &QUEUE_SKIPS, properties)
}

/// Returns the policy of the queue: only the function's role may put records into it, since `redrive` sends what it finds
/// there. Queue and role are ARNs, or what CloudFormation makes ARNs of.
///
/// Lambda's failure destination sends by the function's role too. Both statements deny: the role is allowed by its own
/// policy, and every other right on the queue stays with the account, the right to change this policy included.
/// `aws:PrincipalArn` of a session is the ARN of its role. A service that sends in its own name has none and is denied,
/// since a negated operator matches a key that is missing.
///
/// Source: "Capturing records of Lambda asynchronous invocations", AWS Lambda Developer Guide; "AWS global condition
/// context keys" and "IAM JSON policy elements: Condition operators", IAM User Guide.
pub fn queue_policy_document(queue_arn: impl Into<Value>, role_arn: impl Into<Value>) -> Value {
    let (queue, role) = (queue_arn.into(), role_arn.into());
    document(vec![
        json!({
            "Sid": "OnlyTheFunctionSends",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}},
        }),
        json!({
            "Sid": "OnlyByTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": queue,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }),
    ])
}

fn queue_policy() -> Value {
    let [queue, role] = [logical::DEAD_LETTER_QUEUE, logical::FUNCTION_ROLE].map(|id| attribute(id, "Arn"));
    let properties = json!({
        "Queues": [reference(logical::DEAD_LETTER_QUEUE)],
        "PolicyDocument": queue_policy_document(queue, role),
    });
    resource("AWS::SQS::QueuePolicy", Retention::None, &[], properties)
}

fn function(handler: &Handler) -> Value {
    let function = &handler.function;
    let mut properties = json!({
        "Description": "Delivers the messages of an Amazon Cognito user pool",
        "Runtime": "provided.al2023",
        "Architectures": [function.architecture.name()],
        "Handler": "bootstrap",
        "Code": {
            "S3Bucket": bucket(&handler.code),
            "S3Key": substitute(&format!("handler/{}/${{{}}}", handler.code.digest, parameter::HANDLER_FILE)),
            // Whoever may put an object into the bucket must not thereby change what is deployed.
            "S3ObjectVersion": reference(parameter::HANDLER_OBJECT_VERSION),
        },
        "Role": attribute(logical::FUNCTION_ROLE, "Arn"),
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
        "Environment": {"Variables": environment(handler)},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": function.log_level.name(),
            "LogGroup": reference(logical::LOG_GROUP),
        },
    });
    let mut skips = FUNCTION_SKIPS.to_vec();
    if let (Some(vpc), Some(properties)) = (&function.vpc, properties.as_object_mut()) {
        let subnets: Vec<&str> = vpc.subnet_ids.iter().map(SubnetId::as_str).collect();
        let groups: Vec<&str> = vpc.security_group_ids.iter().map(SecurityGroupId::as_str).collect();
        properties.insert(
            "VpcConfig".to_owned(),
            json!({"SubnetIds": subnets, "SecurityGroupIds": groups}),
        );
        skips.retain(|skip| skip.id != NO_VPC.id);
    }
    for skip in skips.iter_mut().filter(|skip| skip.id == NO_QUEUE.id) {
        if !handler.is_asynchronous() {
            *skip = NO_QUEUE;
        }
    }
    resource("AWS::Lambda::Function", Retention::None, &skips, properties)
}

/// Lambda publishes a version only if the function's code has this SHA-256. The pool waits for it, so CloudFormation
/// points no pool at other code, and takes an update back whose code is another.
fn function_version(handler: &Handler) -> Value {
    let properties = json!({
        "FunctionName": reference(logical::FUNCTION),
        // Other inputs are another version, which Lambda makes in place of this one.
        "Description": format!("Handler {}", handler.code.digest),
        "CodeSha256": reference(parameter::HANDLER_SHA256),
    });
    resource("AWS::Lambda::Version", Retention::Delete, &[], properties)
}

/// What the deployment says of the zip when it has stored it.
pub(super) fn parameters() -> Map<String, Value> {
    let text = |pattern: &str, description: &str| json!({"Type": "String", "AllowedPattern": pattern, "Description": description});
    [
        (
            parameter::HANDLER_FILE,
            text(
                "[0-9a-f]{64}\\.zip",
                "File name of the handler's zip in the assets bucket",
            ),
        ),
        (
            parameter::HANDLER_OBJECT_VERSION,
            text(".+", "S3 version of that object"),
        ),
        (
            parameter::HANDLER_SHA256,
            text(
                "[A-Za-z0-9+/]{43}=",
                "SHA-256 of the zip in base64, as Lambda's CodeSha256",
            ),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn bucket(code: &AssetLocation) -> Value {
    match &code.bucket {
        Some(bucket) => Value::from(bucket.as_str()),
        None => substitute("deployer-assets-${AWS::AccountId}-${AWS::Region}"),
    }
}

/// `KEY_ARN` and `KEY_ALIAS` are named as in AWS's sample of a custom sender.
fn environment(handler: &Handler) -> Map<String, Value> {
    let mut variables = Map::new();
    let mut put = |name: &str, value: Value| variables.insert(name.to_owned(), value);
    put(handler::env::STACK_NAME, reference("AWS::StackName"));
    if handler.is_asynchronous() {
        put(
            handler::env::DEAD_LETTER_QUEUE_URL,
            reference(logical::DEAD_LETTER_QUEUE),
        );
    }
    if let Some(decrypt) = &handler.decrypt {
        put(handler::env::KEY_ARN, key_arn(&decrypt.key));
        if decrypt.alias {
            put(handler::env::KEY_ALIAS, reference(logical::KEY_ALIAS));
        }
        if let Some(previous) = &decrypt.previous {
            put(handler::env::PREVIOUS_KEY_ARN, Value::from(previous.as_str()));
        }
    }
    if let Some(guard) = handler.guard {
        for (name, value) in guard::environment(guard) {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// Counts for `$LATEST`, which is what an unqualified ARN in `LambdaConfig` calls.
fn async_config(handler: &Handler) -> Value {
    let properties = json!({
        "FunctionName": reference(logical::FUNCTION),
        "Qualifier": "$LATEST",
        "MaximumEventAgeInSeconds": handler.function.asynchronous.max_event_age_s,
        "MaximumRetryAttempts": handler.function.asynchronous.max_retries,
        "DestinationConfig": {"OnFailure": {"Destination": attribute(logical::DEAD_LETTER_QUEUE, "Arn")}},
    });
    resource("AWS::Lambda::EventInvokeConfig", Retention::None, &[], properties)
}
