//! Italian.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "Non condividere questo codice con nessuno. Se non l'hai chiesto tu, ignora questa e-mail.";

pub(super) const TEXTS: Texts = Texts {
    locale: "it",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} è il tuo codice per confermare l'account. Non condividerlo con nessuno.",
        reset_password: "{code} è il tuo codice per cambiare la password. Non condividerlo con nessuno.",
        verify_phone_number: "{code} è il tuo codice per verificare questo numero. Non condividerlo con nessuno.",
        invitation: "Il tuo nome utente è {user_name} e la tua password temporanea è {code}",
        sign_in: "{code} è il tuo codice di accesso. Non condividerlo con nessuno.",
        notice: "Accesso insolito al tuo account. Se non sei stato tu, cambia subito la password.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Conferma il tuo account",
            lead: "Inserisci questo codice per confermare il tuo account:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Cambia la tua password",
            lead: "Inserisci questo codice per cambiare la tua password:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Verifica il tuo indirizzo e-mail",
            lead: "Inserisci questo codice per verificare il tuo indirizzo e-mail:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Il tuo nuovo account",
            lead: "È stato creato un account per te. Accedi con questi dati:",
            note: "Poi ti chiederemo di scegliere una password tua.",
        },
        sign_in: Mail {
            subject: "Il tuo codice di accesso",
            lead: "Inserisci questo codice per accedere:",
            note: "Non condividere questo codice con nessuno. Se non stai accedendo tu, cambia la password.",
        },
        notice: Mail {
            subject: "Accesso insolito al tuo account",
            lead: "Abbiamo notato un accesso insolito al tuo account:",
            note: "Se non sei stato tu, cambia subito la password.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "Nome utente",
            temporary_password: "Password temporanea",
            time: "Data e ora",
            ip_address: "Indirizzo IP",
            city: "Città",
            country: "Paese",
            device: "Dispositivo",
            it_was_me: "Ero io",
            it_was_not_me: "Non ero io",
        },
    },
};
