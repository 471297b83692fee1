//! ministack, an emulator of AWS on this machine, made stricter by `strict.py`.
//!
//! One server is shared by the tests of a process; what keeps them apart is the account: an access key
//! id of 12 digits is the account that ministack works in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::Server;
use super::{http, tools};

/// A running server.
pub(crate) struct Ministack {
    server: Server,
}

impl Ministack {
    /// Returns the server that the tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Ministack> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Returns the server that enforces IAM's policies, which the tests of this process share.
    pub(crate) fn enforcing() -> &'static Self {
        static SHARED: OnceLock<Ministack> = OnceLock::new();
        SHARED.get_or_init(|| Self::start_with(&Self::launcher(), &[("AUTH", "true")]))
    }

    fn launcher() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/strict.py")
    }

    /// Starts a server of the caller's own.
    pub(crate) fn start() -> Self {
        Self::start_with(&Self::launcher(), &[])
    }

    /// Starts a server through another launcher or with other settings; the launcher
    /// prints its port and removes its log, the argument, when it ends.
    pub(crate) fn start_with(launcher: &Path, environment: &[(&str, &str)]) -> Self {
        let programs = tools::python("ministack", &[tools::MINISTACK]);
        // A function's first event of a test is retried soon, not after minutes.
        let retries = [
            ("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.2"),
            ("LAMBDA_ASYNC_RETRY_MAX_SECONDS", "0.5"),
        ];
        let server = Self {
            server: Server::start("ministack", &programs, launcher, &[&retries, environment].concat()),
        };
        server.wait_until_healthy();
        server
    }

    fn wait_until_healthy(&self) {
        let limit = Instant::now() + Duration::from_mins(1);
        while !http::exchange(self.address(), "GET", "/_ministack/health", b"").is_ok_and(|(status, _)| status == 200) {
            assert!(
                Instant::now() < limit,
                "ministack is not healthy after a minute:\n{}",
                self.log_tail()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns the address for `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Returns where the server listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the process id, which is its process group's too.
    pub(crate) fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Returns the last lines of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        self.server.log_tail()
    }

    /// Returns the SMS that SNS was asked to send in an account, oldest first.
    pub(crate) fn sms(&self, account: &str) -> Vec<Value> {
        let path = format!("/_ministack/sns/sms-messages?account={account}");
        let answer = self.json("GET", &path, b"");
        let by_number = answer["sms_messages"].as_object().cloned().unwrap_or_default();
        by_number
            .into_iter()
            .flat_map(|(_, messages)| messages.as_array().cloned().unwrap_or_default())
            .collect()
    }

    /// Returns the messages that wait in an account's queues, by queue.
    pub(crate) fn queued(&self, account: &str) -> Value {
        self.json("GET", &format!("/_ministack/sqs/messages?account={account}"), b"")
    }

    /// Lets the next `times` operations on a resource of a stack fail.
    ///
    /// `operation` is `create`, `update`, `delete` or `import`.
    pub(crate) fn fail(&self, account: &str, stack: &str, operation: &str, resource: &str, reason: &str, times: u32) {
        self.add_rule(&json!([{
            "account": account, "stack": stack, "operation": operation, "type": resource, "reason": reason, "times": times,
        }]));
    }

    /// Lets updates of a type of resource fail once `spared` of them went well: those of a rollback, say.
    pub(crate) fn fail_updates_after(&self, spared: u32, account: &str, stack: &str, resource: &str, times: u32) {
        self.add_rule(&json!([{
            "account": account, "stack": stack, "operation": "update", "type": resource, "reason": "It is in use",
            "times": times, "spared": spared,
        }]));
    }

    /// Lets the next operation of a stack take longer, before it touches its first resource.
    pub(crate) fn slow(&self, account: &str, stack: &str, seconds: f64) {
        self.add_rule(
            &json!([{"account": account, "stack": stack, "operation": "slow", "seconds": seconds, "times": 1}]),
        );
    }

    fn add_rule(&self, rule: &Value) {
        let (status, _) =
            http::exchange(self.address(), "POST", "/_strict/rules", rule.to_string().as_bytes()).unwrap();
        assert_eq!(status, 200);
    }

    fn json(&self, method: &str, path: &str, body: &[u8]) -> Value {
        let (status, body) = http::exchange(self.address(), method, path, body).unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }
}

/// Returns an account of the test's own.
pub(crate) fn account() -> String {
    static TAKEN: AtomicU32 = AtomicU32::new(1);
    format!(
        "{:012}",
        100_000_000_000_u64 + u64::from(TAKEN.fetch_add(1, Ordering::Relaxed))
    )
}
