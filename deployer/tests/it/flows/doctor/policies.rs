//! The policies of the assets bucket and of the dead-letter queue, changed outside CloudFormation.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::super::Acme;
use super::one;
use crate::support::aws::{s3, wait};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

impl Acme {
    /// The queue's policy.
    fn queue_policy(&self) -> Value {
        let sqs = aws_sdk_sqs::Client::new(&self.workspace.sdk());
        let get = sqs.get_queue_attributes().queue_url(self.url());
        let answer = wait(get.attribute_names(QueueAttributeName::Policy).send()).unwrap();
        let policy = answer.attributes().unwrap()[&QueueAttributeName::Policy].clone();
        serde_json::from_str(&policy).unwrap()
    }

    fn set_queue_policy(&self, policy: &str) {
        let sqs = aws_sdk_sqs::Client::new(&self.workspace.sdk());
        let set = sqs.set_queue_attributes().queue_url(self.url());
        wait(set.attributes(QueueAttributeName::Policy, policy).send()).unwrap();
    }

    /// What `doctor` says to do about a check.
    #[track_caller]
    fn next(&self, check: &str) -> String {
        let run = self.workspace.run(&["doctor", "--format", "json"]);
        let groups: Value = serde_json::from_str(&run.stdout).unwrap();
        let mut checks = groups
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["checks"].as_array().unwrap());
        let found = checks.find(|found| found["check"] == check).unwrap();
        found["next"].as_str().unwrap().to_owned()
    }
}

#[test]
fn policies_that_were_weakened_outside_are_failures() {
    let acme = Acme::new();
    acme.apply(0);
    let (bucket, s3) = (acme.bucket_name(), s3(&acme.workspace.sdk()));
    let answer = wait(s3.get_bucket_policy().bucket(&bucket).send()).unwrap();
    let mut policy: Value = serde_json::from_str(answer.policy().unwrap()).unwrap();
    wait(s3.delete_bucket_policy().bucket(&bucket).send()).unwrap();
    let checks = acme.checks(1);
    let (level, found) = one(&checks, "bucket-policy");
    assert!(
        level == "fail" && found.ends_with("there is no bucket policy"),
        "{found}"
    );
    // The statement that it prints is what was there.
    let next = acme.next("bucket-policy");
    assert!(next.starts_with("deployer bootstrap --region us-west-2;"), "{next}");
    let (_, statement) = next.split_once("policy: ").unwrap();
    let statement: Value = serde_json::from_str(statement).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    let write_once = statements.iter_mut().find(|each| each["Sid"] == "WriteOnce").unwrap();
    assert_eq!(statement, *write_once);
    write_once["Resource"].as_array_mut().unwrap().truncate(1);
    wait(s3.put_bucket_policy().bucket(&bucket).policy(policy.to_string()).send()).unwrap();
    let checks = acme.checks(1);
    let (level, found) = one(&checks, "bucket-policy");
    let lacks = format!("statement `WriteOnce` does not deny resource arn:aws:s3:::{bucket}/pools/*");
    assert!(level == "fail" && found.ends_with(&lacks), "{found}");
    policy["Statement"] = json!([statement]);
    wait(s3.put_bucket_policy().bucket(&bucket).policy(policy.to_string()).send()).unwrap();
    assert_eq!(one(&acme.checks(0), "bucket-policy").0, "ok");

    let declared = acme.queue_policy();
    let mut open = declared.clone();
    open["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sqs:SendMessage",
        "Resource": declared["Statement"][0]["Resource"],
    }));
    acme.set_queue_policy(&open.to_string());
    assert_eq!(
        one(&acme.checks(0), "queue-policy"),
        (
            "warn",
            "statement `3` allows sqs:SendMessage to AWS:arn:aws:iam::444455556666:root"
        )
    );
    open["Statement"].as_array_mut().unwrap().remove(0);
    acme.set_queue_policy(&open.to_string());
    let checks = acme.checks(1);
    let (level, found) = one(&checks, "queue-policy");
    assert!(
        level == "fail" && found.contains("statement `OnlyTheFunctionSends` is missing"),
        "{found}"
    );
    // The policy that it prints is the one that was deployed.
    let next = acme.next("queue-policy");
    assert!(next.contains("deployer drift stacks/acme.yaml"), "{next}");
    let attributes: Value = serde_json::from_str(next.split('\'').nth_back(1).unwrap()).unwrap();
    let restored = attributes["Policy"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(restored).unwrap(), declared);
    acme.set_queue_policy(restored);
    assert_eq!(one(&acme.checks(0), "queue-policy").0, "ok");
}

#[test]
fn policies_that_may_not_be_read_are_not_checked() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::online());
    acme.apply(0);
    let acme = Acme {
        workspace: acme.workspace.at(proxy.endpoint()),
    };
    // A bucket's versions and encryption are asked for at the same path, before its policy.
    let denied = Effect::Error {
        status: 403,
        code: "AccessDenied",
        message: "You may not",
    };
    proxy.on(&format!("GET /{}", acme.bucket_name()), 3..=3, denied);
    proxy.refuse("GetQueueAttributes", 403, "AccessDenied", "You may not");
    let checks = acme.checks(0);
    for (check, action) in [
        ("bucket-policy", "s3:GetBucketPolicy"),
        ("queue", "sqs:GetQueueAttributes"),
        ("queue-policy", "sqs:GetQueueAttributes"),
    ] {
        let (level, found) = one(&checks, check);
        let wanted = format!("not checked: {action}: You may not (AccessDenied)");
        assert_eq!((level, found), ("warn", wanted.as_str()), "{check}");
    }
    assert_eq!(one(&checks, "bucket").0, "ok");
}
