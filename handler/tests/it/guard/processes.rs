//! The real binary with a guard: several at once, one that is killed, and one that cannot start.

use std::time::{Duration, Instant};

use handler::Redacted;
use handler::event::{Channel, PoolId, Probe, ProbeAnswer};
use serde_json::{Value, json};

use super::proxy::{Luck, good};
use super::world::World;
use crate::function::{Function, Setup, command, event, message};
use crate::server::{Response, Server};

fn function(world: &World, proxy: &str) -> Function {
    let mut command = command();
    command
        .env("AWS_ENDPOINT_URL_DYNAMODB", proxy)
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", proxy)
        .env("GUARD_TABLE", &world.table)
        .env("GUARD_SECRET_ARN", &world.secret);
    Function::run(command, setup())
}

fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.delivery["guard"] = json!({
        "rates": {"recipient": [{"max": 100, "per_s": 3600}]},
        "on_failure": {"duplicates": "closed"},
    });
    setup
}

fn runtime<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

#[test]
fn simultaneous_functions_send_one_message() {
    let world = runtime(World::new());
    let functions: Vec<_> = (0..6).map(|_| function(&world, &world.url())).collect();
    let event = event("SignUp", "signed");
    for function in &functions {
        function.begin(event.to_string());
    }
    for function in &functions {
        let answer = function.finish();
        assert!(!answer.failed, "{answer:?}");
    }
    let sent: usize = functions.iter().map(|function| function.texts().len()).sum();
    assert_eq!(sent, 1);
}

#[test]
fn a_function_that_is_killed_between_message_and_note_makes_a_second_one() {
    let world = runtime(World::new());
    world.luck(|call| {
        let note = call["ExpressionAttributeValues"].get(":accepted").is_some();
        if note { Luck::Slow } else { Luck::Good }
    });
    let event = event("SignUp", "signed");
    let mut killed = function(&world, &world.url());
    killed.begin(event.to_string());
    let start = Instant::now();
    let noting = |call: &Value| call["ExpressionAttributeValues"].get(":accepted").is_some();
    while !world.asked.lock().unwrap().iter().any(noting) {
        assert!(start.elapsed() < Duration::from_secs(20), "the note is asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.end();
    assert_eq!(killed.texts().len(), 1);

    *world.proxying.lock().unwrap() = good();
    let next = function(&world, &world.url());
    assert_eq!(next.invoke(&event).error().as_deref(), Some("guard-being-sent"));
    // The lease ends, as it does before Lambda tries again.
    let items = runtime(world.items());
    let message = items.iter().find(|item| item.get("lease_until").is_some()).unwrap();
    runtime(world.call(
        "UpdateItem",
        &json!({
            "TableName": world.table, "Key": {"pk": message["pk"]}, "UpdateExpression": "SET lease_until = :over",
            "ExpressionAttributeValues": {":over": {"N": "0"}},
        }),
    ));
    for _ in 0..2 {
        let answer = next.invoke(&event);
        assert!(!answer.failed, "{answer:?}");
    }
    assert_eq!(next.texts().len(), 1, "a second message, and no third");
}

#[test]
fn a_table_that_is_not_there_is_said_and_counted() {
    let closed = Server::start(|_| Response::new(400, r#"{"__type": "x#ResourceNotFoundException"}"#));
    let world = runtime(World::new());
    let function = function(&world, &closed.url());
    let answer = function.invoke(&event("SignUp", "signed"));
    assert_eq!(answer.error().as_deref(), Some("guard-unavailable"));
    let lines = function.stop();
    let warned = lines
        .iter()
        .find(|line| line["message"] == "the guard table did not answer")
        .unwrap();
    assert_eq!(
        (
            &warned["level"],
            &warned["question"],
            &warned["policy"],
            &warned["cause"],
            &warned["error"]
        ),
        (
            &json!("WARN"),
            &json!("duplicates"),
            &json!("closed"),
            &json!("ResourceNotFound"),
            &json!("guard-unavailable")
        )
    );
    assert_eq!(
        lines.iter().filter(|line| line["GuardUnavailable"] == 1).count(),
        1,
        "{lines:?}"
    );
}

#[test]
fn a_probe_asks_table_and_secret_and_writes_nothing() {
    let mut world = runtime(World::new());
    let known = message("planted");
    let probe = Probe {
        channel: Channel::Sms,
        pool: PoolId::new(known["pool"].as_str().unwrap()).unwrap(),
        code: Redacted::new(known["message"].as_str().unwrap().to_owned()),
    };
    let asked = |world: &World| {
        let answer = function(world, &world.url()).invoke(&probe.to_json());
        let answer = ProbeAnswer::from_json(&serde_json::from_str(&answer.body).unwrap()).unwrap();
        assert!(answer.decrypted, "{answer:?}");
        answer.reason
    };
    assert_eq!(asked(&world), None);
    assert_eq!(runtime(world.items()).len(), 0);
    let table = std::mem::replace(&mut world.table, "gone".to_owned());
    assert_eq!(asked(&world).as_deref(), Some("ask the guard table: ResourceNotFound"));
    world.table = table;
    world.secret.push_str("gone");
    assert_eq!(
        asked(&world).as_deref(),
        Some("ask the guard table: secret-ResourceNotFound")
    );
}

#[test]
fn a_guard_without_its_table_or_secret_does_not_start() {
    for missing in ["GUARD_TABLE", "GUARD_SECRET_ARN"] {
        let mut command = command();
        command
            .env("GUARD_TABLE", "guard")
            .env(
                "GUARD_SECRET_ARN",
                "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf",
            )
            .env_remove(missing);
        let mut function = Function::run(command, setup());
        assert!(!function.child.wait().unwrap().success());
        let said = function.end();
        assert!(
            said.contains(&format!("the environment variable `{missing}` is not set")),
            "{said}"
        );
    }
}
