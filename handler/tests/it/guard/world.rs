//! A table behind a proxy that can be unlucky, a clock that can be set, and a provider that keeps count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use handler::compose::Composer;
use handler::decrypt::{DecryptError, Decryptor};
use handler::delivery::{self, Messages};
use handler::event::PoolId;
use handler::guard::{EXPIRES, Gate, KEY, SECRET_MEMBER};
use handler::provider::{Aws, Http, Secrets, Service, Services};
use handler::send::{Accepted, Message, Provider, Providers, Sending};
use handler::{Handler, Invocation, Redacted};
use serde_json::{Value, json};

use crate::function::event;
use crate::server::Server;
use crate::services::Requests;

use super::proxy::{Luck, Proxying, good, ministack, proxy};

/// How a provider answers, given how often it was asked before.
pub(super) type Answering = Box<dyn Fn(usize) -> Result<Accepted, handler::send::ProviderError> + Send + Sync>;

/// A table and all that its handlers share.
pub(super) struct World {
    pub(super) table: String,
    pub(super) services: Services,
    proxy: Server,
    /// The ids of the messages that the provider was asked to send.
    pub(super) sent: Requests<String>,
    /// The lines that count.
    pub(super) counted: Requests<String>,
    /// The calls of the table.
    pub(super) asked: Requests<Value>,
    pub(super) proxying: Arc<Mutex<Proxying>>,
    pub(super) answering: Arc<Mutex<Answering>>,
    skew_ms: Arc<AtomicU64>,
    direct: Services,
    /// The ARN of the secret with the HMAC's key.
    pub(super) secret: String,
}

/// Decrypts every code to the same.
pub(super) struct Known;

impl Decryptor for Known {
    async fn decrypt(&self, _: &str, _: &PoolId) -> Result<Redacted<String>, DecryptError> {
        Ok(Redacted::new("48151623".to_owned()))
    }
}

struct Counting {
    sent: Requests<String>,
    answering: Arc<Mutex<Answering>>,
}

impl Provider for Counting {
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        let before = {
            let mut sent = self.sent.lock().unwrap();
            sent.push(message.id.clone());
            sent.len() - 1
        };
        let answer = self.answering.lock().unwrap()(before);
        Box::pin(async {
            // Long enough for whoever is simultaneous.
            tokio::time::sleep(Duration::from_millis(50)).await;
            answer
        })
    }
}

impl World {
    pub(super) async fn new() -> Self {
        static TABLES: AtomicU32 = AtomicU32::new(0);
        let (asked, proxying) = (Requests::default(), Arc::new(Mutex::new(good())));
        let proxy = proxy(Arc::clone(&asked), Arc::clone(&proxying));
        let skew_ms = Arc::new(AtomicU64::new(0));
        let (clock, direct) = (Arc::clone(&skew_ms), format!("http://{}", ministack()));
        let services = |url: String| {
            let skew = Arc::clone(&clock);
            Services {
                region: "eu-west-1".to_owned(),
                credentials: Credentials::new("test", "test", None, None, "test"),
                http: Http::new(),
                endpoint: Arc::new(move |_| Some(url.clone())),
                custom: Arc::new(|_, _| None),
                clock: Arc::new(move || SystemTime::now() + Duration::from_millis(skew.load(Ordering::Relaxed))),
                secrets: Secrets::default(),
            }
        };
        let mut world = Self {
            table: format!(
                "guard-{}-{}",
                std::process::id(),
                TABLES.fetch_add(1, Ordering::Relaxed)
            ),
            services: services(proxy.url()),
            proxy,
            sent: Requests::default(),
            counted: Requests::default(),
            asked,
            proxying,
            answering: Arc::new(Mutex::new(Box::new(|_| Ok(Accepted::default())))),
            skew_ms,
            direct: services(direct),
            secret: String::new(),
        };
        let schema = json!({
            "TableName": world.table,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
        });
        world.call("CreateTable", &schema).await;
        let key = json!({SECRET_MEMBER: "planted0123456789abcdefghijABCDEFGHIJKLMNOPQ"});
        let secret = json!({"Name": world.table, "SecretString": key.to_string()});
        let secrets = Aws::new(&world.direct, Service::SECRETS_MANAGER, None).unwrap();
        let made = secrets
            .json("secretsmanager.CreateSecret", &secret)
            .await
            .unwrap()
            .json();
        made["ARN"].as_str().unwrap().clone_into(&mut world.secret);
        world
    }

    /// Makes an operation of the table, with no bad luck.
    pub(super) async fn call(&self, operation: &str, call: &Value) -> Value {
        let table = Aws::new(&self.direct, Service::DYNAMODB, None).unwrap();
        let answer = table
            .json(&format!("DynamoDB_20120810.{operation}"), call)
            .await
            .unwrap();
        assert!(answer.is_success(), "{}", answer.json());
        answer.json()
    }

