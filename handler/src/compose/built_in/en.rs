//! English.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "Do not share this code with anyone. If you did not ask for it, you can ignore this e-mail.";

pub(super) const TEXTS: Texts = Texts {
    locale: "en",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} is your code to confirm your account. Do not share it with anyone.",
        reset_password: "{code} is your code to reset your password. Do not share it with anyone.",
        verify_phone_number: "{code} is your code to verify this phone number. Do not share it with anyone.",
        invitation: "Your user name is {user_name} and your temporary password is {code}",
        sign_in: "{code} is your code to sign in. Do not share it with anyone.",
        notice: "We noticed an unusual sign-in to your account. If it was not you, change your password now.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Confirm your account",
            lead: "Enter this code to confirm your account:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Reset your password",
            lead: "Enter this code to reset your password:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Verify your e-mail address",
            lead: "Enter this code to verify your e-mail address:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Your new account",
            lead: "An account was created for you. Sign in with:",
            note: "You will be asked to choose a password of your own.",
        },
        sign_in: Mail {
            subject: "Your sign-in code",
            lead: "Enter this code to sign in:",
            note: "Do not share this code with anyone. If you are not signing in, change your password.",
        },
        notice: Mail {
            subject: "Unusual sign-in to your account",
            lead: "We noticed an unusual sign-in to your account:",
            note: "If it was not you, change your password now.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "User name",
            temporary_password: "Temporary password",
            time: "Time",
            ip_address: "IP address",
            city: "City",
            country: "Country",
            device: "Device",
            it_was_me: "It was me",
            it_was_not_me: "It was not me",
        },
    },
};
