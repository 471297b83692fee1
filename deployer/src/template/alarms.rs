//! Alarms: a lost message must be seen.
//!
//! They exist without a topic too, for the console and for whoever watches the account. Few
//! messages are lost at a time, so one is enough, and silence is not an alarm.

use handler::event::Channel;
use handler::guard::Scope;
use handler::telemetry;
use serde_json::{Map, Value, json};

use super::resource::{Retention, resource};
use super::value::{attribute, reference};
use crate::model::{Guard, Handler, logical};
use crate::spec::TopicArn;

struct Alarm {
    id: &'static str,
    description: &'static str,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    period_s: u32,
    dimensions: Vec<(&'static str, Value)>,
}

pub(super) fn render(handler: &Handler, resources: &mut Map<String, Value>) {
    let kept = if handler.is_asynchronous() { queue() } else { Vec::new() };
    let channels = handler.channels.iter().copied().map(failed);
    let written = handler.writes_messages.then(not_written);
    let guard = handler.guard.map(guard).unwrap_or_default();
    let all = kept.into_iter().chain(function()).chain(channels).chain(written);
    for alarm in all.chain(guard) {
        resources.insert(
            alarm.id.to_owned(),
            rendered(&alarm, handler.function.alarms.notify.as_ref()),
        );
    }
}

fn of_function(id: &'static str, metric: &'static str, description: &'static str) -> Alarm {
    Alarm {
        id,
        description,
        namespace: "AWS/Lambda",
        metric,
        statistic: "Sum",
        period_s: 300,
        dimensions: vec![("FunctionName", reference(logical::FUNCTION))],
    }
}

/// What only asynchronous events can do.
fn queue() -> Vec<Alarm> {
    vec![
        Alarm {
            id: logical::DEAD_LETTER_ALARM,
            description: "Messages were lost: their events are in the dead-letter queue",
            namespace: "AWS/SQS",
            metric: "ApproximateNumberOfMessagesVisible",
            statistic: "Maximum",
            period_s: 60,
            dimensions: vec![("QueueName", attribute(logical::DEAD_LETTER_QUEUE, "QueueName"))],
        },
        of_function(
            logical::DESTINATION_ALARM,
            "DestinationDeliveryFailures",
            "Messages were lost, and Lambda could not keep their events in the dead-letter queue",
        ),
    ]
}

fn function() -> [Alarm; 2] {
    [
        of_function(
            logical::ERROR_ALARM,
            "Errors",
            "Invocations of the message handler failed; Lambda may try them again",
        ),
        of_function(
            logical::THROTTLE_ALARM,
            "Throttles",
            "Invocations of the message handler wait or fail, since the account has no concurrency left",
        ),
    ]
}

fn failed(channel: Channel) -> Alarm {
    let (id, description) = match channel {
        Channel::Sms => (logical::SMS_ALARM, "SMS messages failed; their log lines say why"),
        Channel::Email => (logical::EMAIL_ALARM, "E-mails failed; their log lines say why"),
    };
    counted(id, channel.name(), description)
}

/// Such an event is answered all the same, so that Lambda itself counts no error.
fn not_written() -> Alarm {
    counted(
        logical::MESSAGE_ALARM,
        telemetry::MESSAGE,
        "Messages went out in the pool's own words; the handler's log lines say why",
    )
}

/// The handler's own count, which tells the channels apart and knows of messages that no retry would help.
fn counted(id: &'static str, channel: &'static str, description: &'static str) -> Alarm {
    Alarm {
        id,
        description,
        namespace: telemetry::NAMESPACE,
        metric: telemetry::FAILED,
        statistic: "Sum",
        period_s: 300,
        dimensions: vec![
            (telemetry::STACK, reference("AWS::StackName")),
            (telemetry::CHANNEL, Value::from(channel)),
        ],
    }
}

fn guard(guard: Guard) -> Vec<Alarm> {
    let pool = guard.limits_pool.then(|| {
        let description =
            "The pool's rate is used up: no user gets a code until its window ends, see `guard.rates.pool`";
        refused(logical::POOL_RATE_ALARM, Scope::Pool, description)
    });
    let countries = guard.limits_countries.then(|| {
        let description =
            "A country's rate is used up: its users get no SMS until its window ends, see `guard.rates.country`";
        refused(logical::COUNTRY_RATE_ALARM, Scope::Country, description)
    });
    std::iter::once(unguarded()).chain(pool).chain(countries).collect()
}

/// A rate that many users share: once it is used up, by whomever, all of them get no more codes, and no error says so.
/// So the first refusal is an alarm, and soon. Those of single recipients are what a rate is for.
fn refused(id: &'static str, scope: Scope, description: &'static str) -> Alarm {
    Alarm {
        id,
        description,
        namespace: telemetry::NAMESPACE,
        metric: telemetry::REFUSED_BY_RATE,
        statistic: "Sum",
        period_s: 60,
        dimensions: vec![
            (telemetry::STACK, reference("AWS::StackName")),
            (telemetry::SCOPE, Value::from(scope.name())),
        ],
    }
}

/// Until somebody looks, messages go out unguarded, or wait, as the stack file says.
fn unguarded() -> Alarm {
    Alarm {
        id: logical::GUARD_ALARM,
        description: "The guard table did not answer; the handler's log lines say what was done without it",
        namespace: telemetry::NAMESPACE,
        metric: telemetry::GUARD_UNAVAILABLE,
        statistic: "Sum",
        period_s: 300,
        dimensions: vec![(telemetry::STACK, reference("AWS::StackName"))],
    }
}

fn rendered(alarm: &Alarm, notify: Option<&TopicArn>) -> Value {
    let dimensions = alarm.dimensions.iter();
    let dimensions: Vec<Value> = dimensions
        .map(|(name, of)| json!({"Name": name, "Value": of}))
        .collect();
    let mut properties = json!({
        "AlarmDescription": alarm.description,
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": dimensions,
        "Statistic": alarm.statistic,
        "Period": alarm.period_s,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    });
    if let (Some(topic), Some(properties)) = (notify, properties.as_object_mut()) {
        properties.insert("AlarmActions".to_owned(), json!([topic.as_str()]));
    }
    resource("AWS::CloudWatch::Alarm", Retention::None, &[], properties)
}
