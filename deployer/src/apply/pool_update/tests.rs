#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use serde_json::json;

use super::*;
use crate::aws::stub::{Stub, error};

const QUICK: Pacing = Pacing {
    wait: (3, Duration::from_millis(1)),
    briefly: (2, Duration::from_millis(1)),
};

fn body() -> Map<String, Value> {
    let body = json!({
        "UserPoolId": "us-west-2_a", "PoolName": "acme", "Policies": {}, "Tomorrow": 1, "Yesterday": 2,
    });
    body.as_object().cloned().unwrap()
}

/// Updates a pool whose service answers with these errors, one after the other, and then as it should.
async fn update(errors: &[(&str, &str)]) -> (Result<Written, PoolUpdateError>, Vec<Value>) {
    let mut answers: std::vec::IntoIter<_> = errors
        .iter()
        .map(|(code, message)| error(400, code, message))
        .collect::<Vec<_>>()
        .into_iter();
    let stub = Stub::start(move |_| answers.next().unwrap_or_else(|| (200, "{}".to_owned())));
    let mut reads = 0;
    let read = async |written: &Written| {
        reads += 1;
        let mut body = body();
        body.retain(|member, _| !written.left_out.contains(member));
        body.insert("PoolName".to_owned(), json!(format!("acme {reads}")));
        Ok(Some(body))
    };
    let written = paced(&stub.session(), read, QUICK).await;
    (
        written,
        stub.requests().iter().map(crate::aws::stub::Request::json).collect(),
    )
}

/// Source: `UpdateUserPool` in the service's model of 2016-04-18, `errors`.
const MODEL: [&str; 14] = [
    "ResourceNotFoundException",
    "InvalidParameterException",
    "ConcurrentModificationException",
    "TooManyRequestsException",
    "NotAuthorizedException",
    "UserImportInProgressException",
    "InternalErrorException",
    "InvalidSmsRoleAccessPolicyException",
    "InvalidSmsRoleTrustRelationshipException",
    "UserPoolTaggingException",
    "InvalidEmailRoleAccessPolicyException",
    "OperationNotEnabledException",
    "TierChangeNotAllowedException",
    "FeatureUnavailableInTierException",
];

#[tokio::test]
async fn each_error_of_the_model_is_tried_again_or_explained() {
    for code in MODEL {
        let row = ROWS.iter().find(|row| row.code == code).unwrap();
        let (once, requests) = update(&[(code, "no")]).await;
        match row.answer {
            Answer::Wait | Answer::WaitBriefly => assert_eq!(once.unwrap().tries, 2, "{code}"),
            Answer::LeaveOut | Answer::Stop => assert_eq!(requests.len(), 1, "{code}"),
        }
        let (for_good, requests) = update(&[(code, "no"); 20]).await;
        let error = for_good.unwrap_err();
        let tries = match row.answer {
            Answer::Wait => 4,
            Answer::WaitBriefly => 3,
            Answer::LeaveOut | Answer::Stop => 1,
        };
        assert_eq!((error.tries, requests.len()), (tries, tries as usize), "{code}");
        let hint = error.hint().unwrap();
        assert!(!hint.contains("POOL") && !hint.contains("REGION"), "{hint}");
    }
}

#[tokio::test]
async fn every_try_is_made_from_the_pool_as_it_is() {
    let (written, requests) = update(&[("ConcurrentModificationException", "two writers"); 2]).await;
    assert_eq!(written.unwrap().tries, 3);
    let names: Vec<&Value> = requests.iter().map(|request| &request["PoolName"]).collect();
    assert_eq!(names, ["acme 1", "acme 2", "acme 3"]);
}

#[tokio::test]
async fn what_arrived_although_the_answer_was_an_error_is_not_sent_again() {
    let stub = Stub::start(|_| error(500, "InternalErrorException", "no"));
    let mut bodies = [Some(body()), None].into_iter();
    let read = async |_: &Written| Ok::<_, PoolUpdateError>(bodies.next().unwrap());
    assert_eq!(paced(&stub.session(), read, QUICK).await.unwrap().tries, 1);
    let nothing = async |_: &Written| Ok::<_, PoolUpdateError>(None);
    let written = paced(&stub.session(), nothing, QUICK).await.unwrap();
    assert_eq!((written, stub.requests().len()), (Written::default(), 1));
}

