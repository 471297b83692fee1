//! The text of a new stack file.

use std::fmt::Write as _;

use handler::delivery::Countries;

use super::answers::Answers;
use crate::cli::args::Stake;
use crate::spec::{Target, TriggerKind, yaml_text};

/// Returns the file's text.
pub(super) fn text(answers: &Answers) -> String {
    let mut text = head(answers);
    text.push_str(&pool(answers));
    text.push_str(&triggers(answers));
    if answers.triggers.has_sender() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\n# Cognito encrypts each code under this key.\nkey: {{alias: alias/{}}}",
            answers.name
        );
    }
    text.push_str(&providers(answers));
    text
}

fn head(answers: &Answers) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema=schema.json\n\
         # `deployer diff` shows what this file would make or change, `deployer apply` makes it so.\n\
         name: {}\n",
        yaml_text(answers.name.as_str()),
    );
    if let Some(account) = &answers.account {
        let _ = writeln!(text, "account: \"{account}\" # any other account is refused");
    }
    let environment = match answers.stake {
        Stake::Production => "production # real users: stack and pool are protected from deletion",
        Stake::Test => "test # nobody is locked out: no deletion or termination protection",
    };
    let _ = writeln!(text, "region: {}\nenvironment: {environment}", answers.region);
    text
}

fn pool(answers: &Answers) -> String {
    let mut text = format!(
        "\npool:\n  new:\n    # What AWS::Cognito::UserPool takes, by CloudFormation's own names.\n    properties:\n      \
         UserPoolName: {}\n      UserPoolTier: ESSENTIALS\n",
        yaml_text(&answers.pool)
    );
    let attributes = answers.sign_in.0.join(", ");
    if attributes.is_empty() {
        // Somewhere a forgotten password's code must go.
        let verified = if answers.triggers.sends_sms() {
            "phone_number"
        } else {
            "email"
        };
        let _ = writeln!(
            text,
            "      # Without UsernameAttributes people sign in by a name; that can never change once the pool is made.\n      \
             UsernameConfiguration: {{CaseSensitive: false}} # nor can this\n      \
             AutoVerifiedAttributes: [{verified}]"
        );
    } else {
        let _ = writeln!(
            text,
            "      UsernameAttributes: [{attributes}] # can never change once the pool is made\n      \
             UsernameConfiguration: {{CaseSensitive: false}} # nor can this\n      \
             AutoVerifiedAttributes: [{attributes}]"
        );
    }
    text
}

fn triggers(answers: &Answers) -> String {
    if answers.triggers.0.is_empty() {
        return "\n# No function yet: `custom_sms_sender: handler` delivers SMS codes by this stack's own.\ntriggers: {}\n"
            .to_owned();
    }
    let mut text = "\ntriggers:\n".to_owned();
    for (kind, target) in &answers.triggers.0 {
        let _ = match target {
            Target::Handler if kind.is_sender() => writeln!(
                text,
                "  {}: handler # this stack's function decrypts each code and delivers it",
                kind.key()
            ),
            Target::Handler if *kind == TriggerKind::CustomMessage => writeln!(
                text,
                "  {}: handler # this stack's function finds the words, and Cognito sends them",
                kind.key()
            ),
            Target::Handler => writeln!(text, "  {}: handler", kind.key()),
            Target::Function(function) => writeln!(text, "  {}: {function}", kind.key()),
        };
    }
    text
}

fn providers(answers: &Answers) -> String {
    let (mut providers, mut delivery) = (String::new(), String::new());
    if let Some(countries) = &answers.countries {
        providers.push_str("  sns: {type: sns} # Amazon SNS\n");
        delivery.push_str(&sms(countries));
    }
    if let Some(from) = &answers.from {
        let from = serde_json::Value::from(from.as_str());
        let _ = writeln!(
            providers,
            "  ses: {{type: ses, from: {from}}} # Amazon SES, where it must be verified"
        );
        delivery.push_str("  email: {via: [ses]}\n");
    }
    if delivery.is_empty() {
        return delivery;
    }
    format!("\nproviders:\n{providers}\ndelivery:\n{delivery}")
}

fn sms(countries: &Countries) -> String {
    let (why, countries) = match countries {
        Countries::Any => (
            "Every country, the costly ones too: better name those where people sign in, such as [US, CA].",
            "any".to_owned(),
        ),
        Countries::Only(codes) => {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            (
                "Everything else is refused and counted, so that nobody can make the pool send to costly countries.",
                format!("[{}]", codes.join(", ")),
            )
        }
    };
    format!(
        "  sms:\n    # {why}\n    countries: {countries}\n    \
         # The first route that matches delivers; within one, the next provider is tried when one fails.\n    \
         routes: [{{via: [sns]}}]\n"
    )
}
