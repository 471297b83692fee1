//! The key that codes are encrypted under: can it be used, and does Cognito have its grant?

use std::collections::BTreeSet;

use super::{Reading, Verdict};
use crate::apply::serves;
use crate::aws::{Grant, KeyDescription};
use crate::plan::statement::{Admits, admits};
use crate::spec::PoolId;

/// Whether a key can encrypt.
pub fn state(arn: &str, found: &Reading<Option<KeyDescription>>) -> Verdict {
    let check = "key";
    let lost = "Cognito can encrypt no code, so nobody can sign up or sign in by one";
    let key = match found {
        Ok(Some(key)) => key,
        Ok(None) => {
            let next = "name another key in the stack file, then apply";
            return Verdict::fail(check, format!("there is no {arn}: {lost}"), next);
        }
        Err(error) => return Verdict::unread(check, error, &format!("aws kms describe-key --key-id {arn}")),
    };
    if key.spec != "SYMMETRIC_DEFAULT" || key.usage != "ENCRYPT_DECRYPT" {
        return Verdict::fail(
            check,
            format!("{} for {}: {lost}", key.spec, key.usage),
            "use a symmetric key for encryption",
        );
    }
    match key.state.as_str() {
        "Enabled" => Verdict::ok(check, "Enabled, symmetric"),
        "Disabled" => Verdict::fail(
            check,
            format!("Disabled: {lost}"),
            format!("aws kms enable-key --key-id {arn}"),
        ),
        "PendingDeletion" => Verdict::fail(
            check,
            format!("PendingDeletion: {lost}"),
            format!("aws kms cancel-key-deletion --key-id {arn}; aws kms enable-key --key-id {arn}"),
        ),
        other => Verdict::fail(
            check,
            format!("{other}: {lost}"),
            format!("aws kms describe-key --key-id {arn}"),
        ),
    }
}

