#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::aws::stub::Stub;
use crate::finding::{Place, Source};
use crate::plan::Deployed;
use crate::spec::{AccountId, Acknowledgement};

const PARAMETERS: &str = r#"{"Parameters": {"PoolBefore": {}, "PoolRecord": {}},
                            "Outputs": {"PoolId": {"Value": "us-west-2_a"}}}"#;
const OLD: &str = r#"{"Outputs": {"PoolId": {"Value": "us-west-2_a"}}}"#;

fn pool(config: &Value) -> LivePool {
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    LivePool {
        pool: object(
            json!({ "Id": "us-west-2_a", "LastModifiedDate": 1_700_000_000.123, "Invented": { "B": 1, "A": [] },
                             "LambdaConfig": config }),
        ),
        mfa: object(json!({ "MfaConfiguration": "OFF" })),
    }
}

#[test]
fn what_is_saved_comes_back_with_members_that_no_sdk_knows() {
    let pool = pool(&json!({}));
    let written = text("acme", &pool);
    assert_eq!(parse(written.as_bytes()), Some(pool));
    for other in [
        "",
        "{}",
        "{\"version\": 2, \"pool\": {}, \"mfa\": {}}",
        "{\"version\": 1, \"pool\": {}}",
    ] {
        assert_eq!(parse(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn digests_are_read_and_written_as_parameters() {
    let of = |members: &[(&str, &str)]| {
        let members = members.iter();
        Digests::of(
            &members
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    };
    assert_eq!(of(&[]), Digests::default());
    assert_eq!(of(&[("PoolBefore", "none"), ("PoolRecord", "")]), Digests::default());
    let both = of(&[("PoolBefore", "a"), ("PoolRecord", "b"), ("Other", "c")]);
    assert_eq!((both.before.as_deref(), both.record.as_deref()), (Some("a"), Some("b")));
    assert_eq!(of(&[("PoolRecord", "b")]).parameters()["PoolBefore"], "none");
    assert_eq!(both.parameters()["PoolRecord"], "b");
    assert_eq!(both.beside(&of(&[("PoolBefore", "a")])), ["b"]);
    assert_eq!(both.beside(&both), Vec::<String>::new());
    assert_eq!(
        of(&[("PoolBefore", "a"), ("PoolRecord", "a")]).beside(&Digests::default()),
        ["a"]
    );
}

/// A bucket with objects by their keys, and a pool without triggers.
async fn known(objects: &[(String, Vec<u8>)], stated: &Stated) -> Known {
    let objects: BTreeMap<String, Vec<u8>> = objects.iter().cloned().collect();
    let stub = Stub::start(move |request| {
        let target = request
            .headers
            .get("x-amz-target")
            .map(String::as_str)
            .unwrap_or_default();
        if target.ends_with("DescribeUserPool") {
            return (
                200,
                json!({ "UserPool": { "Id": "us-west-2_a", "LambdaConfig": {} } }).to_string(),
            );
        }
        if target.ends_with("GetUserPoolMfaConfig") {
            return (200, json!({ "MfaConfiguration": "OFF" }).to_string());
        }
        let found = objects.iter().find(|(key, _)| request.path.contains(key.as_str()));
        match found {
            Some((_, bytes)) => (200, String::from_utf8(bytes.clone()).unwrap()),
            None => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
        }
    });
    let session = stub.session();
    let bucket = Bucket {
        name: "assets".to_owned(),
        owner: AccountId::parse("111122223333").unwrap(),
    };
    let pool = PoolId::parse("us-west-2_a").unwrap();
    let shelf = Shelf {
        session: &session,
        bucket: &bucket,
        pool: &pool,
        stack: "acme",
    };
    shelf.known(stated).await.unwrap().unwrap()
}

fn deployed(template: &str, before: &str, record: &str) -> Deployed {
    Deployed {
        template: serde_json::from_str(template).unwrap(),
        tags: BTreeMap::new(),
        termination_protection: false,
        own_key: None,
        outputs: BTreeMap::new(),
        parameters: [("PoolBefore", before), ("PoolRecord", record)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    }
}

fn stated(deployed: Option<&Deployed>, words: &[Acknowledgement]) -> Stated {
    Stated::of(deployed, &PoolId::parse("us-west-2_a").unwrap(), words)
}

fn codes(known: &Known) -> Vec<Code> {
    known.findings.iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn only_the_bytes_whose_digest_the_stack_holds_count() {
    let (first, forged) = (
        pool(&json!({ "PreSignUp": "arn:ours" })),
        pool(&json!({ "PreSignUp": "arn:theirs" })),
    );
    let digest = digest("acme", &first);
    let key = format!("pools/us-west-2_a/acme/{digest}.json");
    let said = stated(Some(&deployed(PARAMETERS, &digest, "none")), &[]);
    let bytes = |pool: &LivePool| text("acme", pool).into_bytes();

    let found = known(&[(key.clone(), bytes(&first))], &said).await;
    assert_eq!(codes(&found), []);
    assert_eq!((found.live.saved, found.record), (Some(first.clone()), None));

    // The attacks: a changed object, one that is gone, and objects of which the stack says nothing.
    let found = known(&[(key.clone(), bytes(&forged))], &said).await;
    assert_eq!((&found.live.saved, codes(&found)), (&None, vec![Code::SavedAltered]));
    let finding = &found.findings[0];
    let text = format!("{} {}", finding.message, finding.hints.join(" "));
    for part in [
        digest.as_str(),
        &super::digest("acme", &forged),
        &key,
        "ParameterKey=PoolBefore,ParameterValue=none",
        "ParameterKey=PoolRecord,UsePreviousValue=true",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let found = known(&[], &said).await;
    assert_eq!((&found.live.saved, codes(&found)), (&None, vec![Code::SavedMissing]));
    let planted = [
        ("pools/us-west-2_a/acme.json".to_owned(), bytes(&forged)),
        ("pools/us-west-2_a/acme.before.json".to_owned(), bytes(&forged)),
        (
            format!("pools/us-west-2_a/acme/{}.json", super::digest("acme", &forged)),
            bytes(&forged),
        ),
    ];
    let none = stated(Some(&deployed(PARAMETERS, "none", "none")), &[]);
    let found = known(&planted, &none).await;
    assert_eq!(
        (&found.live.saved, &found.record, codes(&found)),
        (&None, &None, vec![])
    );
    let found = known(&planted, &stated(None, &[])).await;
    assert_eq!(
        (&found.live.saved, &found.record, codes(&found)),
        (&None, &None, vec![])
    );

    // A stack of another pool says nothing of this one.
    for other in [PARAMETERS, OLD] {
        let other = deployed(&other.replace("us-west-2_a", "us-west-2_b"), &digest, &digest);
        let found = known(&planted, &stated(Some(&other), &[])).await;
        assert_eq!(
            (&found.live.saved, &found.record, codes(&found)),
            (&None, &None, vec![])
        );
    }

    // Unreadable, with the right digest.
    let unreadable = b"{}".to_vec();
    let digest = Sha256::of(&unreadable).to_string();
    let said = stated(Some(&deployed(PARAMETERS, "none", &digest)), &[]);
    let found = known(&[(format!("pools/us-west-2_a/acme/{digest}.json"), unreadable)], &said).await;
    assert_eq!((&found.record, codes(&found)), (&None, vec![Code::SavedAltered]));
}

#[tokio::test]
async fn what_an_earlier_version_kept_counts_by_a_word_that_names_its_digest() {
    let first = pool(&json!({ "PreSignUp": "arn:ours" }));
    let bytes = text("acme", &first).into_bytes();
    let old = stated(Some(&deployed(OLD, "none", "none")), &[]);
    let found = known(&[("pools/us-west-2_a/acme.json".to_owned(), bytes.clone())], &old).await;
    assert_eq!(codes(&found), [Code::SavedUnproven]);
    assert_eq!(found.findings[0].to.as_deref(), Some(digest("acme", &first).as_str()));
    assert_eq!(found.digests.before, Some(digest("acme", &first)));
    assert_eq!(
        (found.stated, found.unproven),
        (Digests::default(), vec![(digest("acme", &first), bytes.clone())])
    );
    assert_eq!(found.live.saved, Some(first.clone()));
    let garbage = known(&[("pools/us-west-2_a/acme.json".to_owned(), b"[]".to_vec())], &old).await;
    assert_eq!((codes(&garbage), garbage.live.saved), (vec![Code::SavedAltered], None));

    // A stack that is made again takes up what its file names.
    let word = Acknowledgement {
        code: Code::SavedUnproven,
        resource: "PoolBefore".to_owned(),
        to: digest("acme", &first),
        reason: "somebody deleted the stack".to_owned(),
        until: None,
        place: Place {
            source: Source::new("stack.yaml", ""),
            span: 0..0,
        },
    };
    let key = format!("pools/us-west-2_a/acme/{}.json", digest("acme", &first));
    let words = std::slice::from_ref(&word);
    let found = known(&[(key.clone(), bytes.clone())], &stated(None, words)).await;
    assert_eq!(codes(&found), [Code::SavedUnproven]);
    assert_eq!(found.live.saved, Some(first));
    let found = known(&[(key, b"{}".to_vec())], &stated(None, words)).await;
    assert_eq!((codes(&found), found.live.saved), (vec![], None));
}
