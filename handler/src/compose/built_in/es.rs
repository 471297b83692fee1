//! Spanish.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "No compartas este código con nadie. Si no lo has pedido, puedes ignorar este correo.";

pub(super) const TEXTS: Texts = Texts {
    locale: "es",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} es tu código para confirmar tu cuenta. No lo compartas.",
        reset_password: "{code} es tu código para cambiar tu contraseña. No lo compartas.",
        verify_phone_number: "{code} es tu código para verificar este teléfono. No lo compartas.",
        invitation: "Tu nombre de usuario es {user_name} y tu contraseña temporal es {code}",
        sign_in: "{code} es tu código para iniciar sesión. No lo compartas.",
        notice: "Hemos detectado un acceso inusual a tu cuenta. Si no lo reconoces, cambia tu contraseña ahora.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Confirma tu cuenta",
            lead: "Introduce este código para confirmar tu cuenta:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Cambia tu contraseña",
            lead: "Introduce este código para cambiar tu contraseña:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Verifica tu correo electrónico",
            lead: "Introduce este código para verificar tu correo electrónico:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Tu nueva cuenta",
            lead: "Hemos creado una cuenta para ti. Inicia sesión con estos datos:",
            note: "Después te pediremos que elijas tu propia contraseña.",
        },
        sign_in: Mail {
            subject: "Tu código para iniciar sesión",
            lead: "Introduce este código para iniciar sesión:",
            note: "No compartas este código con nadie. Si no estás iniciando sesión, cambia tu contraseña.",
        },
        notice: Mail {
            subject: "Acceso inusual a tu cuenta",
            lead: "Hemos detectado un acceso inusual a tu cuenta:",
            note: "Si no has sido tú, cambia tu contraseña ahora.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "Nombre de usuario",
            temporary_password: "Contraseña temporal",
            time: "Fecha y hora",
            ip_address: "Dirección IP",
            city: "Ciudad",
            country: "País",
            device: "Dispositivo",
            it_was_me: "He sido yo",
            it_was_not_me: "No he sido yo",
        },
    },
};
