//! Who delivers for AWS: what SES and SNS let this account send.

use handler::provider::Ses;

use super::{Level, Reading, Verdict};
use crate::aws::{MailAccount, MailIdentity};

/// Whether SES sends for the account, and to everybody; a sandbox is worse where real users wait (`production`).
pub fn mail_account(region: &str, production: bool, found: &Reading<MailAccount>) -> Verdict {
    let check = "ses";
    let account = match found {
        Ok(account) => account,
        Err(error) => return Verdict::unread(check, error, &format!("aws sesv2 get-account --region {region}")),
    };
    let healthy = account.enforcement.is_empty() || account.enforcement == "HEALTHY";
    match (account.sending, account.production) {
        (false, _) => Verdict::fail(
            check,
            format!(
                "SES in {region} has paused this account's sending ({})",
                account.enforcement
            ),
            format!("aws sesv2 get-account --region {region}, and answer AWS's case"),
        ),
        (true, false) => sandbox(
            production,
            check,
            format!("SES in {region} is in its sandbox: only verified addresses get mail, 200 a day"),
            "ask for production access in SES's console, or test with verified addresses",
        ),
        (true, true) if !healthy => Verdict::warn(
            check,
            format!("SES in {region} has put this account on {}", account.enforcement),
            "look at the bounces and complaints in SES's console",
        ),
        (true, true) => Verdict::ok(check, format!("SES in {region} sends to everybody")),
    }
}

fn sandbox(production: bool, check: &'static str, found: String, next: &str) -> Verdict {
    Verdict {
        level: if production { Level::Fail } else { Level::Warn },
        ..Verdict::warn(check, found, next)
    }
}

/// The names of the identities that would do for a provider, the address first.
pub fn identities_of(ses: &Ses) -> Vec<String> {
    if let Some(name) = ses.identity.as_deref().and_then(|arn| arn.split_once(":identity/")) {
        return vec![name.1.to_owned()];
    }
    let address = ses
        .from
        .rsplit('<')
        .next()
        .unwrap_or_default()
        .trim_end_matches('>')
        .trim();
    let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    [address.to_owned()].into_iter().chain(domain).collect()
}

/// Whether one of the identities that would do is verified: each by its name, with what SES says of it.
pub fn mail_identity(region: &str, found: &[(String, Reading<Option<MailIdentity>>)]) -> Verdict {
    let check = "ses-identity";
    let verdicts = found
        .iter()
        .map(|(name, found)| one_identity(check, region, name, found));
    // Each of them would do.
    verdicts
        .min_by_key(|verdict| verdict.level)
        .unwrap_or_else(|| Verdict::ok(check, "none is used"))
}

fn one_identity(check: &'static str, region: &str, name: &str, found: &Reading<Option<MailIdentity>>) -> Verdict {
    let look = format!("aws sesv2 get-email-identity --region {region} --email-identity {name}");
    let make = format!("aws sesv2 create-email-identity --region {region} --email-identity {name}");
    match found {
        Err(error) => Verdict::unread(check, error, &look),
        Ok(None) => Verdict::fail(check, format!("SES in {region} knows no identity {name}"), make),
        Ok(Some(identity)) if !identity.verified => Verdict::fail(
            check,
            format!("{name} is not verified in {region}"),
            format!("finish its verification: {look}"),
        ),
        // An address by itself has no DKIM of its own.
        Ok(Some(identity)) if identity.dkim == "SUCCESS" || name.contains('@') => {
            Verdict::ok(check, format!("{name} is verified in {region}"))
        }
        Ok(Some(identity)) => {
            let dkim = if identity.dkim.is_empty() {
                "unknown"
            } else {
                &identity.dkim
            };
            Verdict::warn(
                check,
                format!("{name} is verified in {region}, but DKIM is {dkim}: mail of it may be taken for spam"),
                format!("publish its DKIM records: {look}"),
            )
        }
    }
}

/// Who sends SMS messages for AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmsService {
    /// Amazon SNS.
    Sns,
    /// AWS End User Messaging SMS.
    EndUserMessaging,
}

