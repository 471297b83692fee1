//! One file: text in, a stack or findings out.

use std::collections::BTreeMap;
use std::sync::Arc;

use handler::delivery::CustomMessage;

use super::extends::{bases, tree};
use super::field::Field;
use super::properties::Waived;
use super::report::Report;
use super::rules::{self, Parts};
use super::section::{
    Home, Providers, acknowledgements, cloudformation, function, function_default, key, key_default, pool, roles, tags,
    triggers,
};
use super::sending::{Fields, sending};
use super::stack::serves;
use super::yaml::{Value, write};
use super::{
    AccountId, EmailSending, Environment, Function, Key, KeySource, Pool, Region, Stack, StackName, Target, Trigger,
    TriggerKind,
};
use crate::finding::{Code, Finding, Place, Source};

/// How long Cognito waits for the answer to a trigger, in seconds; only senders may take longer.
///
/// Source: "Customizing user pool workflows with Lambda triggers", Amazon Cognito Developer Guide.
const ANSWER_S: u16 = 5;

/// What could be read of one file.
pub(super) struct Document {
    /// The stack, where nothing is wrong.
    pub(super) stack: Option<Stack>,
    /// Name and Region, where those two are right.
    pub(super) identity: Option<Identity>,
    pub(super) findings: Vec<Finding>,
}

/// What makes a stack this one and no other.
pub(super) struct Identity {
    pub(super) name: StackName,
    pub(super) region: Region,
    pub(super) account: Option<AccountId>,
    pub(super) place: Place,
    /// Pools and aliases, in words, with where they stand.
    pub(super) claims: Vec<(String, Place)>,
}

/// Reads one file.
pub(super) fn read(source: &Arc<Source>) -> Document {
    let mut report = Report::new(source);
    let bases = bases(source, &mut report);
    let tree = tree(source, &bases, &mut report);
    let (stack, identity) = tree.map_or((None, None), |root| stack(&Field::root(&root), &mut report));
    let stack = if report.has_errors() { None } else { stack };
    Document {
        stack,
        identity,
        findings: report.finish(),
    }
}

/// Returns a stack file as one text, with all that the files say which it extends; nothing where one of
/// them is no YAML.
pub fn resolved(source: &Arc<Source>) -> Option<String> {
    let mut report = Report::new(source);
    let bases = bases(source, &mut report);
    let mut tree = tree(source, &bases, &mut report)?;
    if let Value::Map(entries) = &mut tree.value {
        entries.retain(|entry| entry.key != "extends");
    }
    Some(write(&tree))
}

fn stack(root: &Field<'_>, report: &mut Report<'_>) -> (Option<Stack>, Option<Identity>) {
    let Some(mut object) = root.object(report) else {
        return (None, None);
    };
    let extends = object.optional("extends");
    let name_field = object.required("name", "name: acme-prod", report);
    let account = object.optional("account");
    let region = object.required("region", "region: us-west-2", report);
    let environment = object.optional("environment");
    let protection = object.optional("termination_protection");
    let tags_field = object.optional("tags");
    let bucket = object.optional("assets_bucket");
    let deployer = object.optional("cloudformation_role");
    let topics = object.optional("notification_arns");
    let boundary = object.optional("permissions_boundary");
    let path = object.optional("role_path");
    let pool_field = object.required("pool", "pool: {new: {properties: {UserPoolName: acme}}}", report);
    let triggers_field = object.optional("triggers");
    let key_field = object.optional("key");
    let function_field = object.optional("function");
    let providers_field = object.optional("providers");
    let delivery_field = object.optional("delivery");
    let guard_field = object.optional("guard");
    let messages_field = object.optional("messages");
    let acknowledge = object.optional("acknowledge");
    object.finish(report);

    let name = name_field
        .as_ref()
        .and_then(|field| field.id(Code::BadName, StackName::parse, "rename the stack", report));
    // Read already; here only its type is looked at.
    extends.and_then(|field| field.words(report));
    let home = home(account, region, report);
    let environment = environment_of(environment, report);
    let termination_protection = protection
        .and_then(|field| field.boolean(report))
        .unwrap_or(environment == Environment::Production);
    let tags = tags_field.map(|field| tags(&field, report)).unwrap_or_default();
    let assets_bucket = bucket.and_then(|field| bucket_name(&field, report));
    let cloudformation = cloudformation(deployer, topics, &home, report);
    let roles = roles(boundary, path, &home, report);
    let mut acknowledge = acknowledge
        .map(|field| acknowledgements(&field, report))
        .unwrap_or_default();
    let mut waived = Waived::of(&acknowledge);
    let pool = pool_field.and_then(|field| pool(&field, &home, &mut waived, report));
    acknowledge.retain(|word| !waived.is_used(word));
    let triggers = triggers_field
        .map(|field| triggers(&field, &home, report))
        .unwrap_or_default();
    let key = own_key(key_field.as_ref(), &home, report);
    let function = own_function(function_field.as_ref(), root, &triggers, &home, report);
    let custom_message = custom_message(pool.as_ref(), &triggers);
    let messages = Fields {
        providers: providers_field.as_ref(),
        delivery: delivery_field.as_ref(),
        guard: guard_field.as_ref(),
        messages: messages_field.as_ref(),
    };
    let sending = sending(&messages, &home, environment, custom_message, report);

    let parts = Parts {
        root,
        pool: pool.as_ref(),
        triggers: &triggers,
        key: &key,
        function: &function,
        guard: sending.delivery.guard.as_ref(),
    };
    let fields = [
        &key_field,
        &function_field,
        &delivery_field,
        &guard_field,
        &messages_field,
    ];
    judge(&parts, &sending.providers, fields, report);

    let claims = claims(root, pool.as_ref(), &key, &triggers, report);
    let identity = identity(name.as_ref(), &home, name_field.as_ref(), claims, report);
    let (Some(name), Some(region), Some(pool)) = (name, home.region, pool) else {
        return (None, identity);
    };
    let stack = Stack {
        source: Arc::clone(report.source()),
        name,
        account: home.account,
        region,
        environment,
        termination_protection,
        tags,
        assets_bucket,
        cloudformation,
        roles,
        pool,
        triggers,
        key,
        function,
        delivery: sending.delivery,
        messages: sending.messages,
        acknowledge,
    };
    (Some(stack), identity)
}

