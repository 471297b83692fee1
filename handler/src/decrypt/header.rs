//! The header of a message: suite, encryption context, data keys, and the tag that covers them.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::suite::{COMMITMENT, TAG};
use super::{DecryptError, Suite};

/// The only type of message: customer authenticated encrypted data.
const MESSAGE_TYPE: u8 = 0x80;

/// The content type of a framed body.
const FRAMED: u8 = 2;

/// The content type of a body in one piece.
const NOT_FRAMED: u8 = 1;

/// The length of an IV.
const IV: u8 = 12;

/// The most pairs that a context may have; Cognito's has two.
const MOST_PAIRS: u16 = 16;

/// The most data keys that a message may have; Cognito's has one.
const MOST_DATA_KEYS: u16 = 16;

/// A parsed header, nothing of it authentic yet.
pub(super) struct Header<'a> {
    pub(super) suite: Suite,
    pub(super) message_id: &'a [u8],
    pub(super) context: BTreeMap<String, String>,
    pub(super) data_keys: Vec<EncryptedDataKey<'a>>,
    pub(super) frame_length: u32,
    pub(super) commitment: Option<[u8; COMMITMENT]>,
    /// The serialized fields above, which the tag covers.
    pub(super) authenticated: &'a [u8],
    pub(super) iv: [u8; IV as usize],
    pub(super) tag: [u8; TAG],
}

/// A data key under some provider's key.
pub(super) struct EncryptedDataKey<'a> {
    pub(super) provider_id: &'a [u8],
    pub(super) provider_info: &'a [u8],
    pub(super) ciphertext: &'a [u8],
}

impl<'a> Header<'a> {
    pub(super) fn read(message: &mut Reader<'a>) -> Result<Self, DecryptError> {
        let suite_of_version = match message.u8()? {
            1 if message.u8()? == MESSAGE_TYPE => Suite::Signed,
            2 => Suite::SignedAndCommitted,
            _ => return Err(DecryptError::UnknownFormat),
        };
        let id = message.u16()?;
        let suite = Suite::from_id(id).ok_or(DecryptError::Suite(id))?;
        if suite != suite_of_version {
            return Err(DecryptError::SuiteOfOtherFormat);
        }
        let message_id = message.take(match suite {
            Suite::Signed => 16,
            Suite::SignedAndCommitted => 32,
        })?;
        let context = read_context(message.counted()?)?;
        let data_keys = read_data_keys(message)?;
        match message.u8()? {
            FRAMED => {}
            NOT_FRAMED => return Err(DecryptError::NotFramed),
            _ => return Err(DecryptError::Header("content type")),
        }
        if suite == Suite::Signed {
            if message.array()? != [0; 4] {
                return Err(DecryptError::Header("reserved"));
            }
            if message.u8()? != IV {
                return Err(DecryptError::Header("IV length"));
            }
        }
        let frame_length = message.u32()?;
        if frame_length == 0 {
            return Err(DecryptError::Header("frame length"));
        }
        let commitment = match suite {
            Suite::Signed => None,
            Suite::SignedAndCommitted => Some(message.array()?),
        };
        let authenticated = message.taken();
        let iv = match suite {
            Suite::Signed => message.array()?,
            Suite::SignedAndCommitted => [0; IV as usize],
        };
        let tag = message.array()?;
        Ok(Self {
            suite,
            message_id,
            context,
            data_keys,
            frame_length,
            commitment,
            authenticated,
            iv,
            tag,
        })
    }
}

/// Reads the pairs, which the format wants in ascending order; so no key can stand there twice.
fn read_context(pairs: &[u8]) -> Result<BTreeMap<String, String>, DecryptError> {
    const WRONG: DecryptError = DecryptError::Header("encryption context");
    let mut context = BTreeMap::new();
    if pairs.is_empty() {
        return Ok(context);
    }
    let mut pairs = Reader::new(pairs);
    let count = pairs.u16().map_err(|_| WRONG)?;
    if !(1..=MOST_PAIRS).contains(&count) {
        return Err(WRONG);
    }
    for _ in 0..count {
        let key = pairs.counted().ok().and_then(text).ok_or(WRONG)?;
        let value = pairs.counted().ok().and_then(text).ok_or(WRONG)?;
        if context
            .last_key_value()
            .is_some_and(|(last, _): (&String, _)| *last >= key)
        {
            return Err(WRONG);
        }
        context.insert(key, value);
    }
    if pairs.is_empty() { Ok(context) } else { Err(WRONG) }
}

fn read_data_keys<'a>(message: &mut Reader<'a>) -> Result<Vec<EncryptedDataKey<'a>>, DecryptError> {
    let count = message.u16()?;
    if !(1..=MOST_DATA_KEYS).contains(&count) {
        return Err(DecryptError::Header("encrypted data keys"));
    }
    (0..count)
        .map(|_| {
            Ok(EncryptedDataKey {
                provider_id: message.counted()?,
                provider_info: message.counted()?,
                ciphertext: message.counted()?,
            })
        })
        .collect()
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}
