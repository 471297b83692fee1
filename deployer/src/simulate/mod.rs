//! What Cognito does and no emulator does: codes encrypted as it encrypts them, and events as it writes them.
//!
//! `ciphertext` and `local_key` encrypt, `event` writes, `preview` asks the handler's library what would be
//! sent. Nothing here sends, calls, or is part of the handler's binary: that one decrypts only.

mod ciphertext;
mod event;
mod local_key;
mod preview;

pub use ciphertext::{EncryptError, Encryption, GeneratedKey};
pub use event::{Recipient, Simulated, Trigger, as_encrypted, made_up, made_up_code};
pub use local_key::LocalKey;
pub use preview::{Content, Hop, Preview, Stop, preview};
