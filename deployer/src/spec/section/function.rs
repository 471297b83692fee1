//! `function`: the stack's own function.

use std::path::Path;

use handler::provider::Provider;

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::{
    Alarms, Architecture, Async, Function, IdError, LogLevel, ProviderTypes, SecurityGroupId, SubnetId, TopicArn, Vpc,
};

/// `RetentionInDays` of a log group. Source: `PutRetentionPolicy`, CloudWatch Logs API Reference.
pub(in crate::spec) const RETENTION_DAYS: [u16; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// `ApplicationLogLevel`, by its names.
pub(in crate::spec) const LOG_LEVELS: [(&str, LogLevel); 6] = [
    ("TRACE", LogLevel::Trace),
    ("DEBUG", LogLevel::Debug),
    ("INFO", LogLevel::Info),
    ("WARN", LogLevel::Warn),
    ("ERROR", LogLevel::Error),
    ("FATAL", LogLevel::Fatal),
];

/// The function of a file that does not speak of one.
///
/// Codes of an MFA live three minutes, so a retry that begins later is for nobody.
pub(in crate::spec) fn function_default() -> Function {
    Function {
        architecture: Architecture::default(),
        memory_mb: 256,
        timeout_s: 20,
        log_retention_days: 30,
        log_level: LogLevel::default(),
        asynchronous: Async {
            max_event_age_s: 150,
            max_retries: 1,
        },
        alarms: Alarms::default(),
        vpc: None,
        source: None,
        provider_types: None,
    }
}

/// Reads `function`.
pub(in crate::spec) fn function(field: &Field<'_>, home: &Home, report: &mut Report<'_>) -> Function {
    let mut function = function_default();
    let Some(mut object) = field.object(report) else {
        return function;
    };
    let architecture = object.optional("architecture");
    let memory = object.optional("memory_mb");
    let timeout = object.optional("timeout_s");
    let retention = object.optional("log_retention_days");
    let level = object.optional("log_level");
    let asynchronous = object.optional("async");
    let alarms = object.optional("alarms");
    let source = object.optional("source");
    let provider_types = object.optional("provider_types");
    let vpc = object.optional("vpc");
    object.finish(report);

    let architectures =
        [Architecture::Arm64, Architecture::X86_64].map(|architecture| (architecture.name(), architecture));
    set(
        &mut function.architecture,
        architecture.and_then(|field| field.choice(&architectures, report)),
    );
    set(
        &mut function.memory_mb,
        memory.and_then(|field| field.within(128..=10_240, report)),
    );
    set(
        &mut function.timeout_s,
        timeout.and_then(|field| field.within(1..=900, report)),
    );
    set(
        &mut function.log_retention_days,
        retention.and_then(|field| retention_days(&field, report)),
    );
    set(
        &mut function.log_level,
        level.and_then(|field| field.choice(&LOG_LEVELS, report)),
    );
    if let Some(field) = asynchronous {
        read_async(&field, &mut function.asynchronous, report);
    }
    if let Some(field) = alarms {
        read_alarms(&field, &mut function.alarms, home, report);
    }
    function.vpc = vpc.and_then(|field| read_vpc(&field, report));
    // Paths are relative to the file that holds them, wherever the command is run.
    function.source = source.and_then(|field| {
        let path = field.words(report)?;
        let file = report.place(field.place()).source;
        Some(file.path().parent().unwrap_or(Path::new("")).join(path))
    });
    function.provider_types = provider_types.and_then(|field| read_provider_types(&field, report));
    function
}

/// None at all are a choice too: a function that only writes Cognito's own messages sends nothing.
fn read_provider_types(field: &Field<'_>, report: &mut Report<'_>) -> Option<ProviderTypes> {
    let types: Vec<_> = Provider::TYPES.iter().map(|kind| (kind.name, kind.name)).collect();
    let items = field.list(report)?;
    Some(ProviderTypes {
        names: items.iter().filter_map(|item| item.choice(&types, report)).collect(),
        place: report.place(field.place()),
    })
}

fn set<T>(value: &mut T, read: Option<T>) {
    if let Some(read) = read {
        *value = read;
    }
}

fn retention_days(field: &Field<'_>, report: &mut Report<'_>) -> Option<u16> {
    let days = field.integer(report)?;
    let known = RETENTION_DAYS.into_iter().find(|known| i64::from(*known) == days);
    if known.is_none() {
        let all: Vec<String> = RETENTION_DAYS.iter().map(u16::to_string).collect();
        // Of two that are as near, the longer one loses nothing.
        let nearest = RETENTION_DAYS.into_iter().rev();
        let nearest = nearest
            .min_by_key(|known| i64::from(*known).abs_diff(days))
            .unwrap_or(30);
        let wanted = format!("one of {}, found {days}", all.join(", "));
        field.refuse(
            Code::BadValue,
            &wanted,
            format!("the nearest that CloudWatch Logs takes is {nearest}"),
            report,
        );
    }
    known
}

fn read_async(field: &Field<'_>, asynchronous: &mut Async, report: &mut Report<'_>) {
    let Some(mut object) = field.object(report) else { return };
    let age = object.optional("max_event_age_s");
    let retries = object.optional("max_retries");
    object.finish(report);
    set(
        &mut asynchronous.max_event_age_s,
        age.and_then(|field| field.within(60..=21_600, report)),
    );
    set(
        &mut asynchronous.max_retries,
        retries.and_then(|field| field.within(0..=2, report)),
    );
}

/// Source: `VpcConfig`, AWS Lambda API Reference.
fn read_vpc(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vpc> {
    let mut object = field.object(report)?;
    let subnets = object.required("subnet_ids", "subnet_ids: [subnet-0123456789abcdef0]", report);
    let groups = object.required(
        "security_group_ids",
        "security_group_ids: [sg-0123456789abcdef0]",
        report,
    );
    object.finish(report);
    let subnet_ids = ids(subnets, 16, SubnetId::parse, "copy the id from the subnet", report);
    let hint = "copy the id from the security group";
    let security_group_ids = ids(groups, 5, SecurityGroupId::parse, hint, report);
    Some(Vpc {
        subnet_ids: subnet_ids?,
        security_group_ids: security_group_ids?,
    })
}

fn ids<T>(
    field: Option<Field<'_>>,
    most: usize,
    parse: fn(&str) -> Result<T, IdError>,
    hint: &str,
    report: &mut Report<'_>,
) -> Option<Vec<T>> {
    let field = field?;
    let items = field.items(report)?;
    if items.len() > most {
        let wanted = format!("{most} items at most, found {}", items.len());
        field.refuse(Code::OutOfRange, &wanted, "remove some", report);
    }
    Some(
        items
            .iter()
            .filter_map(|item| item.id(Code::BadName, parse, hint, report))
            .collect(),
    )
}

/// Source: `RollbackConfiguration`, AWS CloudFormation API Reference.
fn read_alarms(field: &Field<'_>, alarms: &mut Alarms, home: &Home, report: &mut Report<'_>) {
    let Some(mut object) = field.object(report) else { return };
    let notify = object.optional("notify");
    let monitor = object.optional("monitor_minutes");
    object.finish(report);
    set(
        &mut alarms.monitor_minutes,
        monitor.and_then(|field| field.within(0..=180, report)),
    );
    if let Some(field) = notify
        && let Some(topic) = field.id(Code::BadArn, TopicArn::parse, "copy the ARN from the topic", report)
    {
        home.check_region(&field, topic.arn(), "topic", report);
        alarms.notify = Some(topic);
    }
}
