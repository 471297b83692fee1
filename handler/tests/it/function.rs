//! The running function: its process, the services that it calls, and what it said.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::Server;
use crate::services::{Fault, QUEUE_URL, Requests, kms, no_fault, runtime_api, ses, sns, sqs};

pub(crate) const STACK: &str = "acme-test";

/// Everything that is not as usual with a function.
pub(crate) struct Setup {
    pub(crate) delivery: Value,
    pub(crate) log_level: &'static str,
    /// Asked before KMS answers, with an empty string.
    pub(crate) kms: Fault,
    /// Asked before SNS answers, with the Region that signed.
    pub(crate) sns: Fault,
    /// Asked before SES answers, with an empty string.
    pub(crate) ses: Fault,
    /// Asked before the queue answers, with an empty string; without it the function knows no queue.
    pub(crate) queue: Option<Fault>,
    /// The stack's own texts by their names in the messages directory.
    pub(crate) texts: Vec<(&'static str, &'static str)>,
    pub(crate) remaining: Duration,
    /// What KMS knows the data keys of.
    pub(crate) messages: Value,
    /// Whether a swap is under way, so that codes under the previous key are accepted too.
    pub(crate) swapping: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            delivery: json!({
                "providers": {"sns": {"type": "sns", "sender_id": "ACME"}},
                "sms": {"countries": {"only": ["US", "DE"]}, "routes": [{"via": ["sns"]}]},
            }),
            log_level: "INFO",
            kms: no_fault(),
            sns: no_fault(),
            ses: no_fault(),
            queue: None,
            texts: Vec::new(),
            remaining: Duration::from_secs(20),
            messages: fixture(),
            swapping: false,
        }
    }
}

/// What the function answered Lambda.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) failed: bool,
    pub(crate) body: String,
}

impl Answer {
    /// The code of the error, or nothing when the event was handled.
    pub(crate) fn error(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        self.failed.then(|| body["errorType"].as_str().unwrap().to_owned())
    }
}

pub(crate) struct Function {
    pub(crate) child: Child,
    events: Sender<String>,
    answers: Receiver<Answer>,
    output: Vec<JoinHandle<String>>,
    pub(crate) kms: Server,
    pub(crate) kms_calls: Requests<Value>,
    pub(crate) published: Requests<BTreeMap<String, String>>,
    /// What SES was asked to send.
    pub(crate) mails: Requests<Value>,
    /// What the queue keeps.
    pub(crate) kept: Requests<Value>,
}

impl Function {
    pub(crate) fn start(setup: Setup) -> Self {
        Self::run(command(), setup)
    }

