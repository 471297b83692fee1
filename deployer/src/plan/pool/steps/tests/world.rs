//! A stack and a pool that is not in it, without AWS: plans are applied step by step.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::aws::LivePool;
use crate::plan::{Plan, Situation};
use crate::spec::PoolId;

const POOL: &str = "us-west-2_AbCdEf123";

/// What stands in the account: a stack's template, and a pool that is not in it.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) template: Option<Value>,
    pub(super) pool: Map<String, Value>,
    pub(super) saved: Option<Map<String, Value>>,
}

/// A declared stack: `LambdaConfig` members as a record spells them, and the keys that the role may decrypt under.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) triggers: Value,
    pub(super) keys: Vec<Value>,
}

pub(super) fn own(id: &str) -> Value {
    json!({ "Fn::GetAtt": [id, "Arn"] })
}

fn arn(id: &str) -> String {
    format!("arn:{id}")
}

/// Puts something in place of the words for the stack's own function and key.
fn spelled(value: &Value, word: &impl Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) if text == "handler" => word("Function"),
        Value::String(text) if text == "key" => word("Key"),
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| (name.clone(), spelled(inner, word)))
            .collect(),
        other => other.clone(),
    }
}

impl File {
    fn config(&self) -> Map<String, Value> {
        spelled(&self.triggers, &own).as_object().cloned().unwrap_or_default()
    }

    pub(super) fn template(&self) -> Value {
        let config = self.config();
        let handler = self.triggers.to_string().contains("\"handler\"");
        let mut resources = Map::new();
        let mut outputs = json!({ "PoolId": { "Value": POOL }, "Triggers": { "Value": self.triggers.to_string() } });
        if let Some(key) = config.get("KMSKeyID") {
            outputs["KeyArn"] = json!({ "Value": key });
            if key.is_object() {
                resources.insert(
                    "Key".to_owned(),
                    json!({ "Type": "AWS::KMS::Key", "DeletionPolicy": "Retain" }),
                );
            }
        }
        if let Some(function) = config.get("PreSignUp") {
            resources.insert(
                "PreSignUpPermission".to_owned(),
                json!({ "Type": "AWS::Lambda::Permission", "Properties": { "FunctionName": function } }),
            );
        }
        if handler {
            outputs["FunctionArn"] = json!({ "Value": own("Function") });
            let serves = json!({ "Serves": config.keys().collect::<Vec<_>>() });
            resources.insert(
                "Function".to_owned(),
                json!({ "Type": "AWS::Lambda::Function", "Properties": serves }),
            );
            resources.insert(
                "FunctionPermission".to_owned(),
                json!({ "Type": "AWS::Lambda::Permission" }),
            );
        }
        if handler && !self.keys.is_empty() {
            let keys = spelled(&json!({ "Resource": self.keys[0] }), &own)["Resource"].clone();
            let keys: Vec<Value> = std::iter::once(keys).chain(self.keys[1..].iter().cloned()).collect();
            let statement = json!({ "Action": "kms:Decrypt", "Resource": keys });
            resources.insert(
                "DecryptPolicy".to_owned(),
                json!({ "Type": "AWS::IAM::Policy", "Properties": { "PolicyDocument": { "Statement": [statement] } } }),
            );
        }
        json!({ "Resources": resources, "Outputs": outputs })
    }

    pub(super) fn desired(&self, said: Option<EmailSending>) -> Desired {
        Desired {
            template: self.template(),
            tags: BTreeMap::new(),
            termination_protection: false,
            keys: Vec::new(),
            pool: DesiredPool::Existing {
                id: PoolId::parse(POOL).unwrap(),
                lambda_config: self.config(),
                email_sending: said,
            },
            code: None,
        }
    }
}

impl World {
    pub(super) fn new(pool: &Value) -> Self {
        Self {
            template: None,
            pool: pool.as_object().cloned().unwrap_or_default(),
            saved: None,
        }
    }

