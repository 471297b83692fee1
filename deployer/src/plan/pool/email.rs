//! Whether the pool sends e-mail as the stack file says: the handler's answers depend on it.

use serde_json::{Map, Value};

use crate::aws::LivePool;
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::pool::members::option;
use crate::spec::EmailSending;

/// A pool that does not send e-mail as `email_sending` says, where the stack's own function writes its messages.
///
/// Source: "Custom message Lambda trigger", Amazon Cognito Developer Guide: texts of an e-mail are taken only where
/// `EmailSendingAccount` is `DEVELOPER`. A pool that says nothing sends by Cognito's own address.
pub(super) fn sending_differs(
    live: &LivePool,
    lambda_config: &Map<String, Value>,
    said: Option<EmailSending>,
) -> Option<Finding> {
    let writes = lambda_config
        .get("CustomMessage")
        .is_some_and(|function| function.get("Fn::GetAtt").is_some());
    let said = said.filter(|_| writes)?;
    let account = live
        .pool
        .get("EmailConfiguration")
        .and_then(|configuration| configuration.get("EmailSendingAccount"))
        .and_then(Value::as_str)
        .unwrap_or(EmailSending::CognitoDefault.name());
    let resource = format!("{}.EmailConfiguration", logical::POOL);
    if account != said.name() {
        let message = format!("`email_sending` says {}, and the pool sends by {account}", said.name());
        return Some(
            Finding::guard(Code::EmailSendingDiffers, &resource, account, message).hint(format!(
                "write `email_sending: {}`, or change the pool",
                account.to_lowercase()
            )),
        );
    }
    let by_link = option(&live.pool) == Some("CONFIRM_WITH_LINK");
    (said == EmailSending::Developer && by_link).then(|| {
        let message =
            "`email_sending` says DEVELOPER, and the pool confirms by a link, which an answer with a code replaces";
        Finding::guard(Code::EmailSendingDiffers, &resource, "CONFIRM_WITH_LINK", message)
            .hint("write `email_sending: cognito_default`: the pool's own e-mails then stay")
    })
}
