//! What the services and providers answer, with everything in it that they were told.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CODE, EMAIL, METADATA, NUMBER, USER, assert_clean, every_channel, planted, planted_mail};
use crate::function::{Function, Setup, command};
use crate::server::{Request, Response, Server};
use crate::services::{Fault, kms_error, no_fault, sns_error};

#[test]
fn no_secret_is_said_whatever_answers_a_mail() {
    let all = format!("{CODE} {NUMBER} {USER} {EMAIL} {METADATA}");
    let error = json!({"__type": EMAIL, "message": all.clone()}).to_string();
    let named = json!({"__type": "MessageRejected", "message": all.clone()}).to_string();
    let taken = json!({"MessageId": all.clone()}).to_string();
    for (status, body, wanted) in [
        (500, all.clone(), "send-exhausted"),
        (400, error, "(unprintable)"),
        (400, named, "MessageRejected"),
        (200, taken, "message delivered"),
        (200, all, "unreadable-answer"),
    ] {
        let mut function = Function::start(Setup {
            ses: Box::new(move |_| Some(Response::new(status, body.clone()))),
            ..every_channel()
        });
        let answer = function.invoke(&planted_mail());
        let said = function.end() + &answer.body;
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_clean(&said, wanted);
    }
}

#[test]
fn no_secret_is_said_whatever_the_services_answer() {
    let all = format!("{CODE} {NUMBER} {USER} {EMAIL} {METADATA}");
    let echo = |status| {
        let all = all.clone();
        move || Response::new(status, all.clone())
    };
    let always = |response: Box<dyn Fn() -> Response + Send + Sync>| -> Fault { Box::new(move |_| Some(response())) };
    let named = all.clone();
    let number = format!("Invalid parameter: PhoneNumber Reason: {NUMBER} is opted out, {CODE}");
    let parameter = number.clone();
    let cases: Vec<(Fault, Fault, &str)> = vec![
        (always(Box::new(echo(500))), no_fault(), "decrypt-kms"),
        (always(Box::new(echo(200))), no_fault(), "decrypt-kms"),
        (
            always(Box::new(move || kms_error(CODE, &named))),
            no_fault(),
            "decrypt-kms-refused",
        ),
        (
            always(Box::new(|| kms_error("AccessDeniedException", NUMBER))),
            no_fault(),
            "AccessDeniedException",
        ),
        (no_fault(), always(Box::new(echo(500))), "send-exhausted"),
        (no_fault(), always(Box::new(echo(400))), "send-exhausted"),
        (
            no_fault(),
            always(Box::new(move || sns_error(400, "InvalidParameter", &number))),
            "send-recipient-refused",
        ),
        (
            no_fault(),
            always(Box::new(move || sns_error(400, NUMBER, &parameter))),
            "send-exhausted",
        ),
        (
            no_fault(),
            always(Box::new(|| sns_error(403, "AuthorizationError", CODE))),
            "AuthorizationError",
        ),
    ];
    for (kms, sns, wanted) in cases {
        let remaining = Duration::from_secs(20);
        let mut function = Function::start(Setup {
            log_level: "TRACE",
            kms,
            sns,
            remaining,
            ..Setup::default()
        });
        let answer = function.invoke(&planted());
        let said = function.end() + &answer.body;
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_clean(&said, wanted);
    }
}

/// A secret's members as a provider has them; each begins with `planted-`, and as Base64 with its first letters.
fn keys() -> Value {
    json!({
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "auth_token": "planted-token-0123456789",
        "api_key": "planted-key",
        "access_token": "planted-token-0123456789",
        "api_secret": "planted-secret-0123456789",
        "service_plan_id": "planted-plan",
        "api_token": "planted-token-0123456789",
        "auth_id": "MA0123456789abcdef01",
        "signing_key": "planted/key/0123456789abcdefghij",
    })
}

