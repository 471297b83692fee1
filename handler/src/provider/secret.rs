//! The keys of providers outside AWS: a secret that is named by ARN, and read when it is first needed.
//!
//! A secret is one JSON object of texts in Secrets Manager or in Parameter Store. It stays in memory
//! for the container's life and is read again when a provider refuses it, since by then it may have
//! been rotated.

use super::arn::{Arn, dns_suffix};
use super::{Condition, Form, Problem, Right, Setting, To};

/// The setting that names the secret.
pub(super) const SECRET: Setting = Setting {
    key: "secret",
    about: "The secret with the provider's keys, one JSON object, in Secrets Manager or Parameter Store",
    example: "arn:aws:secretsmanager:us-west-2:111122223333:secret:acme-AbCdEf",
    required: true,
    form: Form::Arn(&["secretsmanager", "ssm"]),
};

/// The setting that names the key under which the secret is encrypted.
pub(super) const SECRET_KEY: Setting = Setting {
    key: "secret_key",
    about: "The KMS key that encrypts the secret, where it is one of your own",
    example: "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-1111-1111-111111111111",
    required: false,
    form: Form::Arn(&["kms"]),
};

/// Says what is wrong with an ARN that is of the right form: IAM matches whole ARNs, to their last character.
pub(super) fn problem(arn: &str) -> Option<Problem> {
    let secret = Arn::parse(arn).filter(|arn| arn.service == "secretsmanager")?;
    let random = secret.resource.rsplit('-').next().unwrap_or_default();
    let whole =
        secret.resource.contains('-') && random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!whole).then(|| Problem {
        key: Some(SECRET.key),
        message: "`secret` wants the secret's whole ARN, which ends in a hyphen and six letters or digits".to_owned(),
        hint: "copy the ARN that `aws secretsmanager describe-secret` prints".to_owned(),
    })
}

/// Returns the rights to read the secret `arn`, and to decrypt by `key` what encrypts it.
///
/// A secret under AWS's own key (`aws/secretsmanager`, `aws/ssm`) needs no right to a key. The right
/// to a key of yours is for this secret alone, and only when its service asks for it.
pub fn secret_rights(arn: &str, key: Option<&str>) -> Vec<Right> {
    let Some(secret) = Arn::parse(arn) else {
        return Vec::new();
    };
    let (sid, actions, context): (_, &'static [_], _) = match secret.service {
        "ssm" => (
            "ReadParametersOfProviders",
            &["ssm:GetParameter"],
            "kms:EncryptionContext:PARAMETER_ARN",
        ),
        _ => (
            "ReadSecretsOfProviders",
            &["secretsmanager:GetSecretValue"],
            "kms:EncryptionContext:SecretARN",
        ),
    };
    let read = Right {
        sid,
        actions,
        to: To::Resources(vec![arn.to_owned()]),
        region: None,
        conditions: Vec::new(),
    };
    let equals = |key: &'static str, value: String| Condition {
        operator: "StringEquals",
        key,
        values: vec![value],
    };
    let decrypt = key.map(|key| Right {
        sid: "DecryptSecretsOfProviders",
        actions: &["kms:Decrypt"],
        to: To::Resources(vec![key.to_owned()]),
        region: None,
        conditions: vec![
            equals(
                "kms:ViaService",
                format!("{}.{}.{}", secret.service, secret.region, dns_suffix(secret.region)),
            ),
            equals(context, arn.to_owned()),
        ],
    });
    [read].into_iter().chain(decrypt).collect()
}

#[cfg(feature = "lambda")]
pub use reading::{Keys, Secret, Secrets};