/// What Cognito's grants on the key are, and whether there is one for this pool. `policy` is the key's, where it could
/// be read: whether it names Cognito tells how the grant came to be.
pub fn grants(arn: &str, pool: &PoolId, found: &Reading<Vec<Grant>>, policy: Option<&str>) -> Verdict {
    let check = "grant";
    let look = format!("aws kms list-grants --key-id {arn}");
    let grants = match found {
        Ok(grants) => grants,
        Err(error) => return Verdict::unread(check, error, &look),
    };
    let own: Vec<&Grant> = grants.iter().filter(|grant| serves(grant, pool)).collect();
    let Some(first) = own.first() else {
        return Verdict::warn(
            check,
            format!("measured here: no grant lets Cognito encrypt for {pool}"),
            "KMS shows a new grant up to five minutes late; if it stays so, apply again by a role that has \
             kms:CreateGrant",
        );
    };
    let operations: BTreeSet<&str> = own
        .iter()
        .flat_map(|grant| &grant.operations)
        .map(String::as_str)
        .collect();
    let operations = operations.into_iter().collect::<Vec<_>>().join(", ");
    let constraint = match (first.encryption_context.is_empty(), &first.source_arn) {
        (false, _) => {
            let context = first.encryption_context.iter();
            let context = context.map(|(key, value)| format!("{key}={value}"));
            format!("with {}", context.collect::<Vec<_>>().join(", "))
        }
        (true, Some(source)) => format!("for {source}"),
        (true, None) => "with no constraint".to_owned(),
    };
    let by = if own.len() > 1 {
        format!(", by {} grants", own.len())
    } else {
        String::new()
    };
    let mut found = format!("measured here: {} may {operations} {constraint}{by}", first.grantee);
    if let Some(policy) = policy.and_then(|policy| serde_json::from_str(policy).ok()) {
        found += match admits(&policy, "cognito-idp.amazonaws.com", "kms:CreateGrant", &[]) {
            Admits::No => "; the key's policy does not name Cognito",
            Admits::Yes | Admits::But(_) | Admits::Denied | Admits::Unknown(_) => "; the key's policy names Cognito",
        };
    }
    Verdict::ok(check, found)
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::collections::BTreeMap;

    use super::*;
    use crate::doctor::kit::{denied, told};

    #[test]
    fn states() {
        let of = |state_of: &str, spec: &str| {
            let key = KeyDescription {
                state: state_of.to_owned(),
                spec: spec.to_owned(),
                usage: "ENCRYPT_DECRYPT".to_owned(),
            };
            state("arn:k", &Ok(Some(key)))
        };
        let lost = "Cognito can encrypt no code, so nobody can sign up or sign in by one";
        assert_eq!(
            told(&[
                of("Enabled", "SYMMETRIC_DEFAULT"),
                of("Disabled", "SYMMETRIC_DEFAULT"),
                of("PendingDeletion", "SYMMETRIC_DEFAULT"),
                of("Unavailable", "SYMMETRIC_DEFAULT"),
                of("Enabled", "RSA_2048"),
                state("arn:k", &Ok(None)),
                state("arn:k", &denied("kms:DescribeKey")),
            ]),
            [
                "ok key: Enabled, symmetric".to_owned(),
                format!("fail key: Disabled: {lost}"),
                format!("fail key: PendingDeletion: {lost}"),
                format!("fail key: Unavailable: {lost}"),
                format!("fail key: RSA_2048 for ENCRYPT_DECRYPT: {lost}"),
                format!("fail key: there is no arn:k: {lost}"),
                "warn key: not checked: kms:DescribeKey: no (AccessDenied)".to_owned(),
            ]
        );
    }

    #[test]
    fn a_grant_is_told_with_operations_and_constraints() {
        let pool = PoolId::parse("us-west-2_a").unwrap();
        let grant = |context: &[(&str, &str)], source: Option<&str>| Grant {
            id: "g".to_owned(),
            grantee: "cognito-idp.amazonaws.com".to_owned(),
            operations: vec!["GenerateDataKey".to_owned(), "DescribeKey".to_owned()],
            encryption_context: context
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            source_arn: source.map(str::to_owned),
        };
        let by_context = grant(&[("userpool-id", "us-west-2_a")], None);
        let arn = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";
        let named = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"cognito-idp.amazonaws.com"},
            "Action":"kms:CreateGrant","Resource":"*"}]}"#;
        let root = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},
            "Action":"kms:*","Resource":"*"}]}"#;
        let of = |grants_of: &[&Grant], policy: Option<&str>| {
            grants(
                "arn:k",
                &pool,
                &Ok(grants_of.iter().map(|grant| (*grant).clone()).collect()),
                policy,
            )
        };
        assert_eq!(
            told(&[
                of(&[&by_context], Some(root)),
                of(&[&by_context, &by_context], None),
                of(&[&grant(&[], Some(arn))], Some(named)),
                of(&[&grant(&[], None)], None),
                of(&[&grant(&[("userpool-id", "us-west-2_b")], None)], None),
                grants("arn:k", &pool, &denied("kms:ListGrants"), None),
            ]),
            [
                "ok grant: measured here: cognito-idp.amazonaws.com may DescribeKey, GenerateDataKey with \
                 userpool-id=us-west-2_a; the key's policy does not name Cognito",
                "ok grant: measured here: cognito-idp.amazonaws.com may DescribeKey, GenerateDataKey with \
                 userpool-id=us-west-2_a, by 2 grants",
                "ok grant: measured here: cognito-idp.amazonaws.com may DescribeKey, GenerateDataKey for \
                 arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a; the key's policy names Cognito",
                "ok grant: measured here: cognito-idp.amazonaws.com may DescribeKey, GenerateDataKey with no constraint",
                "warn grant: measured here: no grant lets Cognito encrypt for us-west-2_a",
                "warn grant: not checked: kms:ListGrants: no (AccessDenied)",
            ]
        );
    }
}
