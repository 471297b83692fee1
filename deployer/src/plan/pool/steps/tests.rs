#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod world;

use proptest::prelude::*;
use serde_json::json;

use self::world::{File, World, own};
use super::*;
use crate::aws::LivePool;
use crate::plan::{Plan, detached};
use crate::spec::{EmailSending, PoolId};

fn sender() -> Value {
    json!({ "LambdaArn": "handler", "LambdaVersion": "V1_0" })
}

fn sms() -> File {
    File {
        triggers: json!({ "CustomSMSSender": sender(), "KMSKeyID": "key" }),
        keys: vec![json!("key")],
    }
}

fn both() -> File {
    File {
        triggers: json!({ "CustomSMSSender": sender(), "CustomEmailSender": sender(), "KMSKeyID": "key" }),
        keys: vec![json!("key")],
    }
}

/// The same under a key that the stack did not make; `allowed` are the keys that its role may decrypt under.
fn under(key: &str, allowed: &[&str]) -> File {
    File {
        triggers: json!({ "CustomSMSSender": sender(), "KMSKeyID": key }),
        keys: allowed.iter().map(|key| json!(key)).collect(),
    }
}

fn none() -> File {
    File {
        triggers: json!({}),
        keys: Vec::new(),
    }
}

fn moved() -> File {
    File {
        triggers: json!({ "CustomEmailSender": sender(), "PreSignUp": "arn:checks", "KMSKeyID": "key" }),
        keys: vec![json!("key")],
    }
}

/// What a plan does, in order.
fn order(plan: &Plan) -> Vec<String> {
    let mut order: Vec<String> = plan
        .phases
        .iter()
        .map(|phase| format!("stack: {}", phase.title.unwrap_or("all")))
        .collect();
    if let Some(part) = &plan.pool {
        let members: Vec<&str> = part.triggers.iter().map(|change| change.member.as_str()).collect();
        order.insert(part.after, format!("pool: {}", members.join(" ")));
    }
    order
}

#[test]
fn what_comes_is_deployed_first_and_what_leaves_is_removed_last() {
    let live = json!({ "Name": "acme", "LambdaConfig": { "UserMigration": "arn:theirs" } });
    let start = |file: Option<&File>| {
        let mut world = World::new(&live);
        if let Some(file) = file {
            let plan = world.plan(file);
            assert!(world.apply(&plan, 9));
        }
        world
    };
    let rows: [(&str, Option<File>, File, &[&str]); 9] = [
        (
            "first attach",
            None,
            sms(),
            &["stack: all", "pool: CustomSMSSender KMSKeyID"],
        ),
        ("nothing", Some(sms()), sms(), &[]),
        ("a stack without triggers", None, none(), &["stack: all"]),
        (
            "one more",
            Some(sms()),
            both(),
            &["stack: all", "pool: CustomEmailSender"],
        ),
        (
            "one less",
            Some(both()),
            sms(),
            &["pool: CustomEmailSender", "stack: all"],
        ),
        (
            "all gone",
            Some(sms()),
            none(),
            &["pool: CustomSMSSender KMSKeyID", "stack: all"],
        ),
        (
            "one for another",
            Some(sms()),
            moved(),
            &[
                "stack: prepare what the pool is going to call; the pool stays as it is",
                "pool: CustomEmailSender PreSignUp CustomSMSSender",
                "stack: remove what the pool no longer calls",
            ],
        ),
        (
            "another key",
            Some(under("arn:old", &["arn:old"])),
            under("arn:new", &["arn:new"]),
            &[
                "stack: prepare what the pool is going to call; the pool stays as it is",
                "pool: KMSKeyID",
                "stack: remove what the pool no longer calls",
            ],
        ),
        (
            "from the own key to another",
            Some(sms()),
            under("arn:new", &["arn:new"]),
            &[
                "stack: prepare what the pool is going to call; the pool stays as it is",
                "pool: KMSKeyID",
                "stack: remove what the pool no longer calls",
            ],
        ),
    ];
    for (what, old, new, wanted) in rows {
        let before = start(old.as_ref());
        let plan = before.plan(&new);
        assert_eq!(order(&plan), wanted, "{what}");
        // Killed after any number of steps, the next apply does what is left, and the one after that nothing.
        for steps in 0..=wanted.len() {
            let mut world = before.clone();
            world.apply(&plan, steps);
            let rest = world.plan(&new);
            let left: Vec<String> = wanted.iter().skip(steps).map(|step| (*step).to_owned()).collect();
            let all = order(&rest);
            // A change set that is left alone has no title.
            let untitled = |steps: &[String]| steps.iter().map(|step| step[..5].to_owned()).collect::<Vec<_>>();
            assert_eq!(untitled(&all), untitled(&left), "{what}, killed after {steps}: {all:?}");
            assert!(world.apply(&rest, 9), "{what}");
            assert!(world.plan(&new).is_nothing(), "{what}, killed after {steps}");
            assert_eq!(world.pool["LambdaConfig"]["UserMigration"], "arn:theirs");
            assert!(
                !world.template.unwrap().to_string().contains("TriggersBefore"),
                "{what}"
            );
        }
    }
}

