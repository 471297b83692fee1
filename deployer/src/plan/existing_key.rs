//! Keys that a stack did not make: what it needs of them, and what stands against using them.
//!
//! What KMS says of a key is read elsewhere; here it becomes findings, before anything is touched.

use serde_json::{Value, json};

use super::key_policy::{Asker, Role, Verdict, verdict};
use crate::aws::KeyDescription;
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::spec::{KeyArn, KeySource, RoleArn, Stack, Target};

/// A key that a stack is about to use and did not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingKey {
    /// The key.
    pub arn: KeyArn,
    /// Whether Cognito is to encrypt under it, and so whoever deploys makes a grant for Cognito.
    encrypts: bool,
    /// Whether the stack's own function is to decrypt under it.
    decrypts: bool,
    /// The role that CloudFormation works by, where the file names one.
    deployer: Option<RoleArn>,
}

impl ExistingKey {
    /// Returns the keys that a stack names and uses: `key.existing`, then `key.previous`.
    pub fn of(stack: &Stack) -> Vec<Self> {
        let mut senders = stack.triggers.iter().filter(|(kind, _)| kind.is_sender());
        let decrypts = senders.any(|(_, trigger)| trigger.target == Target::Handler);
        let key = |arn: &KeyArn, encrypts| Self {
            arn: arn.clone(),
            encrypts,
            decrypts,
            deployer: stack.cloudformation.role.clone(),
        };
        let now = match &stack.key.source {
            KeySource::Existing(arn) if stack.has_sender() => Some(key(arn, true)),
            KeySource::Existing(_) | KeySource::Managed { .. } => None,
        };
        let before = stack.key.previous.as_ref().filter(|_| decrypts);
        now.into_iter().chain(before.map(|arn| key(arn, false))).collect()
    }

    /// The place in the template that names the key.
    fn resource(&self) -> String {
        if self.encrypts {
            format!("{}.KMSKeyID", logical::POOL)
        } else {
            logical::DECRYPT_POLICY.to_owned()
        }
    }

    fn account(&self) -> &str {
        self.arn.arn().account()
    }

    /// A key that cannot do what it is for; `None` for `found` is a key that is not there.
    pub fn unusable(&self, found: Option<&KeyDescription>) -> Option<Finding> {
        let arn = &self.arn;
        let (to, message, hint) = match found {
            None => (
                "missing".to_owned(),
                format!("there is no key {arn}"),
                "copy the ARN of a key that is there".to_owned(),
            ),
            Some(KeyDescription { spec, usage, .. }) if spec != "SYMMETRIC_DEFAULT" || usage != "ENCRYPT_DECRYPT" => (
                spec.clone(),
                format!("the key {arn} is of {spec} for {usage}; codes want SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT"),
                "name a symmetric key for encryption: what a key is can never change".to_owned(),
            ),
            Some(KeyDescription { state, .. }) if state != "Enabled" => (
                state.clone(),
                format!("the key {arn} is in {state}; only an enabled one encrypts and decrypts"),
                self.mend(state),
            ),
            Some(_) => return None,
        };
        Some(Finding::guard(Code::KeyUnusable, &self.resource(), to, message).hint(hint))
    }

    /// The command that brings a key back from a state.
    fn mend(&self, state: &str) -> String {
        let (region, arn) = (self.arn.arn().region(), &self.arn);
        let enable = format!("aws kms enable-key --region {region} --key-id {arn}");
        match state {
            "Disabled" => format!("if that is meant: {enable}"),
            "PendingDeletion" => format!(
                "if it shall stay: aws kms cancel-key-deletion --region {region} --key-id {arn}, then: {enable}"
            ),
            _ => format!("look at it: aws kms describe-key --region {region} --key-id {arn}"),
        }
    }

    /// What could not be read of the key, since the credentials may not.
    pub fn unread(&self, action: &str) -> Finding {
        let message = format!(
            "the credentials have no right to {action}, so nobody has checked whether the key {} can be used",
            self.arn
        );
        Finding::guard(Code::KeyUnchecked, &self.resource(), "", message).hint(self.look())
    }

    fn look(&self) -> String {
        format!(
            "look at its policy: aws kms get-key-policy --region {} --key-id {} --output text",
            self.arn.arn().region(),
            self.arn
        )
    }

    /// Whom the key's policy would turn away. `function_role` is the name of the role of the stack's own
    /// function, once there is one.
    pub fn turned_away(&self, policy: &str, function_role: Option<&str>) -> Vec<Finding> {
        let policy: Value = serde_json::from_str(policy).unwrap_or_default();
        let mut missing = Vec::new();
        let mut denied = Vec::new();
        let mut findings = Vec::new();
        for (action, role, whom) in self.needs(function_role) {
            let asker = Asker {
                account: self.account(),
                role,
            };
            match verdict(&policy, self.arn.as_str(), action, asker) {
                Verdict::Yes => {}
                Verdict::No => missing.push((action, whom)),
                Verdict::Denied(statement) => denied.push((action, statement)),
                Verdict::Doubt(why) => {
                    let message = format!(
                        "whether the policy of the key {} lets {whom} use {action} cannot be told: {why}",
                        self.arn
                    );
                    findings.push(Finding::guard(Code::KeyUnchecked, &self.resource(), "", message).hint(self.look()));
                }
            }
        }
        findings.extend(self.closed(&missing, &denied));
        findings
    }

