//! The body of a message: frames, each with a tag of its own, and the signature after them.

use super::DecryptError;
use super::header::Header;
use super::reader::Reader;
use super::suite::{MessageKey, TAG};

/// What the last frame begins with, instead of its number.
const LAST: u32 = u32::MAX;

/// The most frames that a message may have; a code fits one.
const MOST_FRAMES: u32 = 64;

/// A frame, not authentic yet.
pub(super) struct Frame<'a> {
    number: u32,
    last: bool,
    iv: [u8; 12],
    ciphertext: &'a [u8],
    tag: [u8; TAG],
}

/// Reads the frames up to the last one.
pub(super) fn read_frames<'a>(message: &mut Reader<'a>, frame_length: u32) -> Result<Vec<Frame<'a>>, DecryptError> {
    let mut frames = Vec::new();
    for expected in 1..=MOST_FRAMES {
        let first = message.u32()?;
        let last = first == LAST;
        let number = if last { message.u32()? } else { first };
        if number != expected {
            return Err(DecryptError::Frames);
        }
        let iv = message.array()?;
        let length = if last { message.u32()? } else { frame_length };
        if length > frame_length {
            return Err(DecryptError::Frames);
        }
        let ciphertext = message.take(length.try_into().map_err(|_| DecryptError::Frames)?)?;
        let tag = message.array()?;
        frames.push(Frame {
            number,
            last,
            iv,
            ciphertext,
            tag,
        });
        if last {
            return Ok(frames);
        }
    }
    Err(DecryptError::Frames)
}

/// Decrypts every frame; the caller still has the signature to check.
pub(super) fn open_frames(
    key: &MessageKey,
    header: &Header<'_>,
    frames: &[Frame<'_>],
) -> Result<Vec<u8>, DecryptError> {
    let mut plaintext = Vec::new();
    for frame in frames {
        let kind: &[u8] = if frame.last {
            b"AWSKMSEncryptionClient Final Frame"
        } else {
            b"AWSKMSEncryptionClient Frame"
        };
        let length = u64::try_from(frame.ciphertext.len()).map_err(|_| DecryptError::Frames)?;
        let aad = [
            header.message_id,
            kind,
            &frame.number.to_be_bytes(),
            &length.to_be_bytes(),
        ]
        .concat();
        let mut sealed = [frame.ciphertext, &frame.tag].concat();
        plaintext.extend_from_slice(key.open(frame.iv, &aad, &mut sealed).ok_or(DecryptError::FrameTag)?);
    }
    Ok(plaintext)
}
