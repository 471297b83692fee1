//! Alarms: a lost message must be seen.
//!
//! They exist without a topic too, for the console and for whoever watches the account. Few
//! messages are lost at a time, so one is enough, and silence is not an alarm.

use serde_json::{Map, Value, json};

use super::resource::{Retention, resource};
use super::value::{attribute, reference};
use crate::model::{Handler, logical};
use crate::spec::TopicArn;

struct Alarm {
    id: &'static str,
    description: &'static str,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    period_s: u32,
    dimension: (&'static str, Value),
}

pub(super) fn render(handler: &Handler, resources: &mut Map<String, Value>) {
    for alarm in alarms() {
        resources.insert(
            alarm.id.to_owned(),
            rendered(&alarm, handler.function.alarms.notify.as_ref()),
        );
    }
}

fn alarms() -> [Alarm; 4] {
    let function = |id, metric, description| Alarm {
        id,
        description,
        namespace: "AWS/Lambda",
        metric,
        statistic: "Sum",
        period_s: 300,
        dimension: ("FunctionName", reference(logical::FUNCTION)),
    };
    [
        Alarm {
            id: logical::DEAD_LETTER_ALARM,
            description: "Messages were lost: their events are in the dead-letter queue",
            namespace: "AWS/SQS",
            metric: "ApproximateNumberOfMessagesVisible",
            statistic: "Maximum",
            period_s: 60,
            dimension: ("QueueName", attribute(logical::DEAD_LETTER_QUEUE, "QueueName")),
        },
        function(
            logical::DESTINATION_ALARM,
            "DestinationDeliveryFailures",
            "Messages were lost, and Lambda could not keep their events in the dead-letter queue",
        ),
        function(
            logical::ERROR_ALARM,
            "Errors",
            "Invocations of the message handler failed; Lambda may try them again",
        ),
        function(
            logical::THROTTLE_ALARM,
            "Throttles",
            "Invocations of the message handler wait or fail, since the account has no concurrency left",
        ),
    ]
}

fn rendered(alarm: &Alarm, notify: Option<&TopicArn>) -> Value {
    let (dimension, of) = &alarm.dimension;
    let mut properties = json!({
        "AlarmDescription": alarm.description,
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": [{"Name": dimension, "Value": of}],
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
