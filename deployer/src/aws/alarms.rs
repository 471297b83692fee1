//! Amazon CloudWatch: which of some alarms ring.

use std::fmt::Write as _;

use handler::percent_encoded;

use super::plain::{Call, Service, elements};
use super::{AwsError, Plain};

const CLOUDWATCH: Service = Service {
    id: "CloudWatch",
    host: "monitoring",
    signing_name: "monitoring",
    content_type: "application/x-www-form-urlencoded; charset=utf-8",
};

/// An alarm that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmSeen {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Whether it is in `ALARM`.
    pub rings: bool,
}

impl Plain {
    /// Returns those of at most 100 alarms that are there, by name.
    pub async fn alarms(&self, region: &str, names: &[String]) -> Result<Vec<AlarmSeen>, AwsError> {
        let answer = self.describe_alarms(region, "", names).await?;
        let (arns, states) = (elements(&answer, "AlarmArn"), elements(&answer, "StateValue"));
        let mut seen: Vec<AlarmSeen> = elements(&answer, "AlarmName")
            .zip(arns)
            .zip(states)
            .map(|((name, arn), state)| AlarmSeen {
                name: name.to_owned(),
                arn: arn.to_owned(),
                rings: state == "ALARM",
            })
            .collect();
        seen.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(seen)
    }

    /// Returns those of at most 100 alarms that are in `ALARM`, by name.
    pub async fn ringing_alarms(&self, region: &str, names: &[String]) -> Result<Vec<String>, AwsError> {
        let answer = self.describe_alarms(region, "&StateValue=ALARM", names).await?;
        let mut ringing: Vec<String> = elements(&answer, "AlarmName").map(str::to_owned).collect();
        ringing.sort();
        Ok(ringing)
    }

    async fn describe_alarms(&self, region: &str, filter: &str, names: &[String]) -> Result<String, AwsError> {
        let mut body = format!("Action=DescribeAlarms&Version=2010-08-01{filter}");
        for (index, name) in names.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(body, "&AlarmNames.member.{}={}", index + 1, percent_encoded(name));
        }
        let call = Call {
            service: CLOUDWATCH,
            action: "cloudwatch:DescribeAlarms",
            method: "POST",
            path: "/".to_owned(),
            target: None,
            body,
        };
        Ok(self.call(region, &call).await?.text())
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::time::SystemTime;

    use crate::aws::stub::Stub;

    #[tokio::test]
    async fn alarms_are_asked_for_by_name() {
        let stub = Stub::start(|_| {
            let alarm = |name: &str| {
                format!(
                    "<member><AlarmName>{name}</AlarmName><AlarmArn>arn:{name}</AlarmArn><StateValue>ALARM</StateValue></member>"
                )
            };
            let members = [alarm("b"), alarm("a c")].concat();
            (200, format!("<R><MetricAlarms>{members}</MetricAlarms></R>"))
        });
        let plain = stub.session().plain(SystemTime::now()).await.unwrap();
        let names = ["a c".to_owned(), "b".to_owned(), "d".to_owned()];
        assert_eq!(plain.ringing_alarms("us-west-2", &names).await.unwrap(), ["a c", "b"]);
        let seen = plain.alarms("us-west-2", &names).await.unwrap();
        let told: Vec<_> = seen
            .iter()
            .map(|alarm| (alarm.name.as_str(), alarm.arn.as_str(), alarm.rings))
            .collect();
        assert_eq!(told, [("a c", "arn:a c", true), ("b", "arn:b", true)]);
        let requests = stub.requests();
        let body = String::from_utf8_lossy(&requests.first().unwrap().body).into_owned();
        assert!(
            body.ends_with("&StateValue=ALARM&AlarmNames.member.1=a%20c&AlarmNames.member.2=b&AlarmNames.member.3=d"),
            "{body}"
        );
    }
}