#[test]
fn no_key_of_a_provider_is_said_whatever_is_answered() {
    let told = keys().to_string();
    // Everything that was sent comes back, keys and code included.
    let echo = |status: u16| {
        move |request: &Request| {
            let body = String::from_utf8(request.body.clone()).unwrap();
            Response::new(status, format!("{:?} {body}", request.headers))
        }
    };
    let good = told.clone();
    let secret = move |_: &Request| Response::new(200, json!({"SecretString": good}).to_string());
    let garbled = told.clone();
    let garbled = move |_: &Request| Response::new(200, json!({"SecretString": format!("{garbled}}}")}).to_string());
    let refused = told.clone();
    let refused = move |_: &Request| Response::new(400, json!({"__type": refused, "Message": refused}).to_string());
    for (secrets, provider, wanted) in [
        (
            Server::start(secret.clone()),
            Server::start(echo(201)),
            "message delivered",
        ),
        (Server::start(secret.clone()), Server::start(echo(400)), "bad-request"),
        (Server::start(secret.clone()), Server::start(echo(401)), "unauthorized"),
        (Server::start(secret), Server::start(echo(503)), "server-error"),
        (Server::start(garbled), Server::start(echo(200)), "secret-is-no-object"),
        (Server::start(refused), Server::start(echo(200)), "(unprintable)"),
    ] {
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme-AbCdEf";
        let mut command = command();
        command.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url());
        let mut function = Function::run(
            command,
            Setup {
                log_level: "TRACE",
                delivery: json!({
                    "providers": {
                        "twilio": {"type": "twilio", "from": "ACME", "endpoint": provider.url(), "secret": arn},
                        "vonage": {"type": "vonage", "from": "ACME", "endpoint": provider.url(), "secret": arn},
                        "sinch": {"type": "sinch", "region": "eu", "endpoint": provider.url(), "secret": arn},
                        "plivo": {"type": "plivo", "from": "ACME", "endpoint": provider.url(), "secret": arn},
                        "infobip": {"type": "infobip", "from": "ACME", "endpoint": provider.url(), "secret": arn},
                        "messagebird": {"type": "messagebird", "from": "ACME", "endpoint": provider.url(), "secret": arn},
                        "whatsapp": {"type": "whatsapp", "phone_number_id": "106540352242922", "template": "code",
                            "language": "en_US", "api_version": "v25.0", "endpoint": provider.url(), "secret": arn},
                        "webhook": {"type": "webhook", "url": format!("{}/hook", provider.url()), "secret": arn},
                    },
                    "sms": {
                        "countries": "any",
                        "routes": [{"via": [
                            "twilio", "vonage", "sinch", "plivo", "infobip", "messagebird", "whatsapp", "webhook",
                        ]}],
                    },
                }),
                ..Setup::default()
            },
        );
        let answer = function.invoke(&planted());
        let said = function.end() + &answer.body;
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_clean(&said, wanted);
        // Base64 of `AC0123456789abcdef`, `planted` and `MA0123456789abcdef`.
        let authorizations = ["QUMwMTIzNDU2Nzg5YWJjZGVm", "cGxhbnRlZ", "TUEwMTIzNDU2Nzg5YWJjZGVm"];
        for key in ["planted", "0123456789abcdef"].into_iter().chain(authorizations) {
            assert!(!said.contains(key), "{wanted}: {key} in\n{said}");
        }
    }
}

#[test]
fn no_secret_is_said_whatever_the_guards_table_answers() {
    let told = format!("{CODE} {NUMBER} {USER} {EMAIL} planted-key");
    let key = json!({"SecretString": json!({"hmac_key": "planted-key-0123456789abcdef0123456789abcdef"}).to_string()});
    let named = json!({"__type": told, "message": told, "Item": {"pk": {"S": told}}}).to_string();
    let unmet =
        json!({"__type": "x#ConditionalCheckFailedException", "Item": {"message_state": {"S": told}}}).to_string();
    let done = json!({"Attributes": {"pk": {"S": told}}}).to_string();
    for (status, body, wanted) in [
        (200, done, "message delivered"),
        (200, told, "unreadable-answer"),
        (400, named.clone(), "(unprintable)"),
        (500, named, "(unprintable)"),
        (400, unmet, "guard-being-sent"),
    ] {
        let secret = key.to_string();
        let table = Server::start(
            move |request: &Request| match request.headers["x-amz-target"].as_str() {
                "secretsmanager.GetSecretValue" => Response::new(200, secret.clone()),
                _ => Response::new(status, body.clone()),
            },
        );
        let mut command = command();
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", table.url())
            .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", table.url())
            .env("GUARD_TABLE", "acme-Guard")
            .env(
                "GUARD_SECRET_ARN",
                "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf",
            );
        let mut setup = every_channel();
        setup.delivery["guard"] = json!({
            "rates": {"recipient": [{"max": 9, "per_s": 60}]}, "on_failure": {"rates": "closed"},
        });
        let mut function = Function::run(command, setup);
        let answers = [planted(), planted_mail()].map(|event| function.invoke(&event).body);
        let said = function.end() + &answers.concat();
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_clean(&said, wanted);
        assert!(!said.contains("planted-key"), "{said}");
    }
}
