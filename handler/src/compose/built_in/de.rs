//! German.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str =
    "Geben Sie diesen Code nicht weiter. Wenn Sie ihn nicht angefordert haben, können Sie diese E-Mail ignorieren.";

pub(super) const TEXTS: Texts = Texts {
    locale: "de",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} ist Ihr Code zur Bestätigung Ihres Kontos. Geben Sie ihn nicht weiter.",
        reset_password: "{code} ist Ihr Code zum Ändern Ihres Passworts. Geben Sie ihn nicht weiter.",
        verify_phone_number: "{code} ist Ihr Code zur Bestätigung dieser Telefonnummer. Geben Sie ihn nicht weiter.",
        invitation: "Ihr Benutzername ist {user_name} und Ihr vorläufiges Passwort ist {code}",
        sign_in: "{code} ist Ihr Anmeldecode. Geben Sie ihn nicht weiter.",
        notice: "Ungewöhnliche Anmeldung bei Ihrem Konto. Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Bestätigen Sie Ihr Konto",
            lead: "Geben Sie diesen Code ein, um Ihr Konto zu bestätigen:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Ändern Sie Ihr Passwort",
            lead: "Geben Sie diesen Code ein, um Ihr Passwort zu ändern:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Bestätigen Sie Ihre E-Mail-Adresse",
            lead: "Geben Sie diesen Code ein, um Ihre E-Mail-Adresse zu bestätigen:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Ihr neues Konto",
            lead: "Für Sie wurde ein Konto eingerichtet. Melden Sie sich mit diesen Daten an:",
            note: "Danach werden Sie gebeten, ein eigenes Passwort zu wählen.",
        },
        sign_in: Mail {
            subject: "Ihr Anmeldecode",
            lead: "Geben Sie diesen Code ein, um sich anzumelden:",
            note: "Geben Sie diesen Code nicht weiter. Wenn Sie sich nicht gerade anmelden, ändern Sie Ihr Passwort.",
        },
        notice: Mail {
            subject: "Ungewöhnliche Anmeldung bei Ihrem Konto",
            lead: "Uns ist eine ungewöhnliche Anmeldung bei Ihrem Konto aufgefallen:",
            note: "Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "Benutzername",
            temporary_password: "Vorläufiges Passwort",
            time: "Zeitpunkt",
            ip_address: "IP-Adresse",
            city: "Ort",
            country: "Land",
            device: "Gerät",
            it_was_me: "Das war ich",
            it_was_not_me: "Das war ich nicht",
        },
    },
};
