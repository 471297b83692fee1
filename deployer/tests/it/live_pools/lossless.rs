//! Attached and detached, a pool is as it was: every setting, those that no SDK knows too, and what others changed in
//! between is as they left it.
//!
//! Pools are made up from the service model's own `CreateUserPool`: 50 by default, and as many as
//! `DEPLOYER_TEST_POOLS` says. What is compared is the raw answers, by this file's own means.

use std::collections::BTreeSet;

use deployer::aws::LivePool;
use deployer::plan::{Live, detached, merge, moved, update_request};
use serde_json::{Map, Value, json};

use super::{Account, differences, ours};
use crate::support::pools::{MadeUp, make_up};

const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:acme-Function";
const THEIRS: &str = "arn:aws:lambda:us-west-2:111122223333:function:theirs";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/acme";

/// Sets of triggers that a stack declares.
fn declared() -> Vec<Map<String, Value>> {
    let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": FUNCTION});
    let tokens = |version: &str| json!({"LambdaVersion": version, "LambdaArn": FUNCTION});
    [
        json!({"CustomSMSSender": sender, "KMSKeyID": KEY}),
        json!({"CustomEmailSender": sender, "KMSKeyID": KEY}),
        json!({"CustomSMSSender": sender, "CustomEmailSender": sender, "KMSKeyID": KEY}),
        json!({"CustomMessage": FUNCTION, "PreSignUp": FUNCTION}),
        json!({"PreTokenGeneration": FUNCTION, "PreTokenGenerationConfig": tokens("V2_0")}),
        json!({"PreTokenGenerationConfig": tokens("V3_0"), "CustomSMSSender": sender, "KMSKeyID": KEY}),
        json!({
            "PostConfirmation": FUNCTION, "PreAuthentication": FUNCTION, "PostAuthentication": FUNCTION,
            "DefineAuthChallenge": FUNCTION, "CreateAuthChallenge": FUNCTION, "VerifyAuthChallengeResponse": FUNCTION,
            "UserMigration": FUNCTION, "InboundFederation": sender,
        }),
    ]
    .into_iter()
    .map(|triggers| triggers.as_object().unwrap().clone())
    .collect()
}

/// A pool's way through an attach and a detach, and what differs after each.
struct Way {
    attached: Vec<String>,
    triggers: Vec<String>,
    detached: Vec<String>,
    /// What the deployer's own comparison says.
    said: Vec<String>,
}

/// `by_others` lets somebody else change the pool in between.
async fn go(account: &Account, pool: &MadeUp, triggers: &Map<String, Value>, by_others: bool) -> Way {
    let id = pool.create(&account.pools);
    let before = account.pools.settings(&id);
    let saved = live(account, &id).await;

    let first = Live {
        now: saved.clone(),
        saved: None,
    };
    let merged = merge(triggers, &json!({}), &first, &ours(&Map::new()));
    write(account, &id, &saved, &merged.lambda_config).await;
    let attached = account.pools.settings(&id);
    let mut now = live(account, &id).await;
    let mut said = names(&saved, &now);
    let mut expected = before.clone();
    if by_others {
        // Somebody else's tag, and somebody else's trigger where the stack has none.
        let mut triggers_now = now.lambda_config();
        for config in [&mut now.pool, expected["UserPool"].as_object_mut().unwrap()] {
            config["UserPoolTags"]["since"] = json!("the attach");
        }
        if !triggers.contains_key("PostAuthentication") {
            triggers_now.insert("PostAuthentication".to_owned(), json!(THEIRS));
            expected["UserPool"]["LambdaConfig"]["PostAuthentication"] = json!(THEIRS);
        }
        write(account, &id, &now, &triggers_now).await;
        now = live(account, &id).await;
    }

    let after = Live {
        now: now.clone(),
        saved: Some(saved.clone()),
    };
    let detached = detached(&after, &ours(triggers));
    write(account, &id, &now, &detached.lambda_config).await;
    said.extend(names(&now, &live(account, &id).await));

    let lambda_config = Value::Object(merged.lambda_config);
    Way {
        attached: differences(&without_triggers(&before), &without_triggers(&attached)),
        triggers: differences(&lambda_config, &attached["UserPool"]["LambdaConfig"]),
        detached: differences(&expected, &account.pools.settings(&id)),
        said,
    }
}

async fn live(account: &Account, id: &str) -> LivePool {
    account.session.live_pool(id).await.unwrap().unwrap()
}

async fn write(account: &Account, id: &str, now: &LivePool, lambda_config: &Map<String, Value>) {
    let body = update_request(id, &now.pool, lambda_config, &BTreeSet::new());
    account.session.update_pool(&body).await.unwrap();
}

fn names(before: &LivePool, after: &LivePool) -> Vec<String> {
    let moved = moved(before, after, &BTreeSet::new());
    moved.into_iter().map(|edit| edit.path.join(".")).collect()
}

fn without_triggers(settings: &Value) -> Value {
    let mut settings = settings.clone();
    settings["UserPool"]
        .as_object_mut()
        .unwrap()
        .shift_remove("LambdaConfig");
    settings
}

#[tokio::test]
async fn attached_and_detached_every_pool_is_as_it_was() {
    let wanted = |name: &str| std::env::var(name).ok().map(|value| value.parse().unwrap());
    let count = wanted("DEPLOYER_TEST_POOLS").unwrap_or(50);
    // The day's own seed would find more, and fail for whom it does not concern.
    let seed = wanted("DEPLOYER_TEST_POOLS_SEED").unwrap_or(1);
    let (account, declared) = (Account::new(), declared());
    let pools = make_up(u64::try_from(seed).unwrap(), count);
    assert_eq!(pools.len(), count);
    let mut changed = Vec::new();
    for (number, pool) in pools.iter().enumerate() {
        let triggers = &declared[number % declared.len()];
        let way = go(&account, pool, triggers, number % 3 == 2).await;
        for (moment, paths) in [
            ("attached", way.attached),
            ("triggers", way.triggers),
            ("detached", way.detached),
            ("said", way.said),
        ] {
            changed.extend(paths.into_iter().map(|path| format!("pool {number}, {moment}: {path}")));
        }
    }
    eprintln!(
        "{count} pools of seed {seed} attached and detached, {} settings changed",
        changed.len()
    );
    assert!(changed.is_empty(), "{changed:#?}");
}
