//! A cursor over bytes that are not trusted yet.

use super::DecryptError;

/// Takes fields from the front of a message; a field that is not all there is [`DecryptError::CutOff`].
pub(super) struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            whole: bytes,
            rest: bytes,
        }
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], DecryptError> {
        let (field, rest) = self.rest.split_at_checked(length).ok_or(DecryptError::CutOff)?;
        self.rest = rest;
        Ok(field)
    }

    pub(super) fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], DecryptError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(DecryptError::CutOff)?;
        self.rest = rest;
        Ok(*field)
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecryptError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecryptError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecryptError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Takes a field that its own length in two bytes precedes.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], DecryptError> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// Returns everything that was taken so far.
    pub(super) fn taken(&self) -> &'a [u8] {
        self.whole.get(..self.whole.len() - self.rest.len()).unwrap_or_default()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}
