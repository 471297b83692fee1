//! The two accepted algorithm suites: how a data key becomes the message's key.
//!
//! Both encrypt with AES-256-GCM (96-bit IV, 128-bit tag) and sign with ECDSA on P-384 with SHA-384.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hkdf::{HKDF_SHA384, HKDF_SHA512, KeyType, Salt};

use super::{DataKey, DecryptError};

/// An accepted algorithm suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// 0x0378, what Cognito sends: HKDF with SHA-384, signed, no commitment; format version 1.
    Signed,
    /// 0x0578: HKDF with SHA-512, signed, with key commitment; format version 2.
    SignedAndCommitted,
}

/// The length of an authentication tag.
pub(super) const TAG: usize = 16;

/// The length of the value that commits to the data key.
pub(super) const COMMITMENT: usize = 32;

impl Suite {
    /// Returns the suite's id.
    pub const fn id(self) -> u16 {
        match self {
            Self::Signed => 0x0378,
            Self::SignedAndCommitted => 0x0578,
        }
    }

    /// Returns the accepted suite that has this id.
    pub fn from_id(id: u16) -> Option<Self> {
        [Self::Signed, Self::SignedAndCommitted]
            .into_iter()
            .find(|suite| suite.id() == id)
    }

    /// Derives the message's key, and checks what the message commits to.
    pub(super) fn derive(
        self,
        data_key: &DataKey,
        message_id: &[u8],
        commitment: Option<&[u8; COMMITMENT]>,
    ) -> Result<MessageKey, DecryptError> {
        let id = self.id().to_be_bytes();
        let key = match (self, commitment) {
            (Self::Signed, None) => {
                let derived = Salt::none(HKDF_SHA384).extract(data_key.expose());
                derived.expand(&[&id, message_id], &AES_256_GCM).map(UnboundKey::from)
            }
            (Self::SignedAndCommitted, Some(commitment)) => {
                let derived = Salt::new(HKDF_SHA512, message_id).extract(data_key.expose());
                let mut expected = [0; COMMITMENT];
                derived
                    .expand(&[b"COMMITKEY"], CommitmentLength)
                    .and_then(|okm| okm.fill(&mut expected))
                    .and_then(|()| verify_slices_are_equal(&expected, commitment))
                    .map_err(|_| DecryptError::Commitment)?;
                derived.expand(&[&id, b"DERIVEKEY"], &AES_256_GCM).map(UnboundKey::from)
            }
            (Self::Signed, Some(_)) | (Self::SignedAndCommitted, None) => return Err(DecryptError::Commitment),
        };
        key.map(|key| MessageKey(LessSafeKey::new(key)))
            .map_err(|_| DecryptError::HeaderTag)
    }
}

struct CommitmentLength;

impl KeyType for CommitmentLength {
    fn len(&self) -> usize {
        COMMITMENT
    }
}

/// The key of one message's header and frames.
pub(super) struct MessageKey(LessSafeKey);

impl MessageKey {
    /// Decrypts `sealed`, a ciphertext with its tag at the end, in place.
    pub(super) fn open<'a>(&self, iv: [u8; 12], aad: &[u8], sealed: &'a mut [u8]) -> Option<&'a [u8]> {
        let nonce = Nonce::assume_unique_for_key(iv);
        self.0
            .open_in_place(nonce, Aad::from(aad), sealed)
            .ok()
            .map(|plaintext| &*plaintext)
    }
}
