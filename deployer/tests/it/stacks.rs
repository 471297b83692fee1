//! Stacks by hand, for tests of what is rendered: each shows another part of a template.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use deployer::finding::{Place, Source};
use deployer::model::{AssetLocation, Model};
use deployer::spec::{
    self, Alarms, AliasName, Architecture, Async, CloudFormation, Environment, Function, FunctionArn, Key, KeyArn,
    KeySource, LogLevel, Permission, PolicyArn, Pool, PoolId, Region, RoleArn, RolePath, Roles, SecurityGroupId, Stack,
    StackName, SubnetId, Target, TopicArn, Trigger, TriggerKind, TriggerVersion, Vpc,
};
use deployer::template::{Template, render};
use handler::delivery::{Countries, Delivery, Email, Provider, Route, Sms};
use handler::provider::Sns;
use serde_json::{Value, json};

/// The key that exists already in [`full`].
pub(crate) const EXISTING_KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-1111-1111-111111111111";
/// The key before it.
pub(crate) const PREVIOUS_KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/22222222-2222-2222-2222-222222222222";
/// The parameter and its key of the webhook in [`by_others`].
pub(crate) const HOOK_SECRET: &str = "arn:aws:ssm:us-west-2:111122223333:parameter/acme/hook";
pub(crate) const SECRET_KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/44444444-4444-4444-4444-444444444444";
/// The role that [`granted`] lets make grants.
pub(crate) const GRANT_ROLE: &str = "arn:aws:iam::111122223333:role/cloudformation";

/// The stack files of `examples/`, by name.
pub(crate) const EXAMPLES: [&str; 17] = [
    "custom-message",
    "email-and-sms",
    "email-by-ses",
    "existing-pool",
    "infobip",
    "mailgun",
    "messagebird",
    "plivo",
    "postmark",
    "production",
    "sendgrid",
    "sinch",
    "sns-only",
    "test-by-redirect",
    "twilio-with-sns-behind",
    "vonage",
    "whatsapp",
];

/// Every stack here, by the name of its snapshot.
pub(crate) fn all() -> Vec<(&'static str, Stack)> {
    let examples = EXAMPLES.into_iter().map(|name| (name, example(name)));
    by_hand().into_iter().chain(examples).collect()
}

/// Returns the stack of an example, in which nothing is found.
pub(crate) fn example(name: &str) -> Stack {
    let sources = spec::collect(&[PathBuf::from(format!("../examples/{name}.yaml"))]).unwrap();
    let loaded = spec::load(&sources).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"));
    assert_eq!(loaded.warnings, [], "{name}");
    loaded.stacks.into_iter().next().unwrap()
}

fn by_hand() -> Vec<(&'static str, Stack)> {
    vec![
        ("minimal", minimal()),
        ("full", full()),
        ("granted", granted()),
        ("no_triggers", no_triggers()),
        ("mfa", mfa()),
        ("confined", confined()),
        ("existing_pool", existing_pool()),
        ("imported_pool", imported_pool()),
        ("foreign_sender", foreign_sender()),
        ("answered", answered()),
        ("by_others", by_others()),
        ("guarded", guarded()),
    ]
}

/// Returns a stack's template, with its zip at a place of the test's own.
pub(crate) fn template(stack: &Stack) -> Template {
    let asset = AssetLocation {
        bucket: None,
        digest: "ab12".repeat(16),
    };
    render(&Model::of(stack, stack.uses_handler().then_some(&asset)))
}

/// A pool whose SMS messages the handler delivers by SNS.
pub(crate) fn minimal() -> Stack {
    let mut stack = bare(
        "acme-test",
        json!({"UserPoolName": "acme", "AutoVerifiedAttributes": ["phone_number"]}),
    );
    stack.environment = Environment::Test;
    stack.triggers = BTreeMap::from([(TriggerKind::CustomSmsSender, trigger(Target::Handler, None))]);
    stack.delivery = delivery(Sns::default());
    stack
}

