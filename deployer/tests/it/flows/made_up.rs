//! A few pools of every shape, attached and detached by the real binary: what `live_pools` does by the library, with
//! the stack's part on its emulator.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::Acme;
use super::attach::attaching;
use crate::live_pools::differences;
use crate::support::cli::Workspace;
use crate::support::moto::Moto;
use crate::support::pools::{MadeUp, make_up};
use crate::support::proxy::{Effect, Proxy};

/// The first has all that can stand together, the second nothing but its name.
const POOLS: usize = 6;

#[test]
fn the_binary_changes_no_setting_either() {
    let next = AtomicUsize::new(0);
    let pools = make_up(7, POOLS);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(pool) = pools.get(next.fetch_add(1, Ordering::Relaxed)) {
                    come_and_go(pool);
                }
            });
        }
    });
}

fn come_and_go(pool: &MadeUp) {
    let acme = Acme::bucketed(Workspace::online().with_live_pools().with_real_handler());
    let (id, before) = made(&acme, pool);
    acme.apply(0);
    same(&but_for_ours(&acme, &id), &before);
    acme.workspace.run(&["detach", "stacks/acme.yaml", "--yes"]).expect(0);
    same(&acme.workspace.live_pools().settings(&id), &before);
}

/// The wound that all this is for: an update that names the triggers alone.
#[test]
fn an_update_that_loses_all_the_rest_is_named_and_put_back_whole() {
    let proxy = Proxy::before(Moto::shared().address());
    let workspace = Workspace::online().with_pools_at(&proxy.endpoint()).with_real_handler();
    let acme = Acme::bucketed(workspace);
    let (id, before) = made(&acme, &make_up(7, 1)[0]);
    let triggers_alone = |body: String| {
        let mut body: Value = serde_json::from_str(&body).unwrap();
        let members = body.as_object_mut().unwrap();
        members.retain(|member, _| member == "UserPoolId" || member == "LambdaConfig");
        body.to_string()
    };
    proxy.on("UpdateUserPool", 1..=1, Effect::RewriteRequest(triggers_alone));
    let shown = acme.apply(1);
    proxy.clear();
    let lost = differences(&before, &but_for_ours(&acme, &id));
    assert!(lost.len() > 15, "{lost:?}");
    for path in &lost {
        // What stands twice is named once.
        let twice = [
            "VerificationMessage",
            "VerificationSubject",
            "UnusedAccountValidityDays",
        ];
        let twice = twice.iter().any(|end| path.ends_with(end));
        let path = path.trim_start_matches("UserPool.");
        assert!(
            twice || shown.contains(&format!("moved: {path}")),
            "no {path} in {shown}"
        );
    }

    acme.apply(3);
    acme.workspace.run(&["apply", "--yes", "--put-back"]).expect(0);
    same(&but_for_ours(&acme, &id), &before);
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

/// Makes a pool without senders, since nobody is asked here whether they may be replaced, and the stack file for it.
fn made(acme: &Acme, pool: &MadeUp) -> (String, Value) {
    let live = acme.workspace.live_pools();
    let pool = pool.without(&["CustomSMSSender", "CustomEmailSender", "KMSKeyID"]);
    let id = pool.create(&live);
    acme.write(&attaching(&id));
    let before = live.settings(&id);
    (id, before)
}

/// The settings of a pool that has the stack's triggers, without these.
#[track_caller]
fn but_for_ours(acme: &Acme, id: &str) -> Value {
    let mut settings = acme.workspace.live_pools().settings(id);
    let triggers = settings["UserPool"]["LambdaConfig"].as_object_mut().unwrap();
    for ours in ["CustomSMSSender", "KMSKeyID"] {
        assert!(triggers.shift_remove(ours).is_some(), "no {ours}");
    }
    settings
}

#[track_caller]
fn same(after: &Value, before: &Value) {
    let changed = differences(before, after);
    assert!(changed.is_empty(), "{changed:?}\n{before:#}\n{after:#}");
}
