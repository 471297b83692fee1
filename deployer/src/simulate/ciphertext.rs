//! A code to the encrypted message that an event carries: the AWS Encryption SDK's format as Cognito writes it.
//!
//! Suite 0x0378 (AES-256-GCM, HKDF with SHA-384, signed with ECDSA on P-384, no key commitment), one data key of
//! KMS, the pool's id and the verification key as encryption context, one frame.
//!
//! Source: the AWS Encryption SDK Specification, `data-format/` and `framework/algorithm-suites.md`.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsBigEndian as _, EcPublicKeyCompressedBin};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA384, Salt};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::Redacted;
use handler::decrypt::{DataKey, Suite};
use handler::event::PoolId;

/// The longest text: one frame. A temporary password has 256 characters at most.
const FRAME: u32 = 4096;

/// The length that the SDKs give every signature of P-384, by signing until it has it.
const SIGNATURE: usize = 103;

/// How often is signed; about every second signature has the length.
const SIGNINGS: usize = 64;

/// Why a text could not be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// The text does not fit one frame, or a name of the message not its field.
    #[error("encrypt the code: it is longer than {FRAME} bytes")]
    TooLong,
    /// The cryptographic library gave up.
    #[error("encrypt the code: the cryptographic library failed")]
    Cryptography,
}

impl From<Unspecified> for EncryptError {
    fn from(_: Unspecified) -> Self {
        Self::Cryptography
    }
}

/// A new data key of 256 bits, and the same one under a key: what KMS's `GenerateDataKey` answers.
#[derive(Clone, Debug)]
pub struct GeneratedKey {
    /// The data key.
    pub key: DataKey,
    /// The data key as the message carries it.
    pub wrapped: Vec<u8>,
}

/// One message to be: its signing key, and the context for which a data key is made.
#[derive(Debug)]
pub struct Encryption {
    signing: EcdsaKeyPair,
    context: BTreeMap<String, String>,
}

impl Encryption {
    /// Begins a message for a pool.
    pub fn for_pool(pool: &PoolId) -> Result<Self, EncryptError> {
        let signing = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING)?;
        let point: EcPublicKeyCompressedBin<'_> = signing.public_key().as_be_bytes()?;
        let context = BTreeMap::from([
            ("aws-crypto-public-key".to_owned(), STANDARD.encode(point.as_ref())),
            ("userpool-id".to_owned(), pool.as_str().to_owned()),
        ]);
        Ok(Self { signing, context })
    }

    /// Returns the encryption context that the data key has to be made with.
    pub const fn context(&self) -> &BTreeMap<String, String> {
        &self.context
    }

    /// Encrypts `text` by a data key under the key `key_arn`; returns the base64 text of `request.code`.
    pub fn seal(
        self,
        text: &Redacted<String>,
        key_arn: &str,
        data_key: &GeneratedKey,
    ) -> Result<Redacted<String>, EncryptError> {
        let mut message_id = [0; 16];
        fill(&mut message_id)?;
        let mut message = self.header(message_id, key_arn, &data_key.wrapped)?;
        let key = message_key(&data_key.key, message_id)?;

        let header_iv = [0; 12];
        let mut nothing = [];
        let tag = key.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(header_iv),
            Aad::from(&message),
            &mut nothing,
        )?;
        message.extend_from_slice(&header_iv);
        message.extend_from_slice(tag.as_ref());

        let number: u32 = 1;
        let mut body = text.expose().clone().into_bytes();
        let length = u32::try_from(body.len()).map_err(|_| EncryptError::TooLong)?;
        if length > FRAME {
            return Err(EncryptError::TooLong);
        }
        let mut iv = [0; 12];
        iv[8..].copy_from_slice(&number.to_be_bytes());
        let authenticated = [
            message_id.as_slice(),
            b"AWSKMSEncryptionClient Final Frame",
            &number.to_be_bytes(),
            &u64::from(length).to_be_bytes(),
        ]
        .concat();
        let tag =
            key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(authenticated), &mut body)?;
        message.extend_from_slice(&u32::MAX.to_be_bytes());
        message.extend_from_slice(&number.to_be_bytes());
        message.extend_from_slice(&iv);
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(&body);
        message.extend_from_slice(tag.as_ref());

        let signature = self.sign(&message)?;
        counted(&mut message, &signature)?;
        Ok(Redacted::new(STANDARD.encode(message)))
    }

    /// The header up to where its tag begins, which is all that the tag covers.
    fn header(&self, message_id: [u8; 16], key_arn: &str, wrapped: &[u8]) -> Result<Vec<u8>, EncryptError> {
        let mut pairs = count(self.context.len())?.to_vec();
        for (name, value) in &self.context {
            counted(&mut pairs, name.as_bytes())?;
            counted(&mut pairs, value.as_bytes())?;
        }
        // Format version 1, and the only type of message.
        let mut header = vec![0x01, 0x80];
        header.extend_from_slice(&Suite::Signed.id().to_be_bytes());
        header.extend_from_slice(&message_id);
        counted(&mut header, &pairs)?;
        header.extend_from_slice(&count(1)?);
        counted(&mut header, b"aws-kms")?;
        counted(&mut header, key_arn.as_bytes())?;
        counted(&mut header, wrapped)?;
        // Framed; four reserved bytes; an IV of 12 bytes.
        header.extend_from_slice(&[0x02, 0, 0, 0, 0, 12]);
        header.extend_from_slice(&FRAME.to_be_bytes());
        Ok(header)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EncryptError> {
        let random = SystemRandom::new();
        for _ in 0..SIGNINGS {
            let signature = self.signing.sign(&random, message)?;
            if signature.as_ref().len() == SIGNATURE {
                return Ok(signature.as_ref().to_vec());
            }
        }
        Err(EncryptError::Cryptography)
    }
}