    pub(super) fn deployed(&self) -> Option<Deployed> {
        let template = self.template.clone()?;
        let outputs = template["Outputs"].as_object().cloned().unwrap_or_default();
        let outputs = outputs.into_iter().map(|(name, output)| {
            let value = match &output["Value"] {
                Value::String(text) => text.clone(),
                reference => arn(reference["Fn::GetAtt"][0].as_str().unwrap_or_default()),
            };
            (name, value)
        });
        Some(Deployed {
            outputs: outputs.collect(),
            parameters: BTreeMap::new(),
            own_key: template["Resources"].get("Key").map(|_| arn("Key")),
            template,
            tags: BTreeMap::new(),
            termination_protection: false,
        })
    }

    pub(super) fn live(&self) -> Live {
        let pool = |pool: &Map<String, Value>| LivePool {
            pool: pool.clone(),
            mfa: Map::new(),
        };
        Live {
            now: pool(&self.pool),
            saved: self.saved.as_ref().map(pool),
        }
    }

    pub(super) fn plan(&self, file: &File) -> Plan {
        let live = self.live();
        let deployed = self.deployed();
        let situation = match deployed {
            Some(_) => Situation::Update,
            None => Situation::Create { shell: false },
        };
        Plan::of(situation, deployed.as_ref(), &file.desired(None), Some(&live))
    }

    /// Applies the first `steps` steps of a plan; returns whether there were that many. After each step everything
    /// that the pool calls has to be there and allowed.
    pub(super) fn apply(&mut self, plan: &Plan, steps: usize) -> bool {
        let mut left = steps;
        let mut next = || {
            let is_left = left > 0;
            left -= usize::from(is_left);
            is_left
        };
        let after = plan.pool.as_ref().map(|part| part.after);
        for index in 0..=plan.phases.len() {
            if after == Some(index) {
                if !next() {
                    return true;
                }
                self.update(plan);
            }
            if let Some(phase) = plan.phases.get(index) {
                if !next() {
                    return true;
                }
                self.template = Some(phase.template.clone());
                self.check();
            }
        }
        left > 0
    }

    fn update(&mut self, plan: &Plan) {
        self.saved.get_or_insert_with(|| self.pool.clone());
        let part = plan.pool.as_ref().unwrap();
        let word = |id: &str| json!(arn(id));
        let mut config = Map::new();
        for (member, value) in &part.lambda_config {
            config.insert(member.clone(), resolve(value, &word));
        }
        self.pool.insert("LambdaConfig".to_owned(), Value::Object(config));
        self.check();
    }

    /// Nothing that the pool calls of the stack's is missing, and its key is one that the role may decrypt under.
    fn check(&self) {
        let template = self.template.as_ref().unwrap();
        let config = self.pool.get("LambdaConfig").cloned().unwrap_or_default();
        if config.to_string().contains("\"arn:Function\"") {
            assert!(template["Resources"].get("Function").is_some(), "{config} {template}");
            assert!(
                template["Resources"].get("FunctionPermission").is_some(),
                "{config} {template}"
            );
        }
        let function = &config["PreSignUp"];
        let was_there = self.saved.as_ref().unwrap_or(&self.pool)["LambdaConfig"]["PreSignUp"] == *function;
        if !function.is_null() && function != "arn:Function" && !was_there {
            let resources = template["Resources"].as_object().unwrap();
            let mut rights = resources.values().filter(|resource| is_permission(resource));
            assert!(
                rights.any(|right| right["Properties"]["FunctionName"] == *function),
                "{config} {template}"
            );
        }
        let calls = |member: &str| config[member]["LambdaArn"] == "arn:Function";
        if calls("CustomSMSSender") || calls("CustomEmailSender") {
            let keys =
                &template["Resources"]["DecryptPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"];
            let keys = resolve(keys, &|id| json!(arn(id)));
            assert!(
                keys.as_array().unwrap().contains(&config["KMSKeyID"]),
                "{config} {keys}"
            );
        }
    }
}

fn resolve(value: &Value, word: &impl Fn(&str) -> Value) -> Value {
    if let Some(id) = value
        .get("Fn::GetAtt")
        .and_then(|path| path.get(0))
        .and_then(Value::as_str)
    {
        return word(id);
    }
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| (name.clone(), resolve(inner, word)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| resolve(item, word)).collect(),
        other => other.clone(),
    }
}
