//! Cognito's right to encrypt under the key: a grant that it makes for itself while the pool is updated.
//!
//! Cognito documents neither the grant's exact operations nor its principal, so it is known by what it must be good
//! for: to encrypt, for this pool.

use super::Pause;
use crate::aws::{AwsError, Grant, Session};
use crate::spec::PoolId;

/// What came of looking for the grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantSeen {
    /// It is there.
    There(Grant),
    /// Not yet: KMS may take five minutes to show a grant, and as long to heed it.
    NotYet,
    /// The credentials lack this right, so nobody has looked.
    Unread(&'static str),
}

/// How often KMS is asked, about four seconds in all.
const LOOKS: usize = 7;

/// By which operations a code can be encrypted.
const ENCRYPTING: [&str; 3] = ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"];

/// Looks for the grant by which Cognito encrypts the codes of a pool under a key, for a few seconds.
pub async fn watch_grant(session: &Session, key_arn: &str, pool: &PoolId) -> Result<GrantSeen, AwsError> {
    let mut pause = Pause::new();
    for look in 1..=LOOKS {
        match session.grants(key_arn).await {
            Ok(grants) => {
                if let Some(grant) = grants.into_iter().find(|grant| serves(grant, pool)) {
                    return Ok(GrantSeen::There(grant));
                }
            }
            Err(error) if error.is_denied() => return Ok(GrantSeen::Unread(error.action)),
            Err(error) => return Err(error),
        }
        if look < LOOKS {
            pause.wait().await;
        }
    }
    Ok(GrantSeen::NotYet)
}

/// Whether a grant lets Cognito encrypt for a pool: what it is confined to is this pool, or it is Cognito's own.
pub fn serves(grant: &Grant, pool: &PoolId) -> bool {
    let encrypts = grant.operations.iter().any(|each| ENCRYPTING.contains(&each.as_str()));
    let named = grant.encryption_context.get("userpool-id");
    let source = grant.source_arn.as_deref();
    let confined = named.is_none_or(|id| id == pool.as_str())
        && source.is_none_or(|arn| arn.ends_with(&format!(":userpool/{pool}")));
    let for_pool = named.is_some() || source.is_some() || grant.grantee.starts_with("cognito");
    encrypts && confined && for_pool
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::{Value, json};

    use super::*;
    use crate::aws::stub::{Stub, error};

    fn pool() -> PoolId {
        PoolId::parse("us-west-2_a").unwrap()
    }

    fn grant(constraints: &Value, grantee: &str, operation: &str) -> Value {
        json!({ "GrantId": "g", "GranteePrincipal": grantee, "Operations": [operation, "DescribeKey"],
            "Constraints": constraints })
    }

    async fn seen(answer: Value) -> GrantSeen {
        let stub = Stub::start(move |_| (200, answer.to_string()));
        watch_grant(&stub.session(), "arn:k", &pool()).await.unwrap()
    }

    #[tokio::test]
    async fn the_grant_is_known_by_what_it_is_good_for() {
        let other = grant(&json!(null), "arn:aws:iam::111122223333:role/r", "Encrypt");
        let own = json!({ "EncryptionContextSubset": { "userpool-id": "us-west-2_a" } });
        let arn = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";
        for good in [
            grant(&own, "AWS Internal", "GenerateDataKeyWithoutPlaintext"),
            grant(
                &json!({ "EncryptionContextEquals": { "userpool-id": "us-west-2_a" } }),
                "x",
                "GenerateDataKey",
            ),
            grant(&json!({ "SourceArn": arn }), "x", "Encrypt"),
            grant(&json!(null), "cognito-idp.amazonaws.com", "GenerateDataKey"),
        ] {
            let seen = seen(json!({ "Grants": [other, good], "Truncated": false })).await;
            assert!(matches!(seen, GrantSeen::There(_)), "{good}");
        }
    }

    #[test]
    fn others_are_passed_over() {
        let grant = |grantee: &str, operation: &str, context: Option<&str>, source: Option<&str>| Grant {
            id: "g".to_owned(),
            grantee: grantee.to_owned(),
            operations: vec![operation.to_owned()],
            encryption_context: context
                .into_iter()
                .map(|id| ("userpool-id".to_owned(), id.to_owned()))
                .collect(),
            source_arn: source.map(str::to_owned),
        };
        let cognito = "cognito-idp.amazonaws.com";
        for other in [
            grant("arn:r", "GenerateDataKey", None, None),
            // The function's own, say.
            grant("arn:r", "Decrypt", Some("us-west-2_a"), None),
            grant(cognito, "GenerateDataKey", Some("us-west-2_ab"), None),
            grant(
                cognito,
                "GenerateDataKey",
                None,
                Some("arn:aws:cognito-idp:us-west-2:1:userpool/us-west-2_b"),
            ),
        ] {
            assert!(!serves(&other, &pool()), "{other:?}");
        }
    }

    /// Over a second: it waits as long as an apply would.
    #[tokio::test]
    async fn it_is_watched_for_a_few_seconds() {
        let mut looks = 0;
        let stub = Stub::start(move |_| {
            looks += 1;
            let cognito = grant(&json!(null), "cognito-idp.amazonaws.com", "GenerateDataKey");
            let grants = if looks == 4 { vec![cognito] } else { Vec::new() };
            (200, json!({ "Grants": grants, "Truncated": false }).to_string())
        });
        let seen = watch_grant(&stub.session(), "arn:k", &pool()).await.unwrap();
        assert!(matches!(seen, GrantSeen::There(_)));
        assert_eq!(
            watch_grant(&stub.session(), "arn:k", &pool()).await.unwrap(),
            GrantSeen::NotYet
        );
        assert_eq!(stub.requests().len(), 4 + LOOKS);
    }

    #[tokio::test]
    async fn without_the_right_nobody_looks() {
        let stub = Stub::start(|_| error(400, "AccessDeniedException", "no"));
        let seen = watch_grant(&stub.session(), "arn:k", &pool()).await.unwrap();
        assert_eq!(seen, GrantSeen::Unread("kms:ListGrants"));
        assert_eq!(stub.requests().len(), 1);
    }
}
