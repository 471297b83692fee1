//! The services that the function calls: Lambda's runtime API, a KMS that knows the fixture, an SNS that keeps the post.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::function::Answer;
use crate::server::{Request, Response, Server};

pub(crate) const QUEUE_URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/acme-DeadLetterQueue";

pub(crate) const MESSAGE_ID: &str = "94f20ce6-13c5-43a0-9a9e-ca52d816e90b";

/// What stands in for a service: an answer other than success, for calls that it names.
pub(crate) type Fault = Box<dyn Fn(&str) -> Option<Response> + Send + Sync>;

pub(crate) fn no_fault() -> Fault {
    Box::new(|_| None)
}

/// What a service was asked, in order.
pub(crate) type Requests<T> = Arc<Mutex<Vec<T>>>;

pub(crate) fn runtime_api(queue: Receiver<String>, answered: Sender<Answer>, remaining: Duration) -> Server {
    let queue = Mutex::new(queue);
    Server::start(move |request: &Request| {
        if request.path.ends_with("/invocation/next") {
            // Until the test has an event, and for ever when it has ended.
            let Ok(event) = queue.lock().unwrap().recv() else {
                loop {
                    thread::park();
                }
            };
            let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + remaining;
            let mut response = Response::new(200, event);
            response.headers = vec![
                (
                    "Lambda-Runtime-Aws-Request-Id",
                    "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
                ),
                ("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string()),
                (
                    "Lambda-Runtime-Invoked-Function-Arn",
                    "arn:aws:lambda:eu-west-1:111122223333:function:handler".to_owned(),
                ),
            ];
            return response;
        }
        let body = String::from_utf8(request.body.clone()).unwrap();
        answered
            .send(Answer {
                failed: request.path.ends_with("/error"),
                body,
            })
            .unwrap();
        Response::new(202, r#"{"status":"OK"}"#)
    })
}

/// A KMS that knows the data keys of `messages`, by key, ciphertext and whole context.
pub(crate) fn kms(fault: Fault, calls: Requests<Value>, messages: Value) -> Server {
    Server::start(move |request: &Request| {
        assert_eq!(request.headers["x-amz-target"], "TrentService.Decrypt");
        let call: Value = serde_json::from_slice(&request.body).unwrap();
        calls.lock().unwrap().push(call.clone());
        if let Some(response) = fault("") {
            return response;
        }
        for message in messages["messages"].as_array().unwrap() {
            for key in message["data_keys"].as_array().unwrap() {
                if key["wrapped"] == call["CiphertextBlob"]
                    && key["key_arn"] == call["KeyId"]
                    && message["context"] == call["EncryptionContext"]
                {
                    return Response::new(
                        200,
                        json!({"KeyId": key["key_arn"], "Plaintext": key["data_key"]}).to_string(),
                    );
                }
            }
        }
        kms_error("InvalidCiphertextException", "")
    })
}

pub(crate) fn kms_error(code: &str, message: &str) -> Response {
    Response::new(400, json!({"__type": code, "message": message}).to_string())
}

pub(crate) fn other_data_key(key_arn: &str) -> Response {
    Response::new(
        200,
        json!({"KeyId": key_arn, "Plaintext": STANDARD.encode([7; 32])}).to_string(),
    )
}

pub(crate) fn sns(fault: Fault, published: Requests<BTreeMap<String, String>>) -> Server {
    Server::start(move |request: &Request| {
        // Credential=KEY/DATE/REGION/sns/aws4_request
        let region = request.headers["authorization"].split('/').nth(2).unwrap();
        if let Some(response) = fault(region) {
            return response;
        }
        published.lock().unwrap().push(form(&request.body));
        let result = format!("<PublishResult><MessageId>{MESSAGE_ID}</MessageId></PublishResult>");
        Response::new(
            200,
            format!("<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">{result}</PublishResponse>"),
        )
    })
}

pub(crate) fn sns_error(status: u16, code: &str, message: &str) -> Response {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    Response::new(
        status,
        format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"),
    )
}

/// An SES that keeps what it was asked to send.
pub(crate) fn ses(fault: Fault, asked: Requests<Value>) -> Server {
    Server::start(move |request: &Request| {
        assert_eq!(request.path, "/v2/email/outbound-emails");
        if let Some(response) = fault("") {
            return response;
        }
        asked
            .lock()
            .unwrap()
            .push(serde_json::from_slice(&request.body).unwrap());
        Response::new(200, json!({"MessageId": "0100018c-example"}).to_string())
    })
}

/// A queue that keeps the bodies of its messages.
pub(crate) fn sqs(fault: Fault, kept: Requests<Value>) -> Server {
    Server::start(move |request: &Request| {
        assert_eq!(request.headers["x-amz-target"], "AmazonSQS.SendMessage");
        if let Some(response) = fault("") {
            return response;
        }
        let call: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(call["QueueUrl"], QUEUE_URL);
        kept.lock()
            .unwrap()
            .push(serde_json::from_str(call["MessageBody"].as_str().unwrap()).unwrap());
        Response::new(
            200,
            json!({"MessageId": MESSAGE_ID, "MD5OfMessageBody": ""}).to_string(),
        )
    })
}

pub(crate) fn form(body: &[u8]) -> BTreeMap<String, String> {
    let body = std::str::from_utf8(body).unwrap();
    body.split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