/// Nearly everything that a stack file can say, with keys that exist already.
pub(crate) fn full() -> Stack {
    let mut stack = bare(
        "acme-prod",
        json!({
            "UserPoolName": "acme",
            "UsernameAttributes": ["email", "phone_number"],
            "UserPoolTier": "ESSENTIALS",
            "MfaConfiguration": "OPTIONAL",
            "EnabledMfas": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
            "Schema": [
                {"Name": "email", "Required": true, "Mutable": true},
                {"Name": "plan", "AttributeDataType": "String", "Mutable": true},
            ],
            "SmsConfiguration": {
                "SnsCallerArn": "arn:aws:iam::111122223333:role/texts",
                "ExternalId": "012345678901",
                "SnsRegion": "us-east-1",
            },
            "UserPoolTags": {"country": "NO", "team": "identity"},
            "VerificationMessageTemplate": {"SmsMessage": "Code: {####}\nDo not share it"},
        }),
    );
    stack.tags = BTreeMap::from([("team".to_owned(), "platform".to_owned())]);
    stack.assets_bucket = Some("acme-assets".to_owned());
    let checks = function("checks:live");
    stack.triggers = BTreeMap::from([
        (TriggerKind::PreSignUp, trigger(checks.clone(), None)),
        (TriggerKind::PostConfirmation, trigger(checks, None)),
        (
            TriggerKind::PreTokenGeneration,
            trigger(function("claims"), Some(TriggerVersion::V2_0)),
        ),
        (
            TriggerKind::UserMigration,
            Trigger {
                permission: Permission::External,
                ..trigger(function("migration"), None)
            },
        ),
        (
            TriggerKind::CustomSmsSender,
            trigger(Target::Handler, Some(TriggerVersion::V1_0)),
        ),
        (
            TriggerKind::CustomEmailSender,
            trigger(Target::Handler, Some(TriggerVersion::V1_0)),
        ),
    ]);
    stack.key.source = KeySource::Existing(KeyArn::parse(EXISTING_KEY).unwrap());
    stack.key.previous = Some(KeyArn::parse(PREVIOUS_KEY).unwrap());
    stack.function.architecture = Architecture::X86_64;
    stack.function.log_level = LogLevel::Debug;
    stack.function.log_retention_days = 400;
    let topic = TopicArn::parse("arn:aws:sns:us-west-2:111122223333:alerts").unwrap();
    stack.function.alarms = Alarms {
        notify: Some(topic),
        ..Alarms::default()
    };
    stack.delivery = delivery(Sns {
        region: Some("us-east-1".to_owned()),
        ..Sns::default()
    });
    let here = Provider::Sns(Sns {
        sender_id: Some("ACME".to_owned()),
        ..Sns::default()
    });
    let elsewhere = Provider::Sns(Sns {
        region: Some("eu-west-1".to_owned()),
        ..Sns::default()
    });
    // The second stands in no route, so nothing may be published there.
    stack
        .delivery
        .providers
        .extend([("here".to_owned(), here), ("elsewhere".to_owned(), elsewhere)]);
    stack.delivery.email = stack.delivery.sms.as_ref().map(|sms| Email {
        routes: sms.routes.clone(),
    });
    stack.delivery.sms.as_mut().unwrap().routes[0]
        .via
        .push("here".to_owned());
    stack
}

/// A key of the stack's own whose policy names the role that makes grants.
pub(crate) fn granted() -> Stack {
    let mut stack = minimal();
    stack.key.source = KeySource::Managed {
        alias: Some(AliasName::parse("alias/acme-cognito").unwrap()),
        rotation_days: 90,
    };
    stack.key.grant_roles = vec![RoleArn::parse(GRANT_ROLE).unwrap()];
    stack.key.previous = Some(KeyArn::parse(PREVIOUS_KEY).unwrap());
    stack
}

/// A pool and nothing else.
pub(crate) fn no_triggers() -> Stack {
    bare(
        "acme-plain",
        json!({"UserPoolName": "plain", "AliasAttributes": ["email"]}),
    )
}

/// A pool that texts by itself and names no role for it.
pub(crate) fn mfa() -> Stack {
    bare(
        "acme-mfa",
        json!({"UserPoolName": "mfa", "MfaConfiguration": "ON", "DeletionProtection": "INACTIVE"}),
    )
}

/// A function in a network of the account's own, with roles that are fenced in.
pub(crate) fn confined() -> Stack {
    let mut stack = minimal();
    stack.roles = Roles {
        boundary: Some(PolicyArn::parse("arn:aws:iam::111122223333:policy/boundary").unwrap()),
        path: Some(RolePath::parse("/identity/").unwrap()),
    };
    stack.function.vpc = Some(Vpc {
        subnet_ids: vec![
            SubnetId::parse("subnet-0123456789abcdef0").unwrap(),
            SubnetId::parse("subnet-0123456789abcdef1").unwrap(),
        ],
        security_group_ids: vec![SecurityGroupId::parse("sg-0123456789abcdef0").unwrap()],
    });
    stack
}

/// A pool outside the stack.
pub(crate) fn existing_pool() -> Stack {
    Stack {
        pool: Pool::Existing {
            id: PoolId::parse("us-west-2_AbCdEf123").unwrap(),
            email_sending: None,
        },
        ..minimal()
    }
}

/// A pool that the stack takes over.
pub(crate) fn imported_pool() -> Stack {
    let stack = minimal();
    let Pool::New { properties } = stack.pool.clone() else {
        unreachable!()
    };
    Stack {
        pool: Pool::Import {
            id: PoolId::parse("us-west-2_AbCdEf123").unwrap(),
            properties,
        },
        ..stack
    }
}

