//! What Cognito does when a trigger is gone, told of the pool at hand.

use serde_json::{Map, Value};

use crate::plan::SmsRole;

/// Says what follows when a trigger leaves; `pool` is `UserPool` of `DescribeUserPool`, where it was read.
pub(in crate::cli) fn afterwards(member: &str, pool: Option<&Map<String, Value>>) -> String {
    match (member, pool) {
        ("CustomSMSSender", Some(pool)) => sms(pool),
        ("CustomEmailSender", Some(pool)) => email(pool),
        ("CustomSMSSender", None) => "Cognito sends SMS messages itself again, if the pool has an SMS role; else none \
                                      are sent"
            .to_owned(),
        ("CustomEmailSender", None) => {
            "Cognito sends e-mail itself again, by the pool's own e-mail settings".to_owned()
        }
        _ => other(member).to_owned(),
    }
}

fn sms(pool: &Map<String, Value>) -> String {
    let Some(role) = SmsRole::of(pool) else {
        return "no SMS messages are sent: the pool has no SMS role".to_owned();
    };
    format!("Cognito sends SMS messages itself again, by the role {}", role.arn)
}

fn email(pool: &Map<String, Value>) -> String {
    let text = |member: &str| pool.get("EmailConfiguration")?.get(member)?.as_str();
    match (text("EmailSendingAccount"), text("SourceArn")) {
        (Some("DEVELOPER"), Some(identity)) => {
            format!("Cognito sends e-mail itself again, by Amazon SES as {identity}")
        }
        _ => "Cognito sends e-mail itself again, from its own address: at most 50 messages a day for the account"
            .to_owned(),
    }
}

fn other(member: &str) -> &'static str {
    match member {
        "CustomMessage" => "Cognito uses the pool's own texts again",
        "KMSKeyID" => "no sender is left to encrypt for",
        "PreSignUp" | "PreAuthentication" => "what it refused is let in from now on",
        "DefineAuthChallenge" | "CreateAuthChallenge" | "VerifyAuthChallengeResponse" => {
            "custom authentication stops working"
        }
        "UserMigration" => "users who were not migrated yet cannot sign in",
        "PreTokenGeneration" | "PreTokenGenerationConfig" => "tokens no longer carry what it added",
        _ => "Cognito no longer calls it",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_follows_is_said_of_the_pool_at_hand() {
        let of = |member: &str, pool: &Value| afterwards(member, pool.as_object());
        let role = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::111122223333:role/sms" } });
        let identity = "arn:aws:ses:us-west-2:111122223333:identity/a.example";
        for (member, pool, wanted) in [
            (
                "CustomSMSSender",
                json!({}),
                "no SMS messages are sent: the pool has no SMS role".to_owned(),
            ),
            (
                "CustomSMSSender",
                json!({ "SmsConfiguration": {} }),
                "no SMS messages are sent: the pool has no SMS role".to_owned(),
            ),
            (
                "CustomSMSSender",
                role,
                "Cognito sends SMS messages itself again, by the role arn:aws:iam::111122223333:role/sms".to_owned(),
            ),
            (
                "CustomEmailSender",
                json!({ "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" } }),
                "Cognito sends e-mail itself again, from its own address: at most 50 messages a day for the account"
                    .to_owned(),
            ),
            (
                "CustomEmailSender",
                json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER", "SourceArn": identity } }),
                format!("Cognito sends e-mail itself again, by Amazon SES as {identity}"),
            ),
        ] {
            assert_eq!(of(member, &pool), wanted);
        }
        assert!(afterwards("CustomSMSSender", None).contains("if the pool has an SMS role"));
    }
}