fn environment_of(field: Option<Field<'_>>, report: &mut Report<'_>) -> Environment {
    let choices = [("production", Environment::Production), ("test", Environment::Test)];
    field
        .and_then(|field| field.choice(&choices, report))
        .unwrap_or_default()
}

fn home(account: Option<Field<'_>>, region: Option<Field<'_>>, report: &mut Report<'_>) -> Home {
    Home {
        region: region.and_then(|field| {
            field.id(
                Code::BadRegion,
                Region::parse,
                "write the Region's code, such as us-west-2",
                report,
            )
        }),
        account: account.and_then(|field| {
            let hint = "write the 12 digits that `aws sts get-caller-identity` prints";
            field.id(Code::BadAccount, AccountId::parse, hint, report)
        }),
    }
}

/// Reports what each part allows and the whole stack does not.
fn judge(parts: &Parts<'_>, providers: &Providers<'_>, fields: [&Option<Field<'_>>; 5], report: &mut Report<'_>) {
    let [_, _, delivery, _, _] = fields;
    require_delivery(parts.triggers, delivery.as_ref(), report);
    rules::check(parts, report);
    providers.report_left_out(parts.function, report);
    // What a mistake left out may be what uses a setting.
    if !report.has_errors() {
        report_unused(parts.triggers, fields, report);
        providers.report_unused(report);
        rules::warn(parts, report);
    }
}

fn identity(
    name: Option<&StackName>,
    home: &Home,
    field: Option<&Field<'_>>,
    claims: Vec<(String, Place)>,
    report: &Report<'_>,
) -> Option<Identity> {
    Some(Identity {
        claims,
        name: name?.clone(),
        region: home.region.clone()?,
        account: home.account.clone(),
        place: report.place(field?.place()),
    })
}

/// What no other stack may declare too, besides the stack's own name.
fn claims(
    root: &Field<'_>,
    pool: Option<&Pool>,
    key: &Key,
    triggers: &BTreeMap<TriggerKind, Trigger>,
    report: &Report<'_>,
) -> Vec<(String, Place)> {
    let keyless = !triggers.keys().any(|kind| kind.is_sender());
    let pool = match pool {
        Some(Pool::Existing { id, .. }) => Some((id, ["pool", "existing"].as_slice())),
        Some(Pool::Import { id, .. }) => Some((id, ["pool", "import", "id"].as_slice())),
        Some(Pool::New { .. }) | None => None,
    };
    let pool = pool.map(|(id, path)| (format!("the pool `{id}`"), path));
    let alias = match &key.source {
        KeySource::Managed { alias: Some(alias), .. } if !keyless => {
            Some((format!("the alias `{alias}`"), ["key", "alias"].as_slice()))
        }
        KeySource::Managed { .. } | KeySource::Existing(_) => None,
    };
    let place = |(what, path): (String, &[&str])| Some((what, report.place(root.at(path)?.place())));
    pool.into_iter().chain(alias).filter_map(place).collect()
}

/// Reads `function`. One that only answers has no use of more time than Cognito waits.
fn own_function(
    field: Option<&Field<'_>>,
    root: &Field<'_>,
    triggers: &BTreeMap<TriggerKind, Trigger>,
    home: &Home,
    report: &mut Report<'_>,
) -> Function {
    let mut read = field.map_or_else(function_default, |field| function(field, home, report));
    let sends = TriggerKind::ALL
        .into_iter()
        .any(|kind| kind.is_sender() && serves(triggers, kind));
    let answers = serves(triggers, TriggerKind::CustomMessage) && !sends;
    if answers && root.at(&["function", "timeout_s"]).is_none() {
        read.timeout_s = ANSWER_S;
    }
    read
}

/// What the handler must know of a pool whose `CustomMessage` it answers: Cognito takes texts of an e-mail
/// only where the pool sends by the account's own SES. Where the pool confirms by a link, its own e-mails stay:
/// a code in their place would be of no use to an app that waits for the link.
///
/// Source: "Custom message Lambda trigger", Amazon Cognito Developer Guide.
fn custom_message(pool: Option<&Pool>, triggers: &BTreeMap<TriggerKind, Trigger>) -> Option<CustomMessage> {
    let pool = pool.filter(|_| serves(triggers, TriggerKind::CustomMessage))?;
    let properties = match pool {
        Pool::New { properties } | Pool::Import { properties, .. } => Some(properties),
        Pool::Existing { email_sending, .. } => {
            return Some(CustomMessage {
                email: *email_sending == Some(EmailSending::Developer),
            });
        }
    };
    let said =
        |property: &str, member| properties.and_then(|properties| properties.get(property)?.get(member)?.as_str());
    let by_link = said("VerificationMessageTemplate", "DefaultEmailOption") == Some("CONFIRM_WITH_LINK");
    Some(CustomMessage {
        email: said("EmailConfiguration", "EmailSendingAccount") == Some("DEVELOPER") && !by_link,
    })
}

/// Reads `key`, or takes its defaults.
fn own_key(field: Option<&Field<'_>>, home: &Home, report: &mut Report<'_>) -> Key {
    field.map_or_else(key_default, |field| key(field, home, report))
}

/// Source: "Bucket naming rules", Amazon S3 User Guide.
fn bucket_name(field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let outer = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let fits = (3..=63).contains(&bytes.len())
        && bytes.iter().copied().all(inner)
        && outer(bytes.first())
        && outer(bytes.last())
        && !text.contains("..");
    if !fits {
        let wanted = "a bucket's name: 3 to 63 small letters, digits, hyphens and dots";
        field.refuse_text(
            Code::BadName,
            wanted,
            "write the bucket's name alone, without `s3://`",
            report,
        );
        return None;
    }
    Some(text.to_owned())
}

/// Reports a handler that would have nowhere to send.
fn require_delivery(triggers: &BTreeMap<TriggerKind, Trigger>, delivery: Option<&Field<'_>>, report: &mut Report<'_>) {
    let senders = [
        (
            TriggerKind::CustomSmsSender,
            "sms",
            Code::SmsDeliveryMissing,
            "add `providers: {sns: {type: sns}}` and `delivery: {sms: {countries: [US], routes: [{via: [sns]}]}}`",
        ),
        (
            TriggerKind::CustomEmailSender,
            "email",
            Code::EmailDeliveryMissing,
            "add a provider of e-mail under `providers`, such as one of type ses, and `delivery: {email: {via: [ses]}}`",
        ),
    ];
    for (kind, channel, code, hint) in senders {
        let declared = delivery.is_some_and(|field| field.at(&[channel]).is_some());
        if let Some(sender) = triggers.get(&kind).filter(|_| serves(triggers, kind))
            && !declared
        {
            let message = format!(
                "`triggers.{}` wants `delivery.{channel}` to send by, found none",
                kind.key()
            );
            report.add_at(code, sender.place.clone(), message, hint);
        }
    }
}

fn part<'n>(field: Option<&Field<'n>>, key: &str) -> Option<Field<'n>> {
    field?.at(&[key])
}

