//! What Cognito does and no emulator does: encrypting a code, and the event that carries it.

use std::process::Command;

use serde_json::Value;

use super::aws::REGION;
use super::tools;

/// The version that encrypts.
pub(crate) const REQUIREMENT: &str = "aws-encryption-sdk[MPL]==4.0.7";

/// A code for a user, and where it is encrypted.
pub(crate) struct Code<'a> {
    /// Where KMS answers.
    pub(crate) endpoint: &'a str,
    /// The account of the key.
    pub(crate) account: &'a str,
    /// The ARN of the key that the pool names.
    pub(crate) key: &'a str,
    /// The pool's id, which goes into the encryption context.
    pub(crate) pool: &'a str,
    /// The secret.
    pub(crate) secret: &'a str,
    /// The user's number.
    pub(crate) phone: &'a str,
    /// `CustomSMSSender_SignUp` and its like.
    pub(crate) source: &'a str,
}

impl Code<'_> {
    /// Returns the event that Cognito would hand to the pool's custom SMS sender.
    pub(crate) fn event(&self) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/quickstart/encrypt.py");
        let output = Command::new(tools::python("encrypt", &[REQUIREMENT]).join("python"))
            .arg(script)
            .args(["--key", self.key, "--pool", self.pool, "--code", self.secret])
            .args(["--phone", self.phone, "--source", self.source])
            .env("AWS_ENDPOINT_URL", self.endpoint)
            .env("AWS_ACCESS_KEY_ID", self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", REGION)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
