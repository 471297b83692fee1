//! What `init` has to know: from flags, else from questions.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::ValueEnum as _;
use handler::delivery::{Countries, Country};
use handler::provider::{Form, Provider};

use crate::cli::args::{InitArgs, Stake};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::spec::{AccountId, FunctionArn, Region, StackName, Target, TriggerKind};

/// So often a question is asked again.
const TRIES: usize = 3;

/// Everything that a new stack file says.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) name: StackName,
    pub(super) region: Region,
    pub(super) account: Option<AccountId>,
    pub(super) stake: Stake,
    pub(super) pool: String,
    pub(super) sign_in: SignIn,
    pub(super) triggers: Triggers,
    /// Where SMS messages may go, when the stack's own function sends them.
    pub(super) countries: Option<Countries>,
    /// Whom e-mails come from, when the stack's own function sends them.
    pub(super) from: Option<String>,
}

/// `UsernameAttributes`; none where people choose a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct SignIn(pub(super) Vec<&'static str>);

/// What answers which trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Triggers(pub(super) BTreeMap<TriggerKind, Target>);

impl Triggers {
    /// Whether the stack's own function sends SMS messages.
    pub(super) fn sends_sms(&self) -> bool {
        self.0.get(&TriggerKind::CustomSmsSender) == Some(&Target::Handler)
    }

    /// Whether the stack's own function sends e-mails.
    pub(super) fn sends_email(&self) -> bool {
        self.0.get(&TriggerKind::CustomEmailSender) == Some(&Target::Handler)
    }

    /// Whether Cognito needs a key for them.
    pub(super) fn has_sender(&self) -> bool {
        self.0.keys().any(|kind| kind.is_sender())
    }
}

impl Default for Triggers {
    fn default() -> Self {
        Self(BTreeMap::from([(TriggerKind::CustomSmsSender, Target::Handler)]))
    }
}

impl FromStr for SignIn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut attributes = Vec::new();
        let mut names = 0;
        for word in words(text) {
            names += 1;
            match word {
                "email" => attributes.push("email"),
                "phone_number" => attributes.push("phone_number"),
                "username" => {}
                _ => return Err("expected `email`, `phone_number`, both with a comma, or `username`".to_owned()),
            }
        }
        attributes.sort_unstable();
        attributes.dedup();
        match (names, attributes.as_slice()) {
            (0, _) => Err("expected what people sign in with".to_owned()),
            (1, _) | (2, ["email", "phone_number"]) => Ok(Self(attributes)),
            _ => Err("expected each once, and `username` alone".to_owned()),
        }
    }
}

impl FromStr for Triggers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut triggers = BTreeMap::new();
        if text == "none" {
            return Ok(Self(triggers));
        }
        for word in words(text) {
            let Some((key, target)) = word.split_once('=') else {
                return Err("expected TRIGGER=handler or TRIGGER=ARN, with commas, or `none`".to_owned());
            };
            let Some(kind) = TriggerKind::ALL.into_iter().find(|kind| kind.key() == key) else {
                let keys = TriggerKind::ALL.map(TriggerKind::key);
                return Err(format!("expected a trigger: {}", keys.join(", ")));
            };
            let target = if target == "handler" {
                Target::Handler
            } else {
                Target::Function(FunctionArn::parse(target).map_err(|error| format!("{error}, or `handler`"))?)
            };
            if triggers.insert(kind, target).is_some() {
                return Err(format!("expected each trigger once, found `{key}` twice"));
            }
        }
        if triggers.is_empty() {
            return Err("expected a trigger, or `none`".to_owned());
        }
        Ok(Self(triggers))
    }
}

/// Reads `any`, or codes in capital or small letters.
pub(in crate::cli) fn parse_countries(text: &str) -> Result<Countries, String> {
    if text == "any" {
        return Ok(Countries::Any);
    }
    let country = |word: &str| {
        let code = word.to_ascii_uppercase();
        Country::from_code(&code)
            .ok_or("expected `any`, or codes of ISO 3166-1 such as US,CA (GB is the United Kingdom)")
    };
    let countries = words(text).map(country).collect::<Result<_, _>>()?;
    if words(text).next().is_none() {
        return Err("expected a country, or `any`".to_owned());
    }
    Ok(Countries::Only(countries))
}

/// Reads `UserPoolName`.
pub(in crate::cli) fn parse_pool_name(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 128 && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err("expected 1 to 128 visible characters".to_owned())
    }
}

