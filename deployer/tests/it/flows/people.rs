//! A pool that people use, and was there before its stack: what it is to be after whatever befell a command.
//!
//! Cognito is moto here too: what a run resets that comes after a kill, say, is not there any more.

use serde_json::{Value, json};

use super::Acme;
use super::attach::{Attached, kept, lived_in};
use super::kills::as_declared;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::moto::Moto;
use crate::support::proxy::Proxy;

/// An account with such a pool, a stack file that attaches to it, and a handler that answers; all calls go by one
/// proxy.
pub(super) fn behind_a_proxy() -> (Proxy, Acme) {
    let proxy = Proxy::before_both(Ministack::shared().address(), Moto::shared().address());
    let workspace = Workspace::offline().at(proxy.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    (proxy, attached.acme)
}

/// The triggers are the stack's, every other setting is as it was, and nothing is left to do.
pub(super) fn attached_whole(acme: &Acme) {
    as_declared(acme, &["UPDATE_COMPLETE"]);
    assert_eq!(acme.triggers(), ["PreSignUp", "CustomSMSSender", "KMSKeyID"]);
    let live = acme.workspace.live_pools().describe(&pool(acme));
    let sender = &live["LambdaConfig"]["CustomSMSSender"];
    assert_eq!(sender["LambdaArn"], acme.output("FunctionArn"));
    assert_eq!(live["LambdaConfig"]["KMSKeyID"], acme.output("KeyArn"));
    is_untouched(acme);
    // What it was is kept, and there is no update left to compare.
    assert_eq!(kept(acme, &pool(acme)), ["PoolBefore"]);
}

/// The pool is as it was before its first attach, and nothing is kept of it.
pub(super) fn detached_whole(acme: &Acme) {
    let live = acme.workspace.live_pools().describe(&pool(acme));
    assert_eq!(live["LambdaConfig"], lived_in()["LambdaConfig"]);
    is_untouched(acme);
    assert_eq!(kept(acme, &pool(acme)), Vec::<String>::new());
}

/// Every setting but the triggers is as in a pool that was made just now.
pub(super) fn is_untouched(acme: &Acme) {
    let other = Workspace::offline().live_pools();
    let untouched = other.settings(&other.create(&lived_in()));
    let live = acme.workspace.live_pools().settings(&pool(acme));
    assert_eq!(but_for_its_own(live), but_for_its_own(untouched));
}

/// Settings without what every pool has of its own, and without triggers.
fn but_for_its_own(mut settings: Value) -> Value {
    for own in ["Id", "Arn", "CreationDate", "LambdaConfig"] {
        settings["UserPool"].as_object_mut().unwrap().shift_remove(own);
    }
    settings
}

/// The account's one pool.
fn pool(acme: &Acme) -> String {
    let pools = acme.workspace.live_pools();
    let listed = pools.call("ListUserPools", &json!({"MaxResults": 2})).unwrap();
    let [pool] = listed["UserPools"].as_array().unwrap().as_slice() else {
        panic!("{listed}");
    };
    pool["Id"].as_str().unwrap().to_owned()
}
