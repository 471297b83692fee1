//! Pools that `pools.py` makes up from the service model's own shapes.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::moto::{Moto, Pools};

/// A pool as it is to be made.
pub(crate) struct MadeUp {
    /// The `CreateUserPool` request.
    pub(crate) create: Value,
    /// A `SetUserPoolMfaConfig` request without its pool, or null.
    mfa: Value,
    /// What `DescribeUserPool` adds by itself.
    described: Value,
}

/// Makes `count` pools up; the same seed makes the same pools.
pub(crate) fn make_up(seed: u64, count: usize) -> Vec<MadeUp> {
    let lines = generate(&[&seed.to_string(), &count.to_string()]);
    let pools = lines.lines().map(|line| {
        let mut pool: Value = serde_json::from_str(line).unwrap();
        let [create, mfa, described] = ["create", "mfa", "described"].map(|part| pool[part].take());
        MadeUp { create, mfa, described }
    });
    pools.collect()
}

impl MadeUp {
    /// The same without these triggers, and without what the service says of messages that it could not send.
    pub(crate) fn without(&self, triggers: &[&str]) -> Self {
        let (mut create, mut described) = (self.create.clone(), self.described.clone());
        if let Some(config) = create.get_mut("LambdaConfig").and_then(Value::as_object_mut) {
            config.retain(|member, _| !triggers.contains(&member.as_str()));
        }
        if let Some(described) = described.as_object_mut() {
            described.retain(|member, _| !member.ends_with("ConfigurationFailure"));
        }
        Self {
            create,
            mfa: self.mfa.clone(),
            described,
        }
    }

    /// Makes the pool and returns its id.
    #[track_caller]
    pub(crate) fn create(&self, pools: &Pools) -> String {
        let id = pools.create(&self.create);
        if !self.mfa.is_null() {
            let mut mfa = self.mfa.clone();
            mfa["UserPoolId"] = id.as_str().into();
            pools.call("SetUserPoolMfaConfig", &mfa).unwrap();
        }
        pools.describe_with(&id, &self.described);
        id
    }
}

/// What the service's model says of `UpdateUserPool`.
pub(crate) struct UpdateModel {
    /// Its members.
    pub(crate) members: Vec<String>,
    /// Its errors.
    pub(crate) errors: Vec<String>,
}

/// Reads botocore's copy of the model.
pub(crate) fn update_model() -> UpdateModel {
    let said: Value = serde_json::from_str(&generate(&["model"])).unwrap();
    let [members, errors] = ["members", "errors"].map(|name| serde_json::from_value(said[name].clone()).unwrap());
    UpdateModel { members, errors }
}

fn generate(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/pools.py");
    let mut command = Command::new(Moto::programs().join("python"));
    let output = command.arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