fn members(senders: &'static [&'static str], keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let sender = || prop::option::of(prop::sample::select(senders));
    let plain = prop::option::of(prop::sample::select(vec!["arn:a", "arn:b", "arn:c"]));
    (sender(), sender(), plain, prop::sample::select(keys)).prop_map(|(sms, email, plain, key)| {
        let mut config = Map::new();
        for (member, function) in [("CustomSMSSender", sms), ("CustomEmailSender", email)] {
            if let Some(function) = function {
                config.insert(
                    member.to_owned(),
                    json!({ "LambdaArn": function, "LambdaVersion": "V1_0" }),
                );
                config.insert("KMSKeyID".to_owned(), json!(key));
            }
        }
        config.extend(plain.map(|function| ("PreSignUp".to_owned(), json!(function))));
        Value::Object(config)
    })
}

fn file() -> impl Strategy<Value = File> {
    members(&["handler", "handler", "arn:theirs"], &["key", "arn:one", "arn:two"]).prop_map(|triggers| File {
        keys: triggers.get("KMSKeyID").cloned().into_iter().collect(),
        triggers,
    })
}

proptest! {
    /// Whatever was applied and wherever it was killed: the pool never calls what is not there, and lets go without a
    /// trace. Words on findings are taken as given.
    #[test]
    fn a_life_of_killed_applies_leaves_no_trace(
        before in members(&["arn:theirs", "arn:others"], &["arn:one", "arn:three"]),
        applies in prop::collection::vec((file(), 0..4_usize), 1..5),
        last in file(),
    ) {
        let mut world = World::new(&json!({ "LambdaConfig": before }));
        for (file, steps) in &applies {
            let plan = world.plan(file);
            world.apply(&plan, *steps);
        }
        let plan = world.plan(&last);
        world.apply(&plan, 9);
        prop_assert!(world.plan(&last).is_nothing());
        let ours = world.deployed().unwrap().attached();
        let found = detached(&world.live(), &ours);
        prop_assert_eq!(Value::Object(found.lambda_config), before);
        prop_assert_eq!(found.findings, vec![]);
    }
}

/// In between a third file may come: what the pool has of either deployment is still the stack's own.
#[test]
fn a_change_of_mind_in_between_finds_its_own_triggers() {
    let file = |function: &str| File {
        triggers: json!({ "PreSignUp": function, "CustomMessage": "handler" }),
        keys: Vec::new(),
    };
    for steps in 0..=3 {
        let mut world = World::new(&json!({ "LambdaConfig": {} }));
        let plan = world.plan(&file("arn:a"));
        world.apply(&plan, 9);
        let plan = world.plan(&file("arn:b"));
        assert_eq!(order(&plan).len(), 3);
        world.apply(&plan, steps);
        let plan = world.plan(&file("arn:c"));
        assert_eq!(plan.findings, [], "{steps}");
        world.apply(&plan, 9);
        assert!(world.plan(&file("arn:c")).is_nothing());
    }
}