/// Derives the message's key from the data key.
fn message_key(data_key: &DataKey, message_id: [u8; 16]) -> Result<LessSafeKey, EncryptError> {
    let info = [Suite::Signed.id().to_be_bytes().as_slice(), &message_id].concat();
    let derived = Salt::none(HKDF_SHA384).extract(data_key.expose());
    let key = derived.expand(&[&info], &AES_256_GCM).map(UnboundKey::from)?;
    Ok(LessSafeKey::new(key))
}

fn count(length: usize) -> Result<[u8; 2], EncryptError> {
    let length = u16::try_from(length).map_err(|_| EncryptError::TooLong)?;
    Ok(length.to_be_bytes())
}

/// Writes a field after its length.
fn counted(message: &mut Vec<u8>, field: &[u8]) -> Result<(), EncryptError> {
    message.extend_from_slice(&count(field.len())?);
    message.extend_from_slice(field);
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use handler::decrypt::{DecryptError, KeyArns, open};
    use proptest::prelude::*;

    use super::super::LocalKey;
    use super::*;

    fn pool(id: &str) -> PoolId {
        PoolId::new(id).unwrap()
    }

    fn sealed(text: &str, pool: &PoolId, key: &LocalKey) -> Redacted<String> {
        let encryption = Encryption::for_pool(pool).unwrap();
        let data_key = key.generate(encryption.context()).unwrap();
        encryption
            .seal(&Redacted::new(text.to_owned()), key.arn(), &data_key)
            .unwrap()
    }

    fn opened(code: &Redacted<String>, pool: &PoolId, key: &LocalKey) -> Result<String, DecryptError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let keys = KeyArns {
            current: key.arn().to_owned(),
            previous: None,
        };
        runtime
            .block_on(open(code.expose(), pool, &keys, key))
            .map(|text| text.expose().clone())
    }

    proptest! {
        #[test]
        fn the_handler_reads_what_is_written(text in "\\PC{1,300}", id in "[a-z]{2}-[a-z]{4}-[1-9]_[A-Za-z0-9]{9}") {
            let (pool, key) = (pool(&id), LocalKey::new("us-west-2").unwrap());
            prop_assert_eq!(opened(&sealed(&text, &pool, &key), &pool, &key), Ok(text));
        }
    }

    #[test]
    fn a_code_is_as_long_as_cognito_s() {
        let (pool, key) = (pool("us-west-2_AbCdEf123"), LocalKey::new("us-west-2").unwrap());
        let code = sealed("123456", &pool, &key);
        assert!(code.expose().starts_with("AYADe"), "{}", code.expose());
        let message = STANDARD.decode(code.expose()).unwrap();
        let signature = message.len() - SIGNATURE - 2;
        assert_eq!(message.get(signature..signature + 2), Some([0, 103].as_slice()));
        assert_eq!(format!("{code:?}"), "***");
    }

    #[test]
    fn no_two_messages_share_a_byte_that_matters() {
        let (pool, key) = (pool("us-west-2_AbCdEf123"), LocalKey::new("us-west-2").unwrap());
        let (one, other) = (sealed("123456", &pool, &key), sealed("123456", &pool, &key));
        assert_ne!(one, other);
    }

    #[test]
    fn another_pool_or_key_cannot_read_it() {
        let (here, there) = (pool("us-west-2_AbCdEf123"), pool("us-west-2_AbCdEf124"));
        let (key, other) = (LocalKey::new("us-west-2").unwrap(), LocalKey::new("us-west-2").unwrap());
        let code = sealed("123456", &here, &key);
        assert_eq!(opened(&code, &there, &key), Err(DecryptError::OtherPool));
        // The same ARN and another key behind it.
        let error = opened(&code, &here, &other).unwrap_err();
        assert_eq!(error.code(), "decrypt-kms-refused");
    }

    #[test]
    fn what_does_not_fit_one_frame_is_refused() {
        let (pool, key) = (pool("us-west-2_AbCdEf123"), LocalKey::new("us-west-2").unwrap());
        for (length, fits) in [(4096, true), (4097, false)] {
            let encryption = Encryption::for_pool(&pool).unwrap();
            let data_key = key.generate(encryption.context()).unwrap();
            let sealed = encryption.seal(&Redacted::new("x".repeat(length)), key.arn(), &data_key);
            assert_eq!(sealed.is_ok(), fits, "{length}");
        }
    }
}
