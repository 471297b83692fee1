//! What a message is for: the part of `triggerSource` after the last underscore.

use serde::{Deserialize, Serialize};

/// The purpose of a message, as `triggerSource` spells it.
///
/// Source: "Custom sender Lambda triggers", Amazon Cognito Developer Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// The code that confirms a new account.
    SignUp,
    /// A replacement for the sign-up code.
    ResendCode,
    /// The code that resets a password.
    ForgotPassword,
    /// The code that verifies a changed e-mail address or phone number.
    UpdateUserAttribute,
    /// The code that verifies an attribute on request.
    VerifyUserAttribute,
    /// An invitation with a temporary password.
    AdminCreateUser,
    /// An MFA code or a one-time password.
    Authentication,
    /// Threat protection's notice to a user; it has no code.
    AccountTakeOverNotification,
}

impl Purpose {
    /// Every purpose, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::SignUp,
        Self::ResendCode,
        Self::ForgotPassword,
        Self::UpdateUserAttribute,
        Self::VerifyUserAttribute,
        Self::AdminCreateUser,
        Self::Authentication,
        Self::AccountTakeOverNotification,
    ];

    /// Returns the purpose's name as `triggerSource` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "SignUp",
            Self::ResendCode => "ResendCode",
            Self::ForgotPassword => "ForgotPassword",
            Self::UpdateUserAttribute => "UpdateUserAttribute",
            Self::VerifyUserAttribute => "VerifyUserAttribute",
            Self::AdminCreateUser => "AdminCreateUser",
            Self::Authentication => "Authentication",
            Self::AccountTakeOverNotification => "AccountTakeOverNotification",
        }
    }

    /// Whether a message of this purpose is about a code or a password.
    pub const fn has_code(self) -> bool {
        !matches!(self, Self::AccountTakeOverNotification)
    }

    /// Returns the purpose that `name` spells, letter by letter.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}