    /// Returns every item.
    pub(super) async fn items(&self) -> Vec<Value> {
        let found = self.call("Scan", &json!({"TableName": self.table})).await;
        found["Items"].as_array().unwrap().clone()
    }

    /// A container's handler, with a guard of these settings.
    pub(super) fn handler(&self, guard: &Value) -> Handler<Known> {
        let provider = Counting {
            sent: Arc::clone(&self.sent),
            answering: Arc::clone(&self.answering),
        };
        let counted = Arc::clone(&self.counted);
        let settings = serde_json::from_value(guard.clone()).unwrap();
        Handler {
            stack_name: "acme".to_owned(),
            decryptor: Some(Known),
            delivery: delivery(),
            composer: Composer::new(&BTreeMap::new(), &Messages::default()).unwrap(),
            providers: Providers::from_iter([("own".to_owned(), Box::new(provider) as Box<dyn Provider>)]),
            guard: Some(Gate::new(settings, &self.services, self.table.clone(), Some(&self.secret)).unwrap()),
            dead_letters: None,
            count: Box::new(move |line| counted.lock().unwrap().push(line.to_owned())),
        }
    }

    /// Handles an event; returns how it is counted, as `outcome[/reason]`.
    pub(super) async fn deliver(&self, handler: &Handler<Known>, event: &Value) -> String {
        let answer = handler.handle(&invocation(), event).await;
        let line = self.counted.lock().unwrap().pop().unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        let outcome = line["Outcome"].as_str().unwrap();
        assert_eq!(answer.is_err(), outcome == "failed", "{line}");
        // What an alarm watches: a refusal by a rate is counted by what the rate is about, and nothing else is.
        let rate = line["Reason"]
            .as_str()
            .and_then(|reason| reason.strip_prefix("guard-rate-"));
        assert_eq!(line["Scope"].as_str(), rate, "{line}");
        assert_eq!(line["RefusedByRate"].as_u64(), rate.map(|_| 1), "{line}");
        line["Reason"]
            .as_str()
            .map_or(outcome.to_owned(), |reason| format!("{outcome}/{reason}"))
    }

    /// Returns where the unlucky proxy answers.
    pub(super) fn url(&self) -> String {
        self.proxy.url()
    }

    pub(super) fn later(&self, time: Duration) {
        self.skew_ms
            .fetch_add(time.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    /// Moves the clock to where a window of this length begins, so that a test does not meet its end.
    pub(super) fn to_next_window(&self, length: Duration) {
        let now = (self.services.clock)()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let length = length.as_millis();
        self.later(Duration::from_millis((length - now % length).try_into().unwrap()));
    }

    pub(super) fn luck(&self, luck: impl Fn(&Value) -> Luck + Send + Sync + 'static) {
        *self.proxying.lock().unwrap() = Box::new(luck);
    }

    pub(super) fn answers(
        &self,
        answer: impl Fn(usize) -> Result<Accepted, handler::send::ProviderError> + Send + Sync + 'static,
    ) {
        *self.answering.lock().unwrap() = Box::new(answer);
    }

    pub(super) fn sent(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// Takes the lines about questions that were not answered, as `question policy cause`.
    pub(super) fn unanswered(&self) -> Vec<String> {
        let lines = std::mem::take(&mut *self.counted.lock().unwrap());
        let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .filter(|line| line["GuardUnavailable"] == 1)
            .map(|line| {
                assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack"]]));
                let word = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
                [word("Question"), word("Policy"), word("Reason")].join(" ")
            })
            .collect()
    }
}

pub(super) fn invocation() -> Invocation {
    Invocation {
        request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        function_arn: "arn:aws:lambda:eu-west-1:111122223333:function:handler".to_owned(),
        at_ms: 1_795_219_200_123,
        remaining: Duration::from_secs(20),
    }
}

fn delivery() -> delivery::Delivery {
    serde_json::from_value(json!({
        "providers": {},
        "sms": {"countries": "any", "routes": [{"via": ["own"]}]},
        "email": {"routes": [{"via": ["own"]}]},
    }))
    .unwrap()
}

/// A sign-up by SMS with this code.
pub(super) fn sms(code: &str, number: &str) -> Value {
    let mut event = event("SignUp", "signed");
    event["request"]["code"] = json!(code);
    event["request"]["userAttributes"]["phone_number"] = json!(number);
    event
}

/// A sign-up by e-mail with this code.
pub(super) fn email(code: &str, address: &str) -> Value {
    let mut event = sms(code, "+12025550173");
    event["request"]["type"] = json!("customEmailSenderRequestV1");
    event["triggerSource"] = json!("CustomEmailSender_SignUp");
    event["request"]["userAttributes"]["email"] = json!(address);
    event
}

/// The time by which an item goes, in seconds since 1970.
pub(super) fn expires(item: &Value) -> u64 {
    item[EXPIRES]["N"].as_str().unwrap().parse().unwrap()
}
