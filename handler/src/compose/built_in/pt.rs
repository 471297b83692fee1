//! Portuguese, as Brazil writes it: that is what the bare tag stands for in CLDR's likely subtags.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "Não compartilhe este código com ninguém. Se você não o pediu, ignore este e-mail.";

pub(super) const TEXTS: Texts = Texts {
    locale: "pt",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} é seu código para confirmar sua conta. Não o compartilhe.",
        reset_password: "{code} é seu código para redefinir a senha. Não o compartilhe.",
        verify_phone_number: "{code} é seu código para verificar este número. Não o compartilhe.",
        invitation: "Usuário: {user_name}\nSenha: {code}",
        sign_in: "{code} é seu código para entrar. Não o compartilhe.",
        notice: "Acesso incomum à sua conta. Se não foi você, mude sua senha agora.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Confirme sua conta",
            lead: "Digite este código para confirmar sua conta:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Redefina sua senha",
            lead: "Digite este código para redefinir sua senha:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Verifique seu e-mail",
            lead: "Digite este código para verificar seu endereço de e-mail:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Sua nova conta",
            lead: "Uma conta foi criada para você. Entre com estes dados:",
            note: "Depois pediremos que você escolha sua própria senha.",
        },
        sign_in: Mail {
            subject: "Seu código para entrar",
            lead: "Digite este código para entrar:",
            note: "Não compartilhe este código com ninguém. Se você não está tentando entrar, mude sua senha.",
        },
        notice: Mail {
            subject: "Acesso incomum à sua conta",
            lead: "Notamos um acesso incomum à sua conta:",
            note: "Se não foi você, mude sua senha agora.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "Nome de usuário",
            temporary_password: "Senha temporária",
            time: "Data e hora",
            ip_address: "Endereço IP",
            city: "Cidade",
            country: "País",
            device: "Dispositivo",
            it_was_me: "Fui eu",
            it_was_not_me: "Não fui eu",
        },
    },
};
