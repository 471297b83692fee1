//! `function` and `key` in the schema.

use handler::provider::Provider;
use serde_json::{Value, json};

use super::{kit, pattern};
use crate::spec::section::{LOG_LEVELS, RETENTION_DAYS, function_default, key_default};
use crate::spec::{Architecture, KeySource};

/// `function`.
pub(super) fn function() -> Value {
    let default = function_default();
    let architectures = [Architecture::Arm64, Architecture::X86_64].map(Architecture::name);
    let levels = LOG_LEVELS.map(|(name, _)| name);
    let level = LOG_LEVELS
        .iter()
        .find(|(_, level)| *level == default.log_level)
        .map(|(name, _)| *name);
    let retention = json!({
        "description": "`RetentionInDays` of the log group.",
        "enum": RETENTION_DAYS,
        "default": default.log_retention_days,
    });
    kit::object(
        "The stack's own function, made when a trigger names `handler`.",
        &[],
        [
            (
                "architecture",
                kit::choice(
                    "What the function runs on.",
                    &architectures,
                    Some(default.architecture.name()),
                ),
            ),
            (
                "memory_mb",
                kit::integer("`MemorySize` in MB.", 128..=10_240, default.memory_mb),
            ),
            (
                "timeout_s",
                kit::integer("`Timeout` of an attempt in seconds.", 1..=900, default.timeout_s),
            ),
            ("log_retention_days", retention),
            (
                "log_level",
                kit::choice("The least level that is logged.", &levels, level),
            ),
            ("async", asynchronous()),
            ("alarms", alarms()),
            ("vpc", vpc()),
            (
                "source",
                kit::words(
                    "The handler's crate, relative to this file; only for a handler that you changed.",
                    "../handler",
                ),
            ),
            ("provider_types", provider_types()),
        ],
    )
}

fn provider_types() -> Value {
    let names: Vec<_> = Provider::TYPES.iter().map(|kind| kind.name).collect();
    let kind = kit::choice("A type of provider.", &names, None);
    kit::list(
        "The types of provider that the handler is compiled with, for a smaller one; all of them when left out. A handler \
         that came with the deployer has all of them.",
        (0, None),
        &kind,
    )
}

fn asynchronous() -> Value {
    let default = function_default().asynchronous;
    kit::object(
        "How long and how often Lambda tries. It waits one minute before the first retry and two before the second.",
        &[],
        [
            (
                "max_event_age_s",
                kit::integer(
                    "`MaximumEventAgeInSeconds`: an older message is given up.",
                    60..=21_600,
                    default.max_event_age_s,
                ),
            ),
            (
                "max_retries",
                kit::integer(
                    "`MaximumRetryAttempts` after the first attempt.",
                    0..=2,
                    default.max_retries.into(),
                ),
            ),
        ],
    )
}

fn alarms() -> Value {
    let notify = kit::id(
        "A topic that hears of alarms.",
        pattern::topic_arn(),
        "arn:aws:sns:us-west-2:111122223333:alerts",
    );
    let monitor = kit::integer(
        "For how many minutes after an update CloudFormation watches the alarms, and undoes the update when one rings.",
        0..=180,
        function_default().alarms.monitor_minutes.into(),
    );
    let keys = [("notify", notify), ("monitor_minutes", monitor)];
    kit::object(
        "Who hears when messages are lost, and what else an alarm does.",
        &[],
        keys,
    )
}

fn vpc() -> Value {
    let subnets = kit::id("A subnet.", pattern::SUBNET, "subnet-0123456789abcdef0");
    let groups = kit::id("A security group.", pattern::SECURITY_GROUP, "sg-0123456789abcdef0");
    kit::object(
        "The network of the function. Its subnets need a way to KMS, the providers, SQS and CloudWatch Logs, and with a guard to DynamoDB and Secrets Manager.",
        &["subnet_ids", "security_group_ids"],
        [
            (
                "subnet_ids",
                kit::list("The function's subnets.", (1, Some(16)), &subnets),
            ),
            (
                "security_group_ids",
                kit::list("The function's security groups.", (1, Some(5)), &groups),
            ),
        ],
    )
}

/// `key`.
pub(super) fn key() -> Value {
    let rotation = match key_default().source {
        KeySource::Managed { rotation_days, .. } => rotation_days,
        KeySource::Existing(_) => 0,
    };
    let arn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let alias = kit::with(
        kit::id(
            "The alias of the key that the stack makes.",
            pattern::ALIAS,
            "alias/acme-cognito",
        ),
        "maxLength",
        256.into(),
    );
    let role = kit::id("A role.", pattern::role_arn(), "arn:aws:iam::111122223333:role/deploy");
    let key = kit::object(
        "The key that Cognito encrypts codes under: the stack makes one unless `existing` names one.",
        &[],
        [
            ("alias", kit::with(alias, "not", json!({ "pattern": "^alias/aws/" }))),
            (
                "rotation_days",
                kit::integer(
                    "Days between rotations of the key that the stack makes.",
                    90..=2560,
                    rotation,
                ),
            ),
            (
                "existing",
                kit::id("The ARN of a key that exists; no alias.", pattern::key_arn(), arn),
            ),
            (
                "previous",
                kit::id(
                    "The ARN of the key before a swap: the function may decrypt under it until its codes have drained.",
                    pattern::key_arn(),
                    arn,
                ),
            ),
            (
                "grant_roles",
                kit::list(
                    "Roles that create or update the pool and get `kms:CreateGrant` in the key policy itself. By default the account's IAM policies decide.",
                    (0, None),
                    &role,
                ),
            ),
        ],
    );
    let of_a_new_key = ["alias", "rotation_days", "grant_roles"].map(|key| json!({ "required": [key] }));
    kit::with(key, "not", json!({ "required": ["existing"], "anyOf": of_a_new_key }))
}