/// A function that does less from now on does all of it until the pool has let go.
#[test]
fn the_own_function_stays_as_it_is_where_others_come() {
    let mut world = World::new(&json!({ "LambdaConfig": {} }));
    let plan = world.plan(&both());
    world.apply(&plan, 9);
    let file = File {
        triggers: json!({ "CustomEmailSender": sender(), "PreSignUp": "arn:checks", "KMSKeyID": "key" }),
        keys: vec![json!("key")],
    };
    let plan = world.plan(&file);
    let function = |template: &Value| template["Resources"]["Function"].clone();
    assert_eq!(function(&plan.phases[0].template), function(&both().template()));
    assert_eq!(plan.phases[1].template, file.template());
    world.apply(&plan, 1);
    assert_eq!(order(&world.plan(&file)).len(), 2);
}

#[test]
fn a_key_that_was_named_as_the_previous_one_is_swapped_without_a_word() {
    let mut world = World::new(&json!({ "LambdaConfig": {} }));
    let plan = world.plan(&under("arn:old", &["arn:old"]));
    world.apply(&plan, 9);
    let codes = |plan: &Plan| plan.findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(codes(&world.plan(&under("arn:new", &["arn:new"]))), [Code::KeySwapped]);
    assert_eq!(codes(&world.plan(&under("arn:new", &["arn:new", "arn:old"]))), []);
}

#[test]
fn a_stack_does_not_turn_away_from_a_pool_that_calls_it() {
    let mut world = World::new(&json!({ "LambdaConfig": {} }));
    let plan = world.plan(&sms());
    world.apply(&plan, 9);
    let deployed = world.deployed();
    let mut desired = sms().desired(None);
    assert_eq!(left_attached(deployed.as_ref(), &desired), None);
    for (pool, to) in [
        (DesiredPool::Owned, "none"),
        (
            DesiredPool::Import {
                id: PoolId::parse("us-west-2_Other").unwrap(),
            },
            "us-west-2_Other",
        ),
    ] {
        desired.pool = pool;
        let found = left_attached(deployed.as_ref(), &desired).unwrap();
        assert_eq!((found.code, found.to.as_deref()), (Code::PoolLeftAttached, Some(to)));
    }
    let plan = world.plan(&none());
    world.apply(&plan, 9);
    assert_eq!(left_attached(world.deployed().as_ref(), &desired), None);
}

#[test]
fn the_pool_has_to_send_as_the_file_says() {
    use EmailSending::{CognitoDefault, Developer};
    let developer = json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } });
    let by_link = json!({
        "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" },
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" },
    });
    let answers = json!({ "CustomMessage": own("Function") });
    let rows = [
        (&answers, json!({}), Some(Developer), Some("COGNITO_DEFAULT")),
        (&answers, json!({}), Some(CognitoDefault), None),
        (&answers, developer.clone(), Some(Developer), None),
        (&answers, developer.clone(), Some(CognitoDefault), Some("DEVELOPER")),
        (&answers, by_link, Some(Developer), Some("CONFIRM_WITH_LINK")),
        (&answers, developer, None, None),
        (
            &json!({ "CustomMessage": "arn:theirs" }),
            json!({}),
            Some(Developer),
            None,
        ),
    ];
    for (config, pool, said, wanted) in rows {
        let live = LivePool {
            pool: pool.as_object().cloned().unwrap_or_default(),
            mfa: Map::new(),
        };
        let found = sending_differs(&live, &config.as_object().cloned().unwrap_or_default(), said);
        assert_eq!(found.and_then(|found| found.to).as_deref(), wanted, "{pool} {said:?}");
    }
}
