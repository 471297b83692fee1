//! moto's Cognito, made stricter by `moto.py`: for pools that exist before their stack.
//!
//! An update resets what it leaves out there, as on AWS; ministack keeps it. One server is shared by the tests of a
//! process, and an access key id of 12 digits is the account. Pools are made and read as raw JSON, since no SDK
//! knows every member.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::aws::REGION;
use super::ministack::Ministack;
use super::server::Server;
use super::{http, tools};

/// The versions that the tests run; botocore brings the service's model.
const REQUIREMENTS: &[&str] = &[
    "moto[cognitoidp]==5.2.5",
    "botocore==1.44.5",
    // moto's own list for a server brings what other services need.
    "flask==3.1.3",
    "flask-cors==6.0.5",
];

/// A running server.
pub(crate) struct Moto {
    server: Server,
}

impl Moto {
    /// Returns the server that the tests of this process share; its grants are on ministack's keys.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Moto> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&Ministack::shared().endpoint()))
    }

    /// Starts a server of the caller's own; `kms` is where the keys are.
    pub(crate) fn start(kms: &str) -> Self {
        let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/moto.py");
        Self {
            server: Server::start("moto", &Self::programs(), &launcher, &[("KMS_ENDPOINT", kms)]),
        }
    }

    /// Returns the folder of the Python that has moto and botocore.
    pub(crate) fn programs() -> PathBuf {
        tools::python("moto", REQUIREMENTS)
    }

    /// Returns the address for `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Returns where the server listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the process id.
    pub(crate) fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Returns the pools of an account.
    pub(crate) fn pools(&self, account: &str) -> Pools {
        Pools {
            address: self.address(),
            account: account.to_owned(),
        }
    }
}

/// The pools of an account, raw.
#[derive(Clone, Debug)]
pub(crate) struct Pools {
    address: SocketAddr,
    account: String,
}

impl Pools {
    /// Calls an operation; a refusal is its `__type` and message, as one text.
    pub(crate) fn call(&self, operation: &str, body: &Value) -> Result<Value, String> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/{REGION}/cognito-idp/aws4_request, SignedHeaders=host, Signature=0",
            self.account
        );
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
            ("authorization", credential.as_str()),
        ];
        let text = body.to_string();
        let (status, answer) = http::exchange_with(self.address, "POST /", &headers, text.as_bytes()).unwrap();
        let text = String::from_utf8(answer).unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{operation}: {status}\n{text}"));
        if status == 200 {
            return Ok(answer);
        }
        let code = answer["__type"].as_str().unwrap_or_default();
        let code = code.rsplit('#').next().unwrap_or_default();
        let message = answer["message"].as_str().or(answer["Message"].as_str());
        Err(format!("{code}: {}", message.unwrap_or_default()))
    }

    /// Makes a pool and returns its id.
    #[track_caller]
    pub(crate) fn create(&self, members: &Value) -> String {
        let answer = self.call("CreateUserPool", members).unwrap();
        answer["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    /// Describes a pool: every member, dates and counts too.
    #[track_caller]
    pub(crate) fn describe(&self, id: &str) -> Map<String, Value> {
        let answer = self.call("DescribeUserPool", &json!({"UserPoolId": id})).unwrap();
        answer["UserPool"].as_object().unwrap().clone()
    }

    /// Returns the answer of `GetUserPoolMfaConfig`.
    #[track_caller]
    pub(crate) fn mfa(&self, id: &str) -> Value {
        self.call("GetUserPoolMfaConfig", &json!({"UserPoolId": id})).unwrap()
    }

    /// Returns a pool and its MFA settings but for `LastModifiedDate`: what nobody may move by the way.
    #[track_caller]
    pub(crate) fn settings(&self, id: &str) -> Value {
        let mut pool = self.describe(id);
        pool.shift_remove("LastModifiedDate");
        json!({"UserPool": pool, "MfaConfig": self.mfa(id)})
    }

    /// Sends `UpdateUserPool` with these members and no others: what a careless tool does.
    pub(crate) fn update(&self, id: &str, members: &Value) -> Result<(), String> {
        let mut body = members.clone();
        body["UserPoolId"] = id.into();
        self.call("UpdateUserPool", &body).map(drop)
    }

    /// Lays members over what a pool's description says; an update cannot name those at the top that no SDK knows.
    pub(crate) fn describe_with(&self, id: &str, members: &Value) {
        let rule = json!({"account": self.account, "pool": id, "members": members}).to_string();
        let (status, _) = http::exchange(self.address, "POST", "/_strict/described", rule.as_bytes()).unwrap();
        assert_eq!(status, 200);
    }
}
