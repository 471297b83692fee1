//! A whole message, in the order that keeps what is not verified from being used.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::body::{open_frames, read_frames};
use super::header::Header;
use super::reader::Reader;
use super::{DataKeys, DecryptError, KeyArns, WrappedKey};
use crate::Redacted;
use crate::event::PoolId;

/// The longest base64 text that is read; a code makes about 600 characters.
const LONGEST: usize = 16 * 1024;

/// The provider id of data keys that KMS encrypted.
const PROVIDER: &[u8] = b"aws-kms";

/// The reserved pair of the context that holds the verification key.
const VERIFICATION_KEY: &str = "aws-crypto-public-key";

/// The pair of the context with which Cognito binds a code to its pool.
const POOL: &str = "userpool-id";

/// The length of a compressed point of P-384.
const COMPRESSED_POINT: usize = 49;

/// Decrypts `code`, the base64 text of an event, for `pool`.
///
/// The message is read to its end before anything is asked of KMS. The commitment, the header's tag,
/// the tag of every frame and the signature over all of it are verified before the text is returned.
pub async fn open(
    code: &str,
    pool: &PoolId,
    keys: &KeyArns,
    data_keys: &impl DataKeys,
) -> Result<Redacted<String>, DecryptError> {
    if code.len() > LONGEST {
        return Err(DecryptError::TooLarge);
    }
    let message = STANDARD.decode(code).map_err(|_| DecryptError::NotBase64)?;
    open_bytes(&message, pool, keys, data_keys).await
}

pub(super) async fn open_bytes(
    bytes: &[u8],
    pool: &PoolId,
    keys: &KeyArns,
    data_keys: &impl DataKeys,
) -> Result<Redacted<String>, DecryptError> {
    let mut message = Reader::new(bytes);
    let header = Header::read(&mut message)?;
    let frames = read_frames(&mut message, header.frame_length)?;
    let signed = message.taken();
    let signature = message.counted()?;
    if !message.is_empty() {
        return Err(DecryptError::TrailingBytes);
    }
    let verification_key = verification_key(&header)?;
    if header.context.get(POOL).ok_or(DecryptError::NoPool)? != pool.as_str() {
        return Err(DecryptError::OtherPool);
    }

    let data_key = data_keys.decrypt(wrapped_key(&header, keys)?).await?;
    let key = header
        .suite
        .derive(&data_key, header.message_id, header.commitment.as_ref())?;
    let mut tag = header.tag;
    key.open(header.iv, header.authenticated, &mut tag)
        .ok_or(DecryptError::HeaderTag)?;
    let plaintext = open_frames(&key, &header, &frames)?;
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, verification_key)
        .verify(signed, signature)
        .map_err(|_| DecryptError::Signature)?;
    if plaintext.is_empty() {
        return Err(DecryptError::Empty);
    }
    String::from_utf8(plaintext)
        .map(Redacted::new)
        .map_err(|_| DecryptError::NotText)
}

fn verification_key(header: &Header<'_>) -> Result<[u8; COMPRESSED_POINT], DecryptError> {
    let point = header
        .context
        .get(VERIFICATION_KEY)
        .and_then(|key| STANDARD.decode(key).ok());
    let point: Option<[u8; COMPRESSED_POINT]> = point.and_then(|point| point.try_into().ok());
    point.ok_or(DecryptError::VerificationKey)
}

/// Finds the one data key that is under a key of the stack.
fn wrapped_key<'a>(header: &'a Header<'_>, keys: &'a KeyArns) -> Result<WrappedKey<'a>, DecryptError> {
    let mut known = header
        .data_keys
        .iter()
        .filter(|key| key.provider_id == PROVIDER)
        .filter_map(|key| {
            let key_arn = keys.find(key.provider_info)?;
            Some(WrappedKey {
                key_arn,
                ciphertext: key.ciphertext,
                context: &header.context,
            })
        });
    let first = known.next().ok_or(DecryptError::NoKnownKey)?;
    if known.next().is_some() {
        Err(DecryptError::SeveralKnownKeys)
    } else {
        Ok(first)
    }
}
