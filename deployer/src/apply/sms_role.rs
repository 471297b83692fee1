//! Before a pool is updated: would Cognito take its SMS role and its e-mail identity again?

use crate::aws::{AwsError, LivePool, Session};
use crate::finding::Finding;
use crate::plan::{RightSeen, RoleSeen, SmsRole, email_finding};

/// Asks IAM about the role by which a live pool sends SMS messages. What the credentials may not read is a warning.
pub async fn sender_findings(session: &Session, live: &LivePool) -> Result<Vec<Finding>, AwsError> {
    let mut findings: Vec<Finding> = email_finding(&live.pool).into_iter().collect();
    let Some(role) = SmsRole::of(&live.pool) else {
        return Ok(findings);
    };
    if !role.is_near() {
        findings.push(role.unchecked(format!(
            "the SMS role {} is none of the pool's account, so it cannot be looked at",
            role.arn
        )));
        return Ok(findings);
    }
    let seen = match session.role(&role.arn).await {
        Ok(Some(there)) => RoleSeen::There(there),
        Ok(None) => RoleSeen::Gone,
        Err(error) if error.is_denied() => RoleSeen::Unread(error.action),
        Err(error) => return Err(error),
    };
    let right = match &seen {
        RoleSeen::There(_) => Some(right(session, &role).await?),
        RoleSeen::Gone | RoleSeen::Unread(_) => None,
    };
    findings.extend(role.findings(&seen, right.as_ref()));
    Ok(findings)
}

async fn right(session: &Session, role: &SmsRole) -> Result<RightSeen, AwsError> {
    let region = role.region.as_deref().unwrap_or(session.region().as_str());
    let context = [("aws:RequestedRegion", region)];
    match session.simulate(&role.arn, role.action, &role.resource, &context).await {
        Ok(told) => Ok(RightSeen::Told(told)),
        Err(error) if error.is_denied() => Ok(RightSeen::Unread(error.action)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;
    use crate::aws::stub::{Answer, Request, Stub};
    use crate::finding::Code;

    const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/acme-sms";

    fn live(role: &str) -> LivePool {
        let pool = json!({
            "Arn": "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a",
            "SmsConfiguration": { "SnsCallerArn": role, "ExternalId": "a b" },
        });
        LivePool {
            pool: pool.as_object().cloned().unwrap(),
            ..LivePool::default()
        }
    }

    /// IAM's answer on a role whose trust asks for the external id `a b`, as IAM writes it.
    fn get_role() -> Answer {
        let trust = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A\
                     %22cognito-idp.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Condition%22%3A\
                     %7B%22StringEquals%22%3A%7B%22sts%3AExternalId%22%3A%22a%20b%22%7D%7D%7D%7D";
        let role = format!(
            "<Path>/service-role/</Path><RoleName>acme-sms</RoleName><RoleId>AROA</RoleId><Arn>{ROLE}</Arn>\
             <CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>"
        );
        let answer = format!("<GetRoleResponse><GetRoleResult><Role>{role}</Role></GetRoleResult></GetRoleResponse>");
        (200, answer)
    }

    fn simulated(decision: &str) -> Answer {
        let member = format!(
            "<member><EvalActionName>sns:Publish</EvalActionName><EvalDecision>{decision}</EvalDecision></member>"
        );
        let name = "SimulatePrincipalPolicy";
        let results = format!("<EvaluationResults>{member}</EvaluationResults><IsTruncated>false</IsTruncated>");
        (
            200,
            format!("<{name}Response><{name}Result>{results}</{name}Result></{name}Response>"),
        )
    }

    fn refused(status: u16, code: &str) -> Answer {
        let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>");
        (status, format!("<ErrorResponse>{error}</ErrorResponse>"))
    }

    async fn codes(answer: impl FnMut(&Request) -> Answer + Send + 'static) -> (Vec<Code>, Vec<String>) {
        let stub = Stub::start(answer);
        let findings = sender_findings(&stub.session(), &live(ROLE)).await.unwrap();
        (findings.iter().map(|finding| finding.code).collect(), stub.actions())
    }

    #[tokio::test]
    async fn iam_is_asked_for_the_role_and_its_right() {
        for (role, right, wanted, calls) in [
            (get_role(), simulated("allowed"), None, 2),
            (get_role(), simulated("implicitDeny"), Some(Code::SmsRoleDead), 2),
            (
                get_role(),
                refused(403, "AccessDenied"),
                Some(Code::SmsRoleUnchecked),
                2,
            ),
            (
                refused(404, "NoSuchEntity"),
                simulated("allowed"),
                Some(Code::SmsRoleDead),
                1,
            ),
            (
                refused(403, "AccessDenied"),
                simulated("allowed"),
                Some(Code::SmsRoleUnchecked),
                1,
            ),
        ] {
            let shown = format!("{role:?} {right:?}");
            let (codes, actions) = codes(move |request| match request.action().as_str() {
                "GetRole" => role.clone(),
                _ => right.clone(),
            })
            .await;
            assert_eq!(codes, Vec::from_iter(wanted), "{shown}");
            assert_eq!(actions.len(), calls, "{actions:?}");
        }
    }

    #[tokio::test]
    async fn iam_is_not_asked_for_what_it_cannot_know() {
        let stub = Stub::start(|_| (500, String::new()));
        let far = live("arn:aws:iam::444455556666:role/acme-sms");
        let findings = sender_findings(&stub.session(), &far).await.unwrap();
        assert_eq!(
            findings.first().map(|finding| finding.code),
            Some(Code::SmsRoleUnchecked)
        );
        assert_eq!(
            sender_findings(&stub.session(), &LivePool::default()).await.unwrap(),
            []
        );
        assert_eq!(stub.requests().len(), 0);
    }
}