    /// Starts another program in the function's place.
    pub(crate) fn run(mut command: Command, setup: Setup) -> Self {
        let (events, queue) = channel::<String>();
        let (answered, answers) = channel();
        let runtime = runtime_api(queue, answered, setup.remaining);
        let (kms_calls, published) = (Requests::default(), Requests::default());
        let key_arn = |member: &str| setup.messages[member].as_str().unwrap().to_owned();
        let (key, previous) = (key_arn("key_arn"), key_arn("previous_key_arn"));
        let kms = kms(setup.kms, Arc::clone(&kms_calls), setup.messages);
        let sns = sns(setup.sns, Arc::clone(&published));
        let root = task_root(&setup.delivery, &setup.texts);
        let (kept, mails) = (Requests::default(), Requests::default());
        let ses = ses(setup.ses, Arc::clone(&mails));
        if let Some(fault) = setup.queue {
            let queue = sqs(fault, Arc::clone(&kept));
            command
                .env("AWS_ENDPOINT_URL_SQS", queue.url())
                .env("DEAD_LETTER_QUEUE_URL", QUEUE_URL);
        }
        let mut child = command
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string())
            .env("AWS_LAMBDA_LOG_LEVEL", setup.log_level)
            .env("LAMBDA_TASK_ROOT", root)
            .env("AWS_ENDPOINT_URL", kms.url())
            .env("AWS_ENDPOINT_URL_SNS", sns.url())
            .env("AWS_ENDPOINT_URL_SESV2", ses.url())
            .env("KEY_ARN", key)
            .env(
                "PREVIOUS_KEY_ARN",
                if setup.swapping { previous } else { String::new() },
            )
            .env("STACK_NAME", STACK)
            .spawn()
            .unwrap();
        let output = vec![
            collect(child.stdout.take().unwrap()),
            collect(child.stderr.take().unwrap()),
        ];
        Self {
            child,
            events,
            answers,
            output,
            kms,
            kms_calls,
            published,
            mails,
            kept,
        }
    }

    /// Hands over one event and waits for what Lambda is told.
    pub(crate) fn invoke(&self, event: &Value) -> Answer {
        self.invoke_text(event.to_string())
    }

    pub(crate) fn invoke_text(&self, event: String) -> Answer {
        self.begin(event);
        self.finish()
    }

    /// Hands over one event and does not wait.
    pub(crate) fn begin(&self, event: String) {
        self.events.send(event).unwrap();
    }

    /// Waits for what Lambda is told of an event that was handed over.
    pub(crate) fn finish(&self) -> Answer {
        self.answers
            .recv_timeout(Duration::from_secs(45))
            .expect("the function answers")
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.published
            .lock()
            .unwrap()
            .iter()
            .map(|call| call["Message"].clone())
            .collect()
    }

    /// Ends the process and returns all that it wrote, as lines of JSON.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        let output = self.end();
        output
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// Ends the process and returns all that it wrote.
    pub(crate) fn end(&mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.output.drain(..).map(|output| output.join().unwrap()).collect()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary in the environment that Lambda gives it, nothing of ours in it.
pub(crate) fn command() -> Command {
    let built = option_env!("CARGO_BIN_EXE_handler");
    let under_test = std::env::var("HANDLER_UNDER_TEST").unwrap_or_else(|_| built.unwrap().to_owned());
    let mut words = under_test.split_whitespace();
    let mut command = in_lambda(words.next().unwrap());
    command.args(words);
    command
}

/// A program in the environment that Lambda gives it.
pub(crate) fn in_lambda(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_LAMBDA_FUNCTION_NAME", "handler")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A folder as Lambda unpacks it, with `delivery.json` and the stack's own texts in it.
pub(crate) fn task_root(delivery: &Value, texts: &[(&str, &str)]) -> PathBuf {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (delivery.to_string(), texts).hash(&mut hasher);
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{:x}", hasher.finish()));
    std::fs::create_dir_all(&root).unwrap();
    for (name, text) in texts {
        let file = root.join("messages").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    // Tests run side by side: the file appears whole.
    let draft = root.join(format!("{:?}", thread::current().id()));
    std::fs::write(&draft, delivery.to_string()).unwrap();
    std::fs::rename(draft, root.join("delivery.json")).unwrap();
    root
}

pub(crate) fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/messages.json")).unwrap()
}

/// The message of the fixture that has this name.
pub(crate) fn message(name: &str) -> Value {
    let fixture = fixture();
    fixture["messages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|message| message["name"] == name)
        .unwrap()
        .clone()
}

/// An event as Cognito sends it, with the fixture's message of the name `code`.
pub(crate) fn event(purpose: &str, code: &str) -> Value {
    event_of(purpose, &message(code))
}

/// An event as Cognito sends it, with `message` as its code.
pub(crate) fn event_of(purpose: &str, message: &Value) -> Value {
    json!({
        "version": "1",
        "triggerSource": format!("CustomSMSSender_{purpose}"),
        "region": "eu-west-1",
        "userPoolId": message["pool"],
        "userName": "jane",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789"},
        "request": {
            "type": "customSMSSenderRequestV1",
            "code": message["message"],
            "clientMetadata": null,
            "userAttributes": {"sub": "0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70", "phone_number": "+12025550173", "phone_number_verified": "true"}
        },
        "response": {}
    })
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}