    /// What is needed, by which role, and how that is called.
    fn needs<'a>(&'a self, function_role: Option<&'a str>) -> Vec<(&'static str, Role<'a>, String)> {
        let mut needs = Vec::new();
        if self.encrypts {
            // CloudFormation makes the pool by its own role where there is one, else by the caller's rights.
            let (role, whom) = match &self.deployer {
                Some(role) => (
                    role.as_str().rsplit('/').next().map_or(Role::Anybody, Role::Named),
                    format!("the role {role}"),
                ),
                None => (Role::Anybody, "whoever applies".to_owned()),
            };
            needs.push(("kms:CreateGrant", role, whom));
        }
        if self.decrypts {
            let role = function_role.map_or(Role::NotMade, Role::Named);
            needs.push(("kms:Decrypt", role, "the function's role".to_owned()));
        }
        needs
    }

    fn closed(&self, missing: &[(&'static str, String)], denied: &[(&'static str, String)]) -> Option<Finding> {
        let refused: Vec<String> = missing
            .iter()
            .map(|(action, whom)| format!("{action} (for {whom})"))
            .chain(
                denied
                    .iter()
                    .map(|(action, statement)| format!("{action} (by its statement {statement})")),
            )
            .collect();
        if refused.is_empty() {
            return None;
        }
        let message = format!(
            "the policy of the key {} does not admit {}",
            self.arn,
            refused.join(" and ")
        );
        let mut finding = Finding::guard(Code::KeyClosed, &self.resource(), self.arn.as_str(), message);
        if !missing.is_empty() {
            let actions: Vec<&str> = missing.iter().map(|(action, _)| *action).collect();
            finding = finding.hint(format!(
                "add this statement to its policy, so that the account's IAM policies decide: {}",
                self.statement(&actions)
            ));
        }
        for (action, statement) in denied {
            finding = finding.hint(format!("let its statement {statement} spare who needs {action}"));
        }
        Some(finding)
    }

    /// The least that lets the account's IAM policies decide on these actions.
    fn statement(&self, actions: &[&str]) -> Value {
        let root = format!("arn:{}:iam::{}:root", self.arn.arn().partition(), self.account());
        json!({
            "Sid": "CognitoCodes",
            "Effect": "Allow",
            "Principal": { "AWS": root },
            "Action": actions,
            "Resource": "*",
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;

    fn key(deployer: Option<&str>) -> ExistingKey {
        ExistingKey {
            arn: KeyArn::parse("arn:aws:kms:us-west-2:111122223333:key/0c45").unwrap(),
            encrypts: true,
            decrypts: true,
            deployer: deployer.map(|role| RoleArn::parse(role).unwrap()),
        }
    }

    fn description(state: &str, spec: &str, usage: &str) -> KeyDescription {
        KeyDescription {
            state: state.to_owned(),
            spec: spec.to_owned(),
            usage: usage.to_owned(),
        }
    }

    #[test]
    fn only_an_enabled_symmetric_key_for_encryption_will_do() {
        for (state, spec, usage, wanted) in [
            ("Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", None),
            ("Disabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Some("Disabled")),
            (
                "PendingImport",
                "SYMMETRIC_DEFAULT",
                "ENCRYPT_DECRYPT",
                Some("PendingImport"),
            ),
            ("Enabled", "RSA_2048", "ENCRYPT_DECRYPT", Some("RSA_2048")),
            ("Disabled", "HMAC_256", "GENERATE_VERIFY_MAC", Some("HMAC_256")),
            ("Enabled", "ECC_NIST_P256", "KEY_AGREEMENT", Some("ECC_NIST_P256")),
        ] {
            let finding = key(None).unusable(Some(&description(state, spec, usage)));
            assert_eq!(
                finding.and_then(|finding| finding.to).as_deref(),
                wanted,
                "{state} {spec}"
            );
        }
        assert_eq!(key(None).unusable(None).unwrap().to.as_deref(), Some("missing"));
    }

    #[test]
    fn what_is_missing_comes_with_the_statement_that_adds_it() {
        let deployer = "arn:aws:iam::111122223333:role/team/deploy";
        let policy = json!({"Statement": {
            "Effect": "Allow", "Principal": {"AWS": deployer}, "Action": "kms:CreateGrant", "Resource": "*",
        }});
        let findings = key(Some(deployer)).turned_away(&policy.to_string(), None);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(
            findings[0].message,
            "the policy of the key arn:aws:kms:us-west-2:111122223333:key/0c45 does not admit kms:Decrypt (for the function's role)"
        );
        let statement = r#"{"Sid":"CognitoCodes","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["kms:Decrypt"],"Resource":"*"}"#;
        assert!(findings[0].hints[0].ends_with(statement), "{findings:?}");
        // What is no policy admits nobody.
        let findings = key(None).turned_away("not JSON", None);
        assert_eq!(findings[0].code, Code::KeyClosed);
        assert!(
            findings[0].hints[0].contains(r#"["kms:CreateGrant","kms:Decrypt"]"#),
            "{findings:?}"
        );
    }
}
