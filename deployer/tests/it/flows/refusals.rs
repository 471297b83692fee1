//! Every error that the service's model has for an update of a pool: tried again, learned from, or said.
//!
//! A new error of the model fails the first test until it has a row.

use std::time::Duration;

use serde_json::{Value, json};

use super::Acme;
use super::attach::{Attached, lived_in};
use crate::support::cli::Workspace;
use crate::support::moto::Moto;
use crate::support::pools::update_model;
use crate::support::proxy::{Effect, Proxy};

/// What becomes of an error.
enum Fate {
    /// It is tried again, and goes through when the error is gone.
    Again,
    /// It ends the run; these words say what to do.
    Stops(&'static str),
}

use Fate::{Again, Stops};

struct Row {
    code: &'static str,
    message: &'static str,
    status: u16,
    fate: Fate,
}

const fn row(code: &'static str, message: &'static str, status: u16, fate: Fate) -> Row {
    Row {
        code,
        message,
        status,
        fate,
    }
}

const ROWS: &[Row] = &[
    row(
        "ResourceNotFoundException",
        "User pool does not exist.",
        400,
        Stops("the pool is gone"),
    ),
    row(
        "InvalidParameterException",
        "Invalid SMS message",
        400,
        Stops("change or remove the one that the message names"),
    ),
    row(
        "ConcurrentModificationException",
        "Only one request at a time is allowed",
        400,
        Again,
    ),
    row("TooManyRequestsException", "Rate exceeded", 429, Again),
    row(
        "NotAuthorizedException",
        "Not allowed",
        400,
        Stops("cognito-idp:UpdateUserPool"),
    ),
    row(
        "UserImportInProgressException",
        "A job is running",
        400,
        Stops("a job imports users into the pool"),
    ),
    row("InternalErrorException", "Something went wrong", 500, Again),
    row(
        "InvalidSmsRoleAccessPolicyException",
        "Role does not have permission to publish with SNS",
        400,
        Again,
    ),
    row(
        "InvalidSmsRoleTrustRelationshipException",
        "Role does not have a trust relationship allowing Cognito to assume the role",
        400,
        Again,
    ),
    row(
        "UserPoolTaggingException",
        "Not authorized to tag",
        400,
        Stops("cognito-idp:TagResource"),
    ),
    row(
        "InvalidEmailRoleAccessPolicyException",
        "No permission to send",
        400,
        Again,
    ),
    row("OperationNotEnabledException", "Not here", 400, Stops("primary Region")),
    row(
        "TierChangeNotAllowedException",
        "No change of tier",
        400,
        Stops("the pool's own feature plan"),
    ),
    row(
        "FeatureUnavailableInTierException",
        "Not in this tier",
        400,
        Stops("choose a plan that has it"),
    ),
];

fn attached() -> (Proxy, Attached) {
    let pools = Proxy::before(Moto::shared().address());
    let workspace = Workspace::online().with_pools_at(&pools.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    (pools, attached)
}

#[test]
fn every_error_of_the_model_has_a_row() {
    let mut errors = update_model().errors;
    let mut rows: Vec<&str> = ROWS.iter().map(|row| row.code).collect();
    errors.sort();
    rows.sort_unstable();
    assert_eq!(rows, errors);
}

/// One pool for all of them: what a run could not do leaves it as it was, for the next.
#[test]
fn an_error_that_stops_leaves_the_pool_as_it_was_and_says_what_to_do() {
    let (pools, attached) = attached();
    let settings = || attached.acme.workspace.live_pools().settings(&attached.pool);
    let before = settings();
    for Row {
        code,
        message,
        status,
        fate,
    } in ROWS
    {
        let Stops(words) = fate else { continue };
        let sent = pools.count("UpdateUserPool");
        pools.refuse("UpdateUserPool", *status, code, message);
        let shown = attached.acme.apply(1);
        pools.clear();
        assert!(
            shown.contains(words) && shown.contains(message) && shown.contains("deployer apply stacks/acme.yaml"),
            "{code}: {shown}"
        );
        assert_eq!(pools.count("UpdateUserPool") - sent, 1, "{code}");
        assert_eq!(settings(), before, "{code}");
        // Nothing was sent that would have to be compared, or put back.
        assert_eq!(attached.kept(), Vec::<String>::new(), "{code}");
    }
    // What the person was told to change is no setting that an update of ours moved.
    let mut members = lived_in();
    members.as_object_mut().unwrap().shift_remove("UsernameAttributes");
    members["UserPoolTags"] = json!({"team": "another"});
    attached
        .acme
        .workspace
        .live_pools()
        .update(&attached.pool, &members)
        .unwrap();
    attached.acme.apply(0);
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.kept(), ["PoolBefore"]);
}

/// It takes its time: a role that was just mended is waited for by seconds.
#[test]
fn an_error_that_passes_is_waited_for() {
    let (pools, attached) = attached();
    let before = attached.others();
    let run = |command: &[&str]| attached.acme.workspace.run(command).expect(0);
    for Row {
        code,
        message,
        status,
        fate,
    } in ROWS
    {
        let Again = fate else { continue };
        // On the way in, and on the way out.
        for command in [&["apply", "--yes"][..], &["detach", "stacks/acme.yaml", "--yes"]] {
            let sent = pools.count("UpdateUserPool");
            let (status, code, message) = (*status, *code, *message);
            pools.on(
                "UpdateUserPool",
                sent + 1..=sent + 1,
                Effect::Error { status, code, message },
            );
            run(command);
            pools.clear();
            assert_eq!(pools.count("UpdateUserPool") - sent, 2, "{code}: {command:?}");
            assert_eq!(attached.others(), before, "{code}: {command:?}");
        }
        assert_eq!(attached.trigger("CustomSMSSender"), Value::Null, "{code}");
    }
}

#[test]
fn a_member_that_the_service_alone_writes_is_learned_from_its_refusal() {
    let (pools, attached) = attached();
    let live = attached.acme.workspace.live_pools();
    live.describe_with(&attached.pool, &json!({"Counter": {"Of": "tomorrow"}, "Level": 3}));
    let before = attached.others();
    let shown = attached.acme.apply(0);
    for member in ["Counter", "Level"] {
        assert!(
            shown.contains(&format!("Cognito said that {member} is read-only")),
            "{shown}"
        );
    }
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.others(), before);
    // One more for each of them.
    assert_eq!(pools.count("UpdateUserPool"), 3);
}

/// A call that leaves a member out resets what can be written after all.
#[test]
fn a_member_that_was_left_out_and_moved_is_an_error_that_names_it() {
    let (pools, attached) = attached();
    let live = attached.acme.workspace.live_pools();
    live.describe_with(&attached.pool, &json!({"Level": 3}));
    let sent = pools.count("UpdateUserPool");
    pools.on("UpdateUserPool", sent + 2..=sent + 2, Effect::HoldAfter);
    let running = attached.acme.workspace.spawn(&["apply", "--yes"]);
    while !pools.holds() {
        std::thread::sleep(Duration::from_millis(10));
    }
    live.describe_with(&attached.pool, &json!({"Level": 0}));
    pools.clear();
    let run = running.wait().expect(1);
    assert!(run.stderr.contains("moved: Level: 3 → 0"), "{}", run.stderr);
    assert_eq!(attached.kept(), ["PoolBefore+PoolRecord"]);
}
