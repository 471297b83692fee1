//! Decrypts codes with AWS's own crate, `aws-esdk`, in the place of the handler's reader.
//!
//! It accepts what that crate accepts: messages that are not signed or not framed too, and any suite. What binds a
//! code to its pool and to the stack's keys is the same. It starts a thread, a runtime and a connection for every
//! call to KMS on a runtime of one thread, which is what the handler's binary has; and it is twice the size.

use std::collections::HashMap;

use aws_esdk::material_providers::client::Client as MaterialProviders;
use aws_esdk::material_providers::types::EsdkCommitmentPolicy;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use aws_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_esdk::{AwsEncryptionSdkConfig, Client};
use aws_sdk_kms::primitives::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::Redacted;
use handler::decrypt::{DecryptError, Decryptor, KeyArns};
use handler::event::PoolId;

/// The pair of the context with which Cognito binds a code to its pool.
const POOL: &str = "userpool-id";

/// The crate's client, and a keyring of the stack's keys.
pub struct AwsEsdk {
    client: Client,
    keyring: KeyringRef,
}

impl AwsEsdk {
    /// Accepts codes under `keys`, whose data keys `kms` decrypts.
    ///
    /// # Errors
    /// The crate's own, when it takes no such keys.
    pub async fn new(keys: &KeyArns, kms: aws_sdk_kms::Client) -> Result<Self, Box<dyn std::error::Error>> {
        let providers = MaterialProviders::from_conf(MaterialProvidersConfig::builder().build()?)?;
        let mut keyrings = Vec::new();
        for arn in std::iter::once(&keys.current).chain(&keys.previous) {
            let keyring = providers
                .create_aws_kms_keyring()
                .kms_key_id(arn)
                .kms_client(kms.clone());
            keyrings.push(keyring.send().await?);
        }
        let first = keyrings.remove(0);
        let keyring = providers
            .create_multi_keyring()
            .generator(first)
            .child_keyrings(keyrings);
        // Cognito's messages do not commit to their key.
        let config =
            AwsEncryptionSdkConfig::builder().commitment_policy(EsdkCommitmentPolicy::RequireEncryptAllowDecrypt);
        Ok(Self {
            client: Client::from_conf(config.build()?)?,
            keyring: keyring.send().await?,
        })
    }
}

impl Decryptor for AwsEsdk {
    async fn decrypt(&self, code: &str, pool: &PoolId) -> Result<Redacted<String>, DecryptError> {
        let message = STANDARD.decode(code).map_err(|_| DecryptError::NotBase64)?;
        let answer = self
            .client
            .decrypt()
            .ciphertext(Blob::new(message))
            .keyring(self.keyring.clone())
            .encryption_context(HashMap::from([(POOL.to_owned(), pool.as_str().to_owned())]))
            .send()
            .await
            .map_err(|_| DecryptError::Refused)?;
        // The crate compares a pair that the message has, and lets pass one that it lacks.
        let context = answer.encryption_context.unwrap_or_default();
        if context.get(POOL).ok_or(DecryptError::NoPool)? != pool.as_str() {
            return Err(DecryptError::OtherPool);
        }
        let plaintext = answer.plaintext.unwrap_or_else(|| Blob::new([])).into_inner();
        if plaintext.is_empty() {
            return Err(DecryptError::Empty);
        }
        let text = String::from_utf8(plaintext).map_err(|_| DecryptError::NotText)?;
        Ok(Redacted::new(text))
    }
}