#[tokio::test]
async fn a_member_that_is_refused_by_name_is_left_out_and_reported() {
    let (written, requests) = update(&[
        (
            "InvalidParameterException",
            "1 validation error: Value at 'tomorrow' is read-only",
        ),
        ("ConcurrentModificationException", "two writers"),
        ("SerializationException", "Unknown member Yesterday."),
    ])
    .await;
    let written = written.unwrap();
    assert_eq!(
        (written.tries, written.left_out),
        (4, BTreeSet::from(["Tomorrow".to_owned(), "Yesterday".to_owned()]))
    );
    let last = requests.last().unwrap().as_object().unwrap();
    assert_eq!(last.keys().collect::<Vec<_>>(), ["UserPoolId", "PoolName", "Policies"]);
}

#[tokio::test]
async fn what_says_that_a_member_cannot_be_written_leaves_it_out() {
    for message in [
        "Value at 'tomorrow' is read-only",
        "Tomorrow is a ReadOnly field",
        "Tomorrow cannot be updated",
        "Tomorrow can't be changed for a pool with this value",
        "Tomorrow is immutable",
        "Unknown parameter in input: Tomorrow",
        "Unrecognized field Tomorrow",
        "Tomorrow is not supported",
    ] {
        let (written, requests) = update(&[("InvalidParameterException", message)]).await;
        assert_eq!(requests.len(), 2, "{message}");
        let left_out = written.unwrap().left_out;
        assert_eq!(left_out, BTreeSet::from(["Tomorrow".to_owned()]), "{message}");
    }
}

#[tokio::test]
async fn what_can_be_written_is_never_left_out() {
    for message in [
        "Policies cannot be changed",
        "Policies is read-only",
        "Policies and Tomorrow do not go together",
        "Tomorrow and Yesterday do not go together",
        "Tomorrows are read-only",
        "Tomorrow is too long",
        "Invalid Tomorrow",
        "1 validation error detected: Value '1' at 'tomorrow' failed to satisfy constraint: Member must be 2",
        "The value 1 of Tomorrow is not supported",
        "Unknown value for Tomorrow",
        "no",
    ] {
        let (written, requests) = update(&[("InvalidParameterException", message)]).await;
        assert_eq!((written.unwrap_err().tries, requests.len()), (1, 1), "{message}");
    }
}

#[tokio::test]
async fn words_tell_more_than_a_code() {
    for (code, words, tries) in [
        ("InvalidParameterException", "Only one request at a time is taken", 2),
        (
            "InvalidParameterException",
            "Role does not have a trust relationship allowing Cognito to assume the role",
            2,
        ),
        ("SomethingElse", "Role does not have permission to publish with SNS", 2),
    ] {
        let (written, _) = update(&[(code, words)]).await;
        assert_eq!(written.unwrap().tries, tries, "{words}");
    }
    let denied = "User: arn:u is not authorized to perform: iam:PassRole on resource: arn:r";
    let error = update(&[("AccessDeniedException", denied)]).await.0.unwrap_err();
    assert!(error.hint().unwrap().contains("the right to iam:PassRole"));
    let error = update(&[("AccessDeniedException", "no")]).await.0.unwrap_err();
    assert_eq!((error.hint(), error.tries), (None, 1));
}

/// No `FAILURES` without a row, and no failure of the service is taken for a refusal.
#[tokio::test]
async fn a_refusal_is_certain_and_a_failure_is_not() {
    for code in FAILURES {
        assert!(ROWS.iter().any(|row| row.code == *code), "{code}");
    }
    for (errors, is_unsure) in [
        (&[("InvalidParameterException", "no")][..], false),
        (&[("InvalidSmsRoleAccessPolicyException", "no"); 20], false),
        (&[("TooManyRequestsException", "no"); 20], false),
        (&[("InternalErrorException", "no"); 20], true),
        // A refusal says nothing of the request before it.
        (
            &[("InternalErrorException", "no"), ("InvalidParameterException", "no")],
            true,
        ),
    ] {
        let error = update(errors).await.0.unwrap_err();
        assert_eq!(error.is_unsure, is_unsure, "{errors:?}");
    }
    let stub = Stub::start(|_| (200, "{}".to_owned()));
    let mut told = Vec::new();
    let read = async |written: &Written| {
        told.push(written.is_unsure);
        Ok::<_, PoolUpdateError>(Some(body()))
    };
    assert!(!paced(&stub.session(), read, QUICK).await.unwrap().is_unsure);
    assert_eq!(told, [false]);
}
