//! The proof of the proof: a member that the merge leaves out is found, by name.

use std::collections::{BTreeMap, BTreeSet};

use deployer::plan::{moved, update_request};

use super::{Account, differences};
use crate::support::pools::{make_up, update_model};

/// Members whose omission changes nothing, and why.
const KEPT: &[(&str, &str)] = &[
    ("DcrConfiguration", "the service keeps it"),
    ("EmailVerificationMessage", "VerificationMessageTemplate says it too"),
    ("EmailVerificationSubject", "VerificationMessageTemplate says it too"),
    ("MfaConfiguration", "the service keeps it"),
    ("PoolName", "the service keeps it"),
    ("SmsVerificationMessage", "VerificationMessageTemplate says it too"),
];

#[tokio::test]
async fn whatever_the_request_leaves_out_is_named() {
    let account = Account::new();
    let pools = make_up(2, 12);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let members = update_model().members;
    let not_asked = ["UserPoolId", "LambdaConfig"];
    for member in members.iter().filter(|member| !not_asked.contains(&member.as_str())) {
        let named = found.entry(member.clone()).or_default();
        // The first pool has all that can stand together; another has what cannot, or another value than the default.
        for pool in &pools {
            if pool.create.get(member).is_none() {
                continue;
            }
            let id = pool.create(&account.pools);
            let (before, known) = (account.pools.settings(&id), live(&account, &id).await);
            let mut body = update_request(&id, &known.pool, &known.lambda_config(), &BTreeSet::new());
            if body.shift_remove(member).is_none() {
                continue;
            }
            account.session.update_pool(&body).await.unwrap();
            let moved = moved(&known, &live(&account, &id).await, &BTreeSet::new());
            let said: Vec<String> = moved.iter().filter_map(|edit| edit.path.first().cloned()).collect();
            let raw = differences(&before, &account.pools.settings(&id));
            let is_in_raw = raw.iter().any(|path| path.split('.').nth(1) == Some(member));
            assert_eq!(said.contains(member), is_in_raw, "{member}: {said:?}, {raw:?}");
            named.extend(said);
            if is_in_raw {
                break;
            }
        }
    }
    let kept: Vec<&str> = found
        .iter()
        .filter(|(member, named)| !named.contains(*member))
        .map(|(member, _)| member.as_str())
        .collect();
    assert_eq!(kept, KEPT.iter().map(|(member, _)| *member).collect::<Vec<_>>());
    assert_eq!(found.len(), members.len() - not_asked.len());
}

async fn live(account: &Account, id: &str) -> deployer::aws::LivePool {
    account.session.live_pool(id).await.unwrap().unwrap()
}