impl SmsService {
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sns => ("sns", "sns-spend", "SNS"),
            Self::EndUserMessaging => ("messaging", "messaging-spend", "End User Messaging"),
        }
    }

    const fn look_at_sandbox(self) -> &'static str {
        match self {
            Self::Sns => "aws sns get-sms-sandbox-account-status",
            Self::EndUserMessaging => "aws pinpoint-sms-voice-v2 describe-account-attributes",
        }
    }

    const fn look_at_limit(self) -> &'static str {
        match self {
            Self::Sns => "aws sns get-sms-attributes",
            Self::EndUserMessaging => "aws pinpoint-sms-voice-v2 describe-spend-limits",
        }
    }

    const fn raise_limit(self) -> &'static str {
        match self {
            Self::Sns => {
                "ask AWS for a higher limit, then: aws sns set-sms-attributes --attributes MonthlySpendLimit=…"
            }
            Self::EndUserMessaging => {
                "ask AWS for a higher limit, then: aws pinpoint-sms-voice-v2 set-text-message-spend-limit-override \
                 --monthly-limit …"
            }
        }
    }
}

/// Whether a service sends SMS messages to everybody; a sandbox is worse where real users wait (`production`).
pub fn sms_sandbox(service: SmsService, region: &str, production: bool, found: &Reading<bool>) -> Verdict {
    let (check, _, name) = service.words();
    match found {
        Ok(false) => Verdict::ok(check, format!("{name} in {region} sends SMS messages to everybody")),
        Ok(true) => sandbox(
            production,
            check,
            format!("{name} in {region} is in its SMS sandbox: only verified numbers get messages"),
            "ask to leave the sandbox in the service's console, or test with verified numbers",
        ),
        Err(error) => Verdict::unread(
            check,
            error,
            &format!("{} --region {region}", service.look_at_sandbox()),
        ),
    }
}

