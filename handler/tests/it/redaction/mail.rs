//! What the providers of e-mail outside of AWS answer, with everything in it that they were told.

use serde_json::json;

use super::{CODE, EMAIL, METADATA, NUMBER, USER, assert_clean, every_channel, planted_mail};
use crate::function::{Function, Setup, command};
use crate::server::{Request, Response, Server};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme-AbCdEf";

/// Runs a function that sends by one provider, which answers with this status and all that it was told.
fn said(provider: &str, status: u16) -> String {
    let keys = json!({"api_key": "SG.planted-key.0123456789", "server_token": "planted-token"}).to_string();
    let secrets = Server::start(move |_: &Request| Response::new(200, json!({"SecretString": keys}).to_string()));
    let service = Server::start(move |request: &Request| {
        let sent = String::from_utf8(request.body.clone()).unwrap();
        let told = format!("{CODE} {NUMBER} {USER} {EMAIL} {METADATA} {:?} {sent}", request.headers);
        let errors = json!([{"field": told, "message": told, "help": EMAIL}]);
        let ids = json!({"id": format!("<{EMAIL}>"), "ErrorCode": 0, "MessageID": EMAIL, "To": EMAIL});
        let mut body = json!({"message": told, "Message": told, "errors": errors});
        body.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
        let mut response = Response::new(status, body.to_string());
        response.headers.push(("x-message-id", EMAIL.to_owned()));
        response
    });
    let mut settings = json!({
        "type": provider, "from": "no-reply@acme.example", "endpoint": service.url(), "secret": SECRET,
    });
    if provider == "mailgun" {
        settings["region"] = json!("eu");
    }
    let mut command = command();
    command.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url());
    let mut function = Function::run(
        command,
        Setup {
            delivery: json!({
                "providers": {"mail": settings, "sns": {"type": "sns"}},
                "sms": {"countries": "any", "routes": [{"via": ["sns"]}]},
                "email": {"routes": [{"via": ["mail"]}]},
            }),
            ..every_channel()
        },
    );
    let answer = function.invoke(&planted_mail());
    function.end() + &answer.body
}

#[test]
fn no_secret_is_said_whatever_the_providers_of_email_answer() {
    for (provider, taken, other) in [
        ("sendgrid", 202, (200, "not-queued")),
        ("mailgun", 200, (404, "domain-not-found")),
        ("postmark", 200, (422, "refused")),
    ] {
        for (status, wanted) in [
            (taken, "message delivered"),
            other,
            (400, "bad-request"),
            (401, "unauthorized"),
            (503, "server-error"),
        ] {
            let said = said(provider, status);
            let when = format!("{provider} {status}");
            assert!(said.contains(wanted), "{when}: {wanted} in\n{said}");
            assert_clean(&said, &when);
            // `api:SG.planted` as Base64.
            for key in ["planted", "YXBpOlNHLnBsYW50"] {
                assert!(!said.contains(key), "{when}: {key} in\n{said}");
            }
        }
    }
}
