//! Amazon CloudWatch: which of some alarms ring.

use std::fmt::Write as _;

use super::plain::{Call, Service, elements, encoded};
use super::{AwsError, Plain};

const CLOUDWATCH: Service = Service {
    id: "CloudWatch",
    host: "monitoring",
    signing_name: "monitoring",
    content_type: "application/x-www-form-urlencoded; charset=utf-8",
};

impl Plain {
    /// Returns those of at most 100 alarms that are in `ALARM`, by name.
    pub async fn ringing_alarms(&self, region: &str, names: &[String]) -> Result<Vec<String>, AwsError> {
        let mut body = "Action=DescribeAlarms&Version=2010-08-01&StateValue=ALARM".to_owned();
        for (index, name) in names.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(body, "&AlarmNames.member.{}={}", index + 1, encoded(name));
        }
        let call = Call {
            service: CLOUDWATCH,
            action: "cloudwatch:DescribeAlarms",
            method: "POST",
            path: "/".to_owned(),
            target: None,
            body,
        };
        let answer = self.call(region, &call).await?.text();
        let mut ringing: Vec<String> = elements(&answer, "AlarmName").map(str::to_owned).collect();
        ringing.sort();
        Ok(ringing)
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
            let alarm =
                |name: &str| format!("<member><AlarmName>{name}</AlarmName><StateValue>ALARM</StateValue></member>");
            let members = [alarm("b"), alarm("a c")].concat();
            (200, format!("<R><MetricAlarms>{members}</MetricAlarms></R>"))
        });
        let plain = stub.session().plain(SystemTime::now()).await.unwrap();
        let names = ["a c".to_owned(), "b".to_owned(), "d".to_owned()];
        assert_eq!(plain.ringing_alarms("us-west-2", &names).await.unwrap(), ["a c", "b"]);
        let requests = stub.requests();
        let body = String::from_utf8_lossy(&requests.first().unwrap().body).into_owned();
        assert!(
            body.ends_with("&StateValue=ALARM&AlarmNames.member.1=a%20c&AlarmNames.member.2=b&AlarmNames.member.3=d"),
            "{body}"
        );
    }
}