/// Whether a service may spend enough: at the limit it drops messages, SNS without an error to whoever sends.
pub fn spend_limit(service: SmsService, region: &str, found: &Reading<Option<String>>) -> Verdict {
    let (_, check, name) = service.words();
    let look = format!("{} --region {region}", service.look_at_limit());
    let limit = match found {
        Ok(limit) => limit.as_deref(),
        Err(error) => return Verdict::unread(check, error, &look),
    };
    let next = service.raise_limit();
    match limit.map(str::parse::<f64>) {
        Some(Ok(dollars)) if dollars <= 1.0 => Verdict {
            level: if dollars <= 0.0 { Level::Fail } else { Level::Warn },
            ..Verdict::warn(
                check,
                format!("{dollars} US dollars a month in {region}, and then {name} stops sending"),
                next,
            )
        },
        Some(Ok(dollars)) => Verdict::ok(check, format!("{dollars} US dollars a month in {region}")),
        None => Verdict::warn(
            check,
            format!(
                "no limit is set in {region}, so it is AWS's own of 1 US dollar a month, and then {name} stops sending"
            ),
            next,
        ),
        Some(Err(_)) => Verdict::warn(check, "not checked: the limit is no number", look),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::kit::{denied, told};

    fn judged(production: bool, sending: bool, enforcement: &str) -> Verdict {
        let account = MailAccount {
            production,
            sending,
            enforcement: enforcement.to_owned(),
        };
        mail_account("us-west-2", true, &Ok(account))
    }

    #[test]
    fn accounts() {
        let region = "us-west-2";
        assert_eq!(
            told(&[
                judged(true, true, "HEALTHY"),
                judged(true, true, "PROBATION"),
                judged(false, true, "HEALTHY"),
                judged(true, false, "SHUTDOWN"),
                mail_account(region, true, &denied("ses:GetAccount")),
                sms_sandbox(SmsService::Sns, region, true, &Ok(false)),
                sms_sandbox(SmsService::Sns, region, true, &Ok(true)),
                sms_sandbox(SmsService::Sns, region, false, &Ok(true)),
                sms_sandbox(SmsService::Sns, region, true, &denied("sns:GetSMSSandboxAccountStatus")),
                spend_limit(SmsService::Sns, region, &Ok(Some("50".to_owned()))),
                spend_limit(SmsService::Sns, region, &Ok(Some("1".to_owned()))),
                spend_limit(SmsService::Sns, region, &Ok(Some("0".to_owned()))),
                spend_limit(SmsService::Sns, region, &Ok(Some("much".to_owned()))),
                spend_limit(SmsService::Sns, region, &Ok(None)),
                spend_limit(SmsService::Sns, region, &denied("sns:GetSMSAttributes")),
                sms_sandbox(SmsService::EndUserMessaging, region, true, &Ok(true)),
                spend_limit(SmsService::EndUserMessaging, region, &Ok(Some("1".to_owned()))),
            ]),
            [
                "ok ses: SES in us-west-2 sends to everybody",
                "warn ses: SES in us-west-2 has put this account on PROBATION",
                "fail ses: SES in us-west-2 is in its sandbox: only verified addresses get mail, 200 a day",
                "fail ses: SES in us-west-2 has paused this account's sending (SHUTDOWN)",
                "warn ses: not checked: ses:GetAccount: no (AccessDenied)",
                "ok sns: SNS in us-west-2 sends SMS messages to everybody",
                "fail sns: SNS in us-west-2 is in its SMS sandbox: only verified numbers get messages",
                "warn sns: SNS in us-west-2 is in its SMS sandbox: only verified numbers get messages",
                "warn sns: not checked: sns:GetSMSSandboxAccountStatus: no (AccessDenied)",
                "ok sns-spend: 50 US dollars a month in us-west-2",
                "warn sns-spend: 1 US dollars a month in us-west-2, and then SNS stops sending",
                "fail sns-spend: 0 US dollars a month in us-west-2, and then SNS stops sending",
                "warn sns-spend: not checked: the limit is no number",
                "warn sns-spend: no limit is set in us-west-2, so it is AWS's own of 1 US dollar a month, and \
                 then SNS stops sending",
                "warn sns-spend: not checked: sns:GetSMSAttributes: no (AccessDenied)",
                "fail messaging: End User Messaging in us-west-2 is in its SMS sandbox: only verified numbers get messages",
                "warn messaging-spend: 1 US dollars a month in us-west-2, and then End User Messaging stops sending",
            ]
        );
    }

    #[test]
    fn one_of_address_and_domain_will_do() {
        let ses = |from: &str, identity: Option<&str>| Ses {
            from: from.to_owned(),
            identity: identity.map(str::to_owned),
            ..Ses::default()
        };
        assert_eq!(
            identities_of(&ses("Acme <a@acme.example>", None)),
            ["a@acme.example", "acme.example"]
        );
        let arn = "arn:aws:ses:us-west-2:111122223333:identity/example";
        assert_eq!(identities_of(&ses("a@acme.example", Some(arn))), ["example"]);

        let identity = |verified, dkim: &str| {
            Ok(Some(MailIdentity {
                verified,
                dkim: dkim.to_owned(),
            }))
        };
        let of = |found: [Reading<Option<MailIdentity>>; 2]| {
            let [address, domain] = found;
            let found = [("a@b.example".to_owned(), address), ("b.example".to_owned(), domain)];
            mail_identity("us-west-2", &found)
        };
        assert_eq!(
            told(&[
                of([identity(true, ""), Ok(None)]),
                of([Ok(None), identity(true, "SUCCESS")]),
                of([Ok(None), identity(true, "FAILED")]),
                of([Ok(None), identity(false, "PENDING")]),
                of([Ok(None), denied("ses:GetEmailIdentity")]),
            ]),
            [
                "ok ses-identity: a@b.example is verified in us-west-2",
                "ok ses-identity: b.example is verified in us-west-2",
                "warn ses-identity: b.example is verified in us-west-2, but DKIM is FAILED: mail of it may be taken for \
                 spam",
                "fail ses-identity: SES in us-west-2 knows no identity a@b.example",
                "warn ses-identity: not checked: ses:GetEmailIdentity: no (AccessDenied)",
            ]
        );
    }
}