#[cfg(feature = "lambda")]
mod reading {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex, PoisonError};

    use serde_json::{Value, json};

    use crate::Redacted;
    use crate::provider::arn::Arn;
    use crate::provider::aws::{Aws, Fault, Service};
    use crate::provider::{BuildError, Services};
    use crate::send::{ProviderError, Retry};

    /// The members of a secret; they are never printed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Keys(BTreeMap<String, Redacted<String>>);

    impl Keys {
        /// Reads the texts of a JSON object; nothing when it is none.
        fn parse(text: &str) -> Option<Self> {
            let members: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
            let texts = members.into_iter().filter_map(|(name, value)| match value {
                Value::String(value) => Some((name, Redacted::new(value))),
                _ => None,
            });
            Some(Self(texts.collect()))
        }

        /// Returns a member that may be missing.
        pub fn get(&self, name: &str) -> Option<&str> {
            self.0.get(name).map(|value| value.expose().as_str())
        }

        /// Returns a member without which nothing can be sent.
        pub fn required(&self, name: &str) -> Result<&str, ProviderError> {
            self.get(name)
                .ok_or_else(|| ProviderError::new(Retry::Elsewhere, "secret-lacks-a-member"))
        }
    }

    /// The secrets that were read, by ARN; clones share them.
    #[derive(Clone, Debug, Default)]
    pub struct Secrets(Arc<Mutex<BTreeMap<String, Arc<Keys>>>>);

    impl Secrets {
        fn get(&self, arn: &str) -> Option<Arc<Keys>> {
            let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            read.get(arn).map(Arc::clone)
        }

        fn put(&self, arn: &str, keys: &Arc<Keys>) {
            let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            read.insert(arn.to_owned(), Arc::clone(keys));
        }
    }

    /// One provider's secret.
    pub struct Secret {
        arn: String,
        aws: Aws,
        parameter: bool,
        secrets: Secrets,
    }

    impl Secret {
        /// Names the secret `arn`, without a call; it is read in its own Region.
        pub fn new(services: &Services, arn: &str) -> Result<Self, BuildError> {
            let parsed = Arn::parse(arn).ok_or(BuildError)?;
            let (service, parameter) = match parsed.service {
                "secretsmanager" => (Service::SECRETS_MANAGER, false),
                "ssm" => (Service::SSM, true),
                _ => return Err(BuildError),
            };
            Ok(Self {
                arn: arn.to_owned(),
                aws: Aws::new(services, service, Some(parsed.region))?,
                parameter,
                secrets: services.secrets.clone(),
            })
        }

        /// Returns the keys; they are read if nobody did before.
        pub async fn keys(&self) -> Result<Arc<Keys>, ProviderError> {
            match self.secrets.get(&self.arn) {
                Some(keys) => Ok(keys),
                None => self.read().await,
            }
        }

        /// Reads the keys again after a provider refused `old`; nothing when they are still the same, or cannot be read.
        pub async fn renewed(&self, old: &Keys) -> Option<Arc<Keys>> {
            self.read().await.ok().filter(|keys| **keys != *old)
        }

        /// Posts with the keys, and once more where the answer says that they are `refused` and the secret holds others
        /// by now; what is returned is the last answer.
        ///
        /// Keys that were rotated after they were read cost one request more, and no message.
        pub async fn with_keys<A, F: Future<Output = Result<A, ProviderError>>>(
            &self,
            post: impl Fn(Arc<Keys>) -> F,
            refused: impl Fn(&A) -> bool,
        ) -> Result<A, ProviderError> {
            let keys = self.keys().await?;
            let answer = post(Arc::clone(&keys)).await?;
            if refused(&answer)
                && let Some(keys) = self.renewed(&keys).await
            {
                return post(keys).await;
            }
            Ok(answer)
        }

        async fn read(&self) -> Result<Arc<Keys>, ProviderError> {
            let (target, body, pointer) = if self.parameter {
                let body = json!({"Name": self.arn, "WithDecryption": true});
                ("AmazonSSM.GetParameter", body, "/Parameter/Value")
            } else {
                let body = json!({"SecretId": self.arn});
                ("secretsmanager.GetSecretValue", body, "/SecretString")
            };
            let unread = |retry, name: &str| ProviderError::new(retry, &format!("secret-{name}"));
            let answer = self.aws.json(target, &body).await.map_err(|error| {
                let error = ProviderError::from(error);
                unread(error.retry, error.name.as_str())
            })?;
            let body = answer.json();
            if !answer.is_success() {
                let fault = Fault::of_json(&answer, &body);
                return Err(unread(fault.retry(), &fault.code));
            }
            let value = body.pointer(pointer).and_then(Value::as_str);
            let keys = value.and_then(Keys::parse);
            let keys = Arc::new(keys.ok_or_else(|| unread(Retry::Elsewhere, "is-no-object"))?);
            self.secrets.put(&self.arn, &keys);
            Ok(keys)
        }
    }

    #[cfg(test)]
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
    mod tests {
        use super::*;

        #[test]
        fn keys_are_the_texts_of_an_object_and_are_not_printed() {
            let keys = Keys::parse(r#"{"auth_token": "hush", "number": 1}"#).unwrap();
            assert_eq!((keys.get("auth_token"), keys.get("number")), (Some("hush"), None));
            assert!(!format!("{keys:?}").contains("hush"), "{keys:?}");
            assert_eq!(keys.required("x").unwrap_err().retry, Retry::Elsewhere);
            for wrong in ["hush", "[]", "\"hush\"", "{\"a\": "] {
                assert_eq!(Keys::parse(wrong), None, "{wrong}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_gives_the_right_to_itself_and_to_its_key() {
        let parameter = "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/acme/twilio";
        let rights = secret_rights(parameter, Some("arn:aws-cn:kms:cn-north-1:111122223333:key/k"));
        let told: Vec<_> = rights
            .iter()
            .map(|right| (right.sid, right.actions, right.to.clone()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "ReadParametersOfProviders",
                    &["ssm:GetParameter"][..],
                    To::Resources(vec![parameter.to_owned()])
                ),
                (
                    "DecryptSecretsOfProviders",
                    &["kms:Decrypt"][..],
                    To::Resources(vec!["arn:aws-cn:kms:cn-north-1:111122223333:key/k".to_owned()])
                ),
            ]
        );
        let conditions: Vec<_> = rights
            .iter()
            .flat_map(|right| &right.conditions)
            .map(|condition| (condition.key, condition.values.concat()))
            .collect();
        assert_eq!(
            conditions,
            [
                ("kms:ViaService", "ssm.cn-north-1.amazonaws.com.cn".to_owned()),
                ("kms:EncryptionContext:PARAMETER_ARN", parameter.to_owned()),
            ]
        );
        let secret = secret_rights("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf", None);
        assert_eq!(secret.len(), 1);
    }

    #[test]
    fn an_arn_without_its_end_is_a_problem() {
        let problems = |name: &str| {
            let arn = format!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}");
            problem(&arn).is_some()
        };
        assert!(!problems("acme/twilio-AbCdE1"));
        assert!(problems("acme/twilio") && problems("twilio") && problems("acme-??????"));
        assert_eq!(problem("arn:aws:ssm:eu-west-1:111122223333:parameter/acme"), None);
    }
}
