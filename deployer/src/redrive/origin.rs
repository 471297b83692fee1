//! Where the records of a stack's queue come from, and which ones come from elsewhere.
//!
//! Lambda's failure destination and the handler both send by the function's role, so SQS knows every genuine record's
//! sender as a session of this role. A record's body proves nothing: whoever may send to the queue can write any.

use super::{Doubt, Failed};

/// What genuine records of a queue have in common.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The function's ARN, without a qualifier.
    pub function_arn: String,
    /// The id of the stack's user pool.
    pub pool: String,
    /// The unique id of the function's role (`AROA…`); nothing where it could not be read.
    pub role_id: Option<String>,
}

/// A record, with the doubt that its origin raises.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The record.
    pub failed: Failed,
    /// Why it is held back, where it is.
    pub doubt: Option<Doubt>,
}

/// How Lambda has named sessions of its own. Observed in `SenderId` of messages that functions sent; whoever runs code
/// by the function's role can decrypt its codes already, so the name gives nobody more.
const LAMBDA_SESSION: &str = "awslambda_";

impl Origin {
    /// Examines who put a record into the queue, and whom it names.
    pub fn examine(&self, failed: Failed) -> Examined {
        let sender = self.doubt_of_sender(failed.sender.as_deref());
        let named = self.doubt_of_names(&failed);
        // What a forgery is known by comes before what could not be checked.
        let doubt = match (sender, named) {
            (Some(sender), Some(named)) if !sender.is_forgery() => Some(named),
            (sender, named) => sender.or(named),
        };
        Examined { failed, doubt }
    }

    /// `SenderId` of a message that a role sent is `AROA…:session`, and Lambda names a session after the function.
    fn doubt_of_sender(&self, sender: Option<&str>) -> Option<Doubt> {
        let (Some(role_id), Some(sender)) = (&self.role_id, sender) else {
            return Some(Doubt::SenderUnread);
        };
        let (sender_id, session) = sender.split_once(':').unwrap_or((sender, ""));
        let function = self.function_arn.rsplit(':').next().unwrap_or_default();
        if sender_id != role_id {
            Some(Doubt::ForeignSender)
        } else if session == function || session.starts_with(LAMBDA_SESSION) {
            None
        } else {
            Some(Doubt::OtherSession)
        }
    }

    fn doubt_of_names(&self, failed: &Failed) -> Option<Doubt> {
        let is_own = |arn: &str| arn.strip_suffix(":$LATEST").unwrap_or(arn) == self.function_arn;
        match (&failed.function_arn, &failed.event) {
            (Some(arn), _) if !is_own(arn) => Some(Doubt::ForeignFunction),
            // Every record of Lambda's and of the handler's names its function.
            (None, Some(_)) => Some(Doubt::ForeignFunction),
            (_, Some(event)) if event.pool != self.pool => Some(Doubt::ForeignPool),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:acme-Function";
    const ROLE: &str = "AROAEXAMPLE0000000001";

    fn origin() -> Origin {
        Origin {
            function_arn: FUNCTION.to_owned(),
            pool: "us-west-2_AbCdEf123".to_owned(),
            role_id: Some(ROLE.to_owned()),
        }
    }

    fn record(function: &Value, pool: &str) -> String {
        let event = json!({
            "triggerSource": "CustomSMSSender_SignUp",
            "userPoolId": pool,
            "userName": "jane",
            "request": {"type": "customSMSSenderRequestV1", "code": "AYADeA==", "userAttributes": {}},
        });
        json!({"requestContext": {"functionArn": function}, "requestPayload": event}).to_string()
    }

    fn doubt(origin: &Origin, sender: Option<&str>, body: &str) -> Option<Doubt> {
        let failed = Failed::read("a".to_owned(), 0, sender.map(str::to_owned), body);
        origin.examine(failed).doubt
    }

    #[test]
    fn only_a_session_of_the_functions_role_sends_genuine_records() {
        let genuine = record(&json!(FUNCTION), "us-west-2_AbCdEf123");
        for (sender, wanted) in [
            (Some("AROAEXAMPLE0000000001:acme-Function"), None),
            (Some("AROAEXAMPLE0000000001:awslambda_39_20161007224708400"), None),
            (Some("AROAEXAMPLE0000000001:other"), Some(Doubt::OtherSession)),
            (Some("AROAEXAMPLE0000000001:"), Some(Doubt::OtherSession)),
            (Some("AROAEXAMPLE0000000001"), Some(Doubt::OtherSession)),
            // A role of the same name that was made anew has another id.
            (Some("AROAEXAMPLE0000000002:acme-Function"), Some(Doubt::ForeignSender)),
            (Some("AROAEXAMPLE00000000012:acme-Function"), Some(Doubt::ForeignSender)),
            (Some("AIDAEXAMPLE0000000001"), Some(Doubt::ForeignSender)),
            (Some("111122223333"), Some(Doubt::ForeignSender)),
            (Some(""), Some(Doubt::ForeignSender)),
            (None, Some(Doubt::SenderUnread)),
        ] {
            assert_eq!(doubt(&origin(), sender, &genuine), wanted, "{sender:?}");
        }
        let unread = Origin {
            role_id: None,
            ..origin()
        };
        let sender = Some("AIDAEXAMPLE0000000001");
        assert_eq!(doubt(&unread, sender, &genuine), Some(Doubt::SenderUnread));
        // What the body gives away counts all the same.
        let foreign = record(
            &json!("arn:aws:lambda:us-west-2:999999999999:function:f"),
            "us-west-2_AbCdEf123",
        );
        assert_eq!(doubt(&unread, sender, &foreign), Some(Doubt::ForeignFunction));
    }

    #[test]
    fn a_record_names_the_function_and_the_pool_of_the_stack() {
        let sender = Some("AROAEXAMPLE0000000001:acme-Function");
        let own = "us-west-2_AbCdEf123";
        for (function, pool, wanted) in [
            (json!(FUNCTION), own, None),
            (json!(format!("{FUNCTION}:$LATEST")), own, None),
            (json!(format!("{FUNCTION}:7")), own, Some(Doubt::ForeignFunction)),
            (json!(format!("{FUNCTION}2")), own, Some(Doubt::ForeignFunction)),
            (
                json!(FUNCTION.replace("111122223333", "999999999999")),
                own,
                Some(Doubt::ForeignFunction),
            ),
            (json!(null), own, Some(Doubt::ForeignFunction)),
            (json!(7), own, Some(Doubt::ForeignFunction)),
            (json!(FUNCTION), "us-west-2_Other0123", Some(Doubt::ForeignPool)),
        ] {
            let body = record(&function, pool);
            assert_eq!(doubt(&origin(), sender, &body), wanted, "{function} {pool}");
        }
        // What cannot be read names nothing; its sender still counts.
        assert_eq!(doubt(&origin(), sender, "{"), None);
        assert_eq!(doubt(&origin(), Some("111122223333"), "{"), Some(Doubt::ForeignSender));
    }
}
