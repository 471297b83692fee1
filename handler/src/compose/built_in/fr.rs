//! French.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "Ne communiquez ce code à personne. Si vous n'avez rien demandé, ignorez cet e-mail.";

pub(super) const TEXTS: Texts = Texts {
    locale: "fr",
    right_to_left: false,
    sms: Sms {
        confirm_account: "{code} est votre code pour confirmer votre compte. Ne le communiquez à personne.",
        reset_password: "{code} est votre code pour changer votre mot de passe. Ne le communiquez à personne.",
        verify_phone_number: "{code} est votre code pour vérifier ce numéro. Ne le communiquez à personne.",
        invitation: "Votre nom d'utilisateur est {user_name} et votre mot de passe provisoire est {code}",
        sign_in: "{code} est votre code de connexion. Ne le communiquez à personne.",
        notice: "Connexion inhabituelle à votre compte. Si ce n'était pas vous, changez votre mot de passe maintenant.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "Confirmez votre compte",
            lead: "Saisissez ce code pour confirmer votre compte :",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "Changez votre mot de passe",
            lead: "Saisissez ce code pour changer votre mot de passe :",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "Vérifiez votre adresse e-mail",
            lead: "Saisissez ce code pour vérifier votre adresse e-mail :",
            note: KEEP,
        },
        invitation: Mail {
            subject: "Votre nouveau compte",
            lead: "Un compte a été créé pour vous. Connectez-vous avec ces données :",
            note: "Il vous sera ensuite demandé de choisir votre propre mot de passe.",
        },
        sign_in: Mail {
            subject: "Votre code de connexion",
            lead: "Saisissez ce code pour vous connecter :",
            note: "Ne communiquez ce code à personne. Si vous n'êtes pas en train de vous connecter, changez votre mot de passe.",
        },
        notice: Mail {
            subject: "Connexion inhabituelle à votre compte",
            lead: "Nous avons remarqué une connexion inhabituelle à votre compte :",
            note: "Si ce n'était pas vous, changez votre mot de passe maintenant.",
        },
        labels: Labels {
            colon: " : ",
            user_name: "Nom d'utilisateur",
            temporary_password: "Mot de passe provisoire",
            time: "Date et heure",
            ip_address: "Adresse IP",
            city: "Ville",
            country: "Pays",
            device: "Appareil",
            it_was_me: "C'était moi",
            it_was_not_me: "Ce n'était pas moi",
        },
    },
};
