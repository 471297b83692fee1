#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use serde_json::json;

use super::*;
use crate::aws::LivePool;
use crate::plan::{Answered, Plan, render};

/// What a plan is made from, to be changed in one place.
#[derive(Clone)]
struct World {
    account: &'static str,
    asset: &'static [u8],
    desired: Desired,
    deployed: Option<Deployed>,
    id: &'static str,
    role: Option<&'static str>,
    live: Live,
    answered: Answered,
}

/// What somebody else does to it.
type Change = fn(&mut World);

impl World {
    fn pinned(&self) -> Pinned {
        let situation = self
            .deployed
            .as_ref()
            .map_or(Situation::Create { shell: false }, |_| Situation::Update);
        let plan = Plan::of(situation, self.deployed.as_ref(), &self.desired, None);
        Pinned::of(&Inputs {
            stack: "acme",
            region: "us-west-2",
            account: self.account,
            asset: Some(Sha256::of(self.asset)),
            desired: &self.desired,
            cloudformation: (self.role, &[]),
            situation: &plan.situation,
            deployed: self.deployed.as_ref().map(|deployed| (deployed, self.id)),
            live: Some(&self.live),
            plan: &render::json::render("acme", "us-west-2", &plan, &self.answered),
        })
    }
}

fn template(timeout: u8) -> Value {
    json!({ "Resources": {
        "Function": { "Type": "AWS::Lambda::Function", "Properties": { "Timeout": timeout, "Code": { "S3Key": "handler/key.zip" } } },
        "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} },
    } })
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn world() -> World {
    World {
        account: "111122223333",
        asset: b"a",
        desired: Desired {
            template: template(5),
            tags: BTreeMap::new(),
            termination_protection: true,
            keys: Vec::new(),
            pool: DesiredPool::Owned,
            code: None,
        },
        deployed: Some(Deployed {
            template: template(3),
            tags: BTreeMap::new(),
            termination_protection: true,
            own_key: None,
            outputs: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }),
        id: "arn:1",
        role: None,
        live: Live {
            now: LivePool {
                pool: members(&json!({
                    "Id": "us-west-2_A", "Name": "acme", "LastModifiedDate": 1, "EstimatedNumberOfUsers": 7,
                    "LambdaConfig": { "PreSignUp": "arn:f", "PostConfirmation": "arn:g" },
                    "EmailVerificationMessage": "a word that only the pool knows",
                })),
                mfa: members(&json!({ "MfaConfiguration": "OFF" })),
            },
            saved: None,
        },
        answered: Answered::default(),
    }
}

#[test]
fn what_moves_by_itself_or_means_the_same_is_no_change() {
    let (planned, mut world) = (world().pinned(), world());
    assert_eq!(planned.moved(&world.pinned()), Vec::<String>::new());
    let pool = &mut world.live.now.pool;
    pool.insert("LastModifiedDate".to_owned(), json!(2));
    pool.insert("EstimatedNumberOfUsers".to_owned(), json!(8));
    pool.insert(
        "LambdaConfig".to_owned(),
        json!({ "PostConfirmation": "arn:g", "PreSignUp": "arn:f" }),
    );
    assert_eq!(planned.moved(&world.pinned()), Vec::<String>::new());
}

#[test]
fn each_thing_that_moves_is_named() {
    let planned = world().pinned();
    let cases: [(&str, Change); 13] = [
        ("the account was 111122223333, and is 999988887777", |world| {
            world.account = "999988887777";
        }),
        ("the digest of the handler's code", |world| world.asset = b"b"),
        ("the stack file says something else of Resources.Function", |world| {
            world.desired.template = template(6);
        }),
        (
            "the stack file says something else of termination protection",
            |world| {
                world.desired.termination_protection = false;
            },
        ),
        ("the stack file says something else of stack tags", |world| {
            world.desired.tags.insert("a".to_owned(), "b".to_owned());
        }),
        ("the stack file says something else of cloudformation", |world| {
            world.role = Some("arn:r");
        }),
        ("what the stack's state asks for was update, and is create", |world| {
            world.deployed = None;
        }),
        ("the stack was arn:1, and is arn:2", |world| world.id = "arn:2"),
        ("what is deployed has changed: Resources.Function", |world| {
            world.deployed.as_mut().unwrap().template = template(4);
        }),
        ("what is deployed has changed: termination protection", |world| {
            world.deployed.as_mut().unwrap().termination_protection = false;
        }),
        ("the pool has changed: LambdaConfig", |world| {
            world
                .live
                .now
                .pool
                .insert("LambdaConfig".to_owned(), json!({ "PreSignUp": "arn:h" }));
        }),
        ("the pool has changed: GetUserPoolMfaConfig", |world| {
            world.live.now.mfa.insert("MfaConfiguration".to_owned(), json!("ON"));
        }),
        ("the pool has changed: the triggers that are kept of it", |world| {
            world.live.saved = Some(LivePool::default());
        }),
    ];
    for (wanted, change) in cases {
        let mut world = world();
        change(&mut world);
        let moved = planned.moved(&world.pinned());
        assert!(moved.iter().any(|line| line.starts_with(wanted)), "{wanted}: {moved:?}");
    }
}

#[test]
fn a_guard_that_is_answered_for_only_later_is_another_plan() {
    use crate::finding::{Code, Finding};

    let planned = world().pinned();
    let mut world = world();
    let finding = Finding::guard(Code::TriggerDropped, "Pool.PreSignUp", "none", "it would leave");
    world.answered.acknowledged.push((finding, "moved".to_owned()));
    let moved = planned.moved(&world.pinned());
    assert_eq!(
        moved,
        ["the stack file acknowledges trigger-dropped of Pool.PreSignUp to none since"]
    );
    // What is answered for no more stops by itself.
    assert_eq!(world.pinned().moved(&planned), Vec::<String>::new());
}

#[test]
fn another_plan_of_the_same_things_is_no_plan() {
    let planned = world().pinned();
    let mut other = planned.clone();
    other.plan = json!({ "change_sets": [] });
    assert_eq!(planned.moved(&other).len(), 1);
}

#[test]
fn pins_are_digests_and_hold_no_value() {
    let mut planned = world().pinned();
    let text = serde_json::to_string(&planned).unwrap();
    assert!(!text.contains("a word that only the pool knows"), "{text}");
    planned.file = "stacks/acme.yaml".to_owned();
    let text = serde_json::to_string(&planned).unwrap();
    assert_eq!(serde_json::from_str::<Pinned>(&text).unwrap(), planned);
    // What is not known cannot be held to.
    let unknown = text.replacen("{\"stack\"", "{\"tomorrow\":1,\"stack\"", 1);
    assert!(serde_json::from_str::<Pinned>(&unknown).is_err());
}