/// Codes go to somebody else's function; the handler only rewrites texts.
pub(crate) fn foreign_sender() -> Stack {
    let mut stack = minimal();
    stack.triggers = BTreeMap::from([
        (TriggerKind::CustomMessage, trigger(Target::Handler, None)),
        (TriggerKind::CustomSmsSender, trigger(function("texts"), None)),
    ]);
    stack
}

/// The handler rewrites texts and sends nothing: Cognito waits for it.
pub(crate) fn answered() -> Stack {
    let mut stack = minimal();
    stack.triggers = BTreeMap::from([(TriggerKind::CustomMessage, trigger(Target::Handler, None))]);
    stack.delivery = Delivery::default();
    stack
}

/// A guard that keeps back duplicates and counts the pool's messages, but no recipients.
pub(crate) fn guarded() -> Stack {
    let mut stack = minimal();
    let guard = json!({"rates": {"pool": [{"max": 1000, "per_s": 3600}]}});
    stack.delivery.guard = Some(serde_json::from_value(guard).unwrap());
    stack
}

/// Providers whose rights name resources: numbers, parameters and keys, and one in no route.
pub(crate) fn by_others() -> Stack {
    let mut stack = minimal();
    let email = trigger(Target::Handler, Some(TriggerVersion::V1_0));
    stack.triggers.insert(TriggerKind::CustomEmailSender, email);
    let route = |via: &[&str]| Route {
        countries: None,
        purposes: None,
        via: via.iter().map(|name| (*name).to_owned()).collect(),
    };
    stack.delivery = Delivery {
        providers: BTreeMap::from([
            (
                "eum".to_owned(),
                provider(
                    json!({"type": "end_user_messaging", "origination_identity": "pool-0123456789abcdef0123456789abcdef"}),
                ),
            ),
            (
                "hook".to_owned(),
                provider(json!({
                    "type": "webhook",
                    "url": "https://hooks.acme.example/codes",
                    "secret": HOOK_SECRET,
                    "secret_key": SECRET_KEY,
                })),
            ),
            (
                "unused".to_owned(),
                provider(json!({"type": "ses", "from": "no-reply@acme.example"})),
            ),
        ]),
        sms: Some(Sms {
            countries: Countries::Any,
            routes: vec![route(&["eum", "hook"])],
        }),
        email: Some(Email {
            routes: vec![route(&["hook"])],
        }),
        ..Delivery::default()
    };
    stack
}

/// Returns a provider by its settings as `delivery.json` holds them.
pub(crate) fn provider(settings: Value) -> Provider {
    serde_json::from_value(settings).unwrap()
}

/// A stack of a pool with these properties, and of nothing else.
pub(crate) fn bare(name: &str, properties: Value) -> Stack {
    let Value::Object(properties) = properties else {
        panic!("properties are an object")
    };
    Stack {
        source: Source::new("stacks/acme.yaml", ""),
        name: StackName::parse(name).unwrap(),
        account: None,
        region: Region::parse("us-west-2").unwrap(),
        environment: Environment::Production,
        termination_protection: true,
        tags: BTreeMap::new(),
        assets_bucket: None,
        cloudformation: CloudFormation::default(),
        roles: Roles::default(),
        pool: Pool::New { properties },
        triggers: BTreeMap::new(),
        key: Key {
            source: KeySource::Managed {
                alias: None,
                rotation_days: 365,
            },
            previous: None,
            grant_roles: Vec::new(),
        },
        function: Function {
            architecture: Architecture::Arm64,
            memory_mb: 256,
            timeout_s: 20,
            log_retention_days: 30,
            log_level: LogLevel::Info,
            asynchronous: Async {
                max_event_age_s: 150,
                max_retries: 1,
            },
            alarms: Alarms::default(),
            vpc: None,
            source: None,
            provider_types: None,
        },
        delivery: Delivery::default(),
        messages: BTreeMap::new(),
        acknowledge: Vec::new(),
    }
}

fn trigger(target: Target, version: Option<TriggerVersion>) -> Trigger {
    let place = Place {
        source: Source::new("stacks/acme.yaml", ""),
        span: 0..0,
    };
    Trigger {
        target,
        version,
        permission: Permission::Rendered,
        may_decrypt: false,
        place,
    }
}

fn function(name: &str) -> Target {
    Target::Function(FunctionArn::parse(&format!("arn:aws:lambda:us-west-2:111122223333:function:{name}")).unwrap())
}

fn delivery(sns: Sns) -> Delivery {
    let route = Route {
        countries: None,
        purposes: None,
        via: vec!["sns".to_owned()],
    };
    Delivery {
        providers: BTreeMap::from([("sns".to_owned(), Provider::Sns(sns))]),
        sms: Some(Sms {
            countries: Countries::Only(BTreeSet::new()),
            routes: vec![route],
        }),
        ..Delivery::default()
    }
}
