//! How long a message is worth delivering.

use std::time::Duration;

use crate::event::Purpose;

/// Returns for how long a provider may still try to hand the message over to the phone.
///
/// A code that arrives after its end only confuses. A sign-in's code lasts 3 to 15 minutes
/// (`AuthSessionValidity`), one that resets a password an hour, all others a day or more; four hours
/// are the most that every provider takes.
pub const fn lifetime(purpose: Purpose) -> Duration {
    let minutes = match purpose {
        Purpose::Authentication => 15,
        Purpose::ForgotPassword => 60,
        Purpose::SignUp
        | Purpose::ResendCode
        | Purpose::UpdateUserAttribute
        | Purpose::VerifyUserAttribute
        | Purpose::AdminCreateUser
        | Purpose::AccountTakeOverNotification => 240,
    };
    Duration::from_secs(minutes * 60)
}