/// Reports settings of a key or function that the stack does not have.
fn report_unused(
    triggers: &BTreeMap<TriggerKind, Trigger>,
    [key, function, delivery, guard, messages]: [&Option<Field<'_>>; 5],
    report: &mut Report<'_>,
) {
    let sender = triggers.keys().any(|kind| kind.is_sender());
    let handler = triggers.values().any(|trigger| trigger.target == Target::Handler);
    let by_sms = serves(triggers, TriggerKind::CustomSmsSender);
    let by_email = serves(triggers, TriggerKind::CustomEmailSender);
    let sending = by_sms || by_email;
    let unused = [
        (key.clone(), sender, "a custom sender, whose codes the key encrypts"),
        (function.clone(), handler, "a trigger that names `handler`"),
        (
            part(function.as_ref(), "async").filter(|_| handler),
            sending,
            "a custom sender that names `handler`: Cognito waits for custom_message",
        ),
        (messages.clone(), handler, "a trigger that names `handler`"),
        (delivery.clone(), sending, "a custom sender that names `handler`"),
        (guard.clone(), sending, "a custom sender that names `handler`"),
        (
            part(delivery.as_ref(), "sms").filter(|_| sending),
            by_sms,
            "a custom_sms_sender that names `handler`",
        ),
        (
            part(delivery.as_ref(), "email").filter(|_| sending),
            by_email,
            "a custom_email_sender that names `handler`",
        ),
    ];
    for (field, used, wanted) in unused {
        if let Some(field) = field
            && !used
        {
            let message = format!("`{}` wants {wanted}, found none", field.path());
            report.add(
                Code::SettingUnused,
                field.key(),
                message,
                "declare the trigger, or remove these settings",
            );
        }
    }
}
