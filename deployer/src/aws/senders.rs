//! Amazon SES, Amazon SNS and AWS End User Messaging SMS: what an account may send, and to whom.
//!
//! Source: `GetAccount` and `GetEmailIdentity`, Amazon SES API v2 Reference; `GetSMSSandboxAccountStatus` and
//! `GetSMSAttributes`, Amazon SNS API Reference; `DescribeAccountAttributes` and `DescribeSpendLimits`, AWS End User
//! Messaging SMS API Reference.

use handler::percent_encoded;
use serde_json::{Value, json};

use super::plain::{Call, Service, elements};
use super::{AwsError, Plain};

const SES: Service = Service {
    id: "SESv2",
    host: "email",
    signing_name: "ses",
    content_type: "application/json",
};
const SNS: Service = Service {
    id: "SNS",
    host: "sns",
    signing_name: "sns",
    content_type: "application/x-www-form-urlencoded; charset=utf-8",
};

const SMS_VOICE: Service = Service {
    id: "Pinpoint SMS Voice V2",
    host: "sms-voice",
    signing_name: "sms-voice",
    content_type: "application/x-amz-json-1.0",
};

/// SES in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccount {
    /// `ProductionAccessEnabled`: out of the sandbox, in which only verified addresses get mail.
    pub production: bool,
    /// `SendingEnabled`
    pub sending: bool,
    /// `EnforcementStatus`: `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub enforcement: String,
}

/// An identity of SES.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailIdentity {
    /// `VerifiedForSendingStatus`
    pub verified: bool,
    /// `DkimAttributes.Status`, such as `SUCCESS`; empty when SES does not say.
    pub dkim: String,
}

impl Plain {
    /// Reads what SES says of the account in a Region.
    pub async fn mail_account(&self, region: &str) -> Result<MailAccount, AwsError> {
        let call = get("ses:GetAccount", "/v2/email/account".to_owned());
        let answer = self.call(region, &call).await?.json(call.action)?;
        let flag = |name: &str| answer.get(name).and_then(Value::as_bool);
        match (flag("ProductionAccessEnabled"), flag("SendingEnabled")) {
            (Some(production), Some(sending)) => Ok(MailAccount {
                production,
                sending,
                enforcement: text(&answer, "/EnforcementStatus"),
            }),
            _ => Err(AwsError::unexpected(
                call.action,
                "the answer does not say what may be sent",
            )),
        }
    }

    /// Reads an identity by its name, an address or a domain; nothing when there is none.
    pub async fn mail_identity(&self, region: &str, name: &str) -> Result<Option<MailIdentity>, AwsError> {
        let call = get(
            "ses:GetEmailIdentity",
            format!("/v2/email/identities/{}", percent_encoded(name)),
        );
        let answer = match self.call(region, &call).await {
            Ok(answer) => answer.json(call.action)?,
            Err(error) if error.is(&["NotFoundException"]) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(MailIdentity {
            verified: answer.get("VerifiedForSendingStatus").and_then(Value::as_bool) == Some(true),
            dkim: text(&answer, "/DkimAttributes/Status"),
        }))
    }

    /// Whether SNS sends SMS messages only to verified numbers.
    pub async fn sms_sandbox(&self, region: &str) -> Result<bool, AwsError> {
        let action = "sns:GetSMSSandboxAccountStatus";
        let answer = self
            .call(
                region,
                &form(action, "Action=GetSMSSandboxAccountStatus&Version=2010-03-31"),
            )
            .await?
            .text();
        match elements(&answer, "IsInSandbox").next() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(AwsError::unexpected(action, "the answer does not say")),
        }
    }

    /// Reads how many US dollars SNS may spend on SMS messages in a month; nothing where none is set, and AWS's
    /// default is in force.
    pub async fn sms_spend_limit(&self, region: &str) -> Result<Option<String>, AwsError> {
        let body = "Action=GetSMSAttributes&Version=2010-03-31&attributes.member.1=MonthlySpendLimit";
        let answer = self.call(region, &form("sns:GetSMSAttributes", body)).await?.text();
        let entry = elements(&answer, "entry").find(|entry| elements(entry, "key").next() == Some("MonthlySpendLimit"));
        Ok(entry
            .and_then(|entry| elements(entry, "value").next())
            .map(str::to_owned))
    }

    /// Whether End User Messaging sends SMS messages only to verified numbers: `ACCOUNT_TIER`.
    pub async fn messaging_sandbox(&self, region: &str) -> Result<bool, AwsError> {
        let action = "sms-voice:DescribeAccountAttributes";
        let call = messaging(action, "PinpointSMSVoiceV2.DescribeAccountAttributes");
        let answer = self.call(region, &call).await?.json(action)?;
        match named(&answer, "AccountAttributes", "ACCOUNT_TIER", "Value").and_then(Value::as_str) {
            Some("SANDBOX") => Ok(true),
            Some(_) => Ok(false),
            None => Err(AwsError::unexpected(action, "the answer holds no ACCOUNT_TIER")),
        }
    }

    /// Reads how many US dollars End User Messaging spends on SMS messages in a month: `EnforcedLimit`.
    pub async fn messaging_spend_limit(&self, region: &str) -> Result<Option<String>, AwsError> {
        let action = "sms-voice:DescribeSpendLimits";
        let call = messaging(action, "PinpointSMSVoiceV2.DescribeSpendLimits");
        let answer = self.call(region, &call).await?.json(action)?;
        let limit = named(
            &answer,
            "SpendLimits",
            "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT",
            "EnforcedLimit",
        );
        Ok(limit.map(Value::to_string))
    }
}