/// Reads whom e-mails come from, as the setting `from` of the provider `ses` takes it.
pub(in crate::cli) fn parse_from(text: &str) -> Result<String, String> {
    let ses = Provider::TYPES.iter().find(|kind| kind.name == "ses");
    let from = ses.and_then(|kind| kind.settings.iter().find(|setting| setting.key == "from"));
    match from.map(|setting| setting.form) {
        Some(Form::Text { fits, wanted, .. }) if !fits(text) => Err(format!("expected {wanted}")),
        _ => Ok(text.to_owned()),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).filter(|word| !word.is_empty())
}

/// Returns the stack's name, which is asked first: it is the file's too.
///
/// Without a terminal this reports every flag that is missing.
pub(super) async fn name(context: &Context, args: &InitArgs) -> Result<StackName, CliError> {
    if !context.interactive {
        require(args)?;
    }
    given(args.name.clone(), context, "Name of the stack:", None, |text| {
        StackName::parse(text).map_err(|error| error.to_string())
    })
    .await
}

fn require(args: &InitArgs) -> Result<(), CliError> {
    let triggers = args.triggers.clone().unwrap_or_default();
    let flags = [
        ("--name", args.name.is_none()),
        ("--region", args.region.is_none()),
        ("--sign-in", args.sign_in.is_none()),
        ("--countries", triggers.sends_sms() && args.countries.is_none()),
        ("--email-from", triggers.sends_email() && args.email_from.is_none()),
    ];
    let missing: Vec<&str> = flags
        .into_iter()
        .filter_map(|(flag, missing)| missing.then_some(flag))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "`init` wants {}, and there is no terminal to ask on",
        missing.join(", ")
    );
    Err(CliError::usage(message).hint("`deployer init --help` says what each takes"))
}

impl Answers {
    /// Asks for what no flag says.
    pub(super) async fn of(context: &Context, args: &InitArgs, name: StackName) -> Result<Self, CliError> {
        let region = given(
            args.region.clone(),
            context,
            "Region, such as us-west-2:",
            None,
            |text| Region::parse(text).map_err(|error| error.to_string()),
        )
        .await?;
        let asks = context.interactive;
        let account = match &args.account {
            None if asks => {
                let question = "Account, 12 digits, so that no other is ever changed [any]:";
                given(None, context, question, Some("any"), |text| match text {
                    "any" => Ok(None),
                    _ => AccountId::parse(text).map(Some).map_err(|error| error.to_string()),
                })
                .await?
            }
            account => account.clone(),
        };
        let stake = given(
            args.environment.or_else(|| (!asks).then_some(Stake::Production)),
            context,
            "Environment, production or test [production]:",
            Some("production"),
            |text| Stake::from_str(text, false).map_err(|_| "expected `production` or `test`".to_owned()),
        )
        .await?;
        let pool = given(
            args.pool_name.clone().or_else(|| (!asks).then(|| name.to_string())),
            context,
            &format!("Name of the pool [{name}]:"),
            Some(name.as_str()),
            parse_pool_name,
        )
        .await?;
        let question = "People sign in with email, phone_number, both with a comma, or username; it can never change:";
        let sign_in = given(args.sign_in.clone(), context, question, None, SignIn::from_str).await?;
        let triggers = given(
            args.triggers.clone().or_else(|| (!asks).then(Triggers::default)),
            context,
            "Triggers, each TRIGGER=handler or TRIGGER=ARN, with commas, or none [custom_sms_sender=handler]:",
            Some("custom_sms_sender=handler"),
            Triggers::from_str,
        )
        .await?;
        let countries = if triggers.sends_sms() {
            let question = "Countries to send SMS to, such as US,CA, or any:";
            Some(given(args.countries.clone(), context, question, None, parse_countries).await?)
        } else {
            None
        };
        let from = if triggers.sends_email() {
            let question = "E-mails come from, such as Acme <no-reply@acme.example>, verified in Amazon SES:";
            Some(given(args.email_from.clone(), context, question, None, parse_from).await?)
        } else {
            None
        };
        Ok(Self {
            name,
            region,
            account,
            stake,
            pool,
            sign_in,
            triggers,
            countries,
            from,
        })
    }
}

/// Returns what a flag says, or asks until an answer can be read.
async fn given<T>(
    flag: Option<T>,
    context: &Context,
    question: &str,
    default: Option<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, CliError> {
    if let Some(value) = flag {
        return Ok(value);
    }
    for _ in 0..TRIES {
        let answer = context.ask(question).await?;
        let text = match (answer.as_str(), default) {
            ("", Some(default)) => default,
            (text, _) => text,
        };
        match parse(text) {
            Ok(value) => return Ok(value),
            Err(wanted) => context.out.talk(&format!("  {wanted}")),
        }
    }
    Err(CliError::usage("no answer that can be read; nothing was written")
        .hint("flags say the same without questions: `deployer init --help`"))
}