/// A member of that element of a list which has this name.
fn named<'a>(answer: &'a Value, list: &str, name: &str, member: &str) -> Option<&'a Value> {
    let elements = answer.get(list)?.as_array()?;
    let element = elements
        .iter()
        .find(|one| one.get("Name").and_then(Value::as_str) == Some(name))?;
    element.get(member)
}

fn messaging(action: &'static str, target: &'static str) -> Call {
    Call {
        service: SMS_VOICE,
        action,
        method: "POST",
        path: "/".to_owned(),
        target: Some(target),
        body: json!({}).to_string(),
    }
}

fn get(action: &'static str, path: String) -> Call {
    Call {
        service: SES,
        action,
        method: "GET",
        path,
        target: None,
        body: String::new(),
    }
}

fn form(action: &'static str, body: &str) -> Call {
    Call {
        service: SNS,
        action,
        method: "POST",
        path: "/".to_owned(),
        target: None,
        body: body.to_owned(),
    }
}

fn text(answer: &Value, pointer: &str) -> String {
    answer
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::time::SystemTime;

    use super::*;
    use crate::aws::stub::{Answer, Request, Stub};

    async fn plain(answer: impl FnMut(&Request) -> Answer + Send + 'static) -> (Stub, Plain) {
        let stub = Stub::start(answer);
        let plain = stub.session().plain(SystemTime::now()).await.unwrap();
        (stub, plain)
    }

    #[tokio::test]
    async fn ses_is_asked_by_signed_requests() {
        let (stub, plain) = plain(|request| {
            let answer = match request.path.as_str() {
                "/v2/email/account" => {
                    r#"{"ProductionAccessEnabled":false,"SendingEnabled":true,"EnforcementStatus":"HEALTHY"}"#
                }
                "/v2/email/identities/a%2Bb%40acme.example" => {
                    r#"{"VerifiedForSendingStatus":true,"DkimAttributes":{"Status":"PENDING"}}"#
                }
                _ => return (404, r#"{"__type":"NotFoundException","message":"none"}"#.to_owned()),
            };
            (200, answer.to_owned())
        })
        .await;
        let account = plain.mail_account("us-west-2").await.unwrap();
        assert!(!account.production && account.sending && account.enforcement == "HEALTHY");
        let identity = plain.mail_identity("us-west-2", "a+b@acme.example").await.unwrap();
        let wanted = MailIdentity {
            verified: true,
            dkim: "PENDING".to_owned(),
        };
        assert_eq!(identity, Some(wanted));
        assert_eq!(plain.mail_identity("eu-west-1", "acme.example").await.unwrap(), None);
        for request in stub.requests() {
            let authorization = request.headers.get("authorization").cloned().unwrap_or_default();
            assert!(authorization.contains("/ses/aws4_request"), "{authorization}");
        }
    }

    #[tokio::test]
    async fn sns_is_asked_and_waited_for() {
        let mut busy = 2;
        let (stub, plain) = plain(move |request| {
            if busy > 0 {
                busy -= 1;
                return (
                    503,
                    "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>".to_owned(),
                );
            }
            let body = String::from_utf8_lossy(&request.body).into_owned();
            let answer = if body.contains("SandboxAccountStatus") {
                "<R><IsInSandbox>true</IsInSandbox></R>"
            } else {
                "<R><attributes><entry><key>DefaultSMSType</key><value>x</value></entry><entry>\
                 <key>MonthlySpendLimit</key><value>50</value></entry></attributes></R>"
            };
            (200, answer.to_owned())
        })
        .await;
        assert!(plain.sms_sandbox("us-west-2").await.unwrap());
        let limit = plain.sms_spend_limit("us-west-2").await.unwrap();
        assert_eq!(limit.as_deref(), Some("50"));
        assert_eq!(stub.requests().len(), 4);
    }

    #[tokio::test]
    async fn end_user_messaging_is_asked() {
        let (_stub, plain) = plain(|request| match request.action().as_str() {
            "DescribeAccountAttributes" => (
                200,
                r#"{"AccountAttributes":[{"Name":"X","Value":"Y"},{"Name":"ACCOUNT_TIER","Value":"SANDBOX"}]}"#
                    .to_owned(),
            ),
            _ => (
                200,
                r#"{"SpendLimits":[{"Name":"TEXT_MESSAGE_MONTHLY_SPEND_LIMIT","EnforcedLimit":30}]}"#.to_owned(),
            ),
        })
        .await;
        assert!(plain.messaging_sandbox("us-west-2").await.unwrap());
        let limit = plain.messaging_spend_limit("us-west-2").await.unwrap();
        assert_eq!(limit.as_deref(), Some("30"));
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_code_and_words() {
        let (_stub, plain) = plain(|_| {
            let error = "<Error><Code>AuthorizationError</Code><Message>not yours</Message></Error>";
            (403, format!("<ErrorResponse>{error}</ErrorResponse>"))
        })
        .await;
        let refused = plain.sms_sandbox("us-west-2").await.unwrap_err();
        assert!(refused.is_denied(), "{refused}");
        assert_eq!(
            refused.to_string(),
            "sns:GetSMSSandboxAccountStatus: not yours (AuthorizationError)"
        );
    }
}
