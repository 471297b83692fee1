//! The account: whose credentials these are, and where its zips are kept.

use super::{Reading, Verdict};
use crate::aws::{BucketState, Caller};
use crate::spec::{AccountId, Region};

/// Who somebody is to IAM's simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A role, by its name: a session's ARN does not tell the role's path.
    Role(String),
    /// A user, by ARN.
    User(String),
    /// Somebody whom IAM does not simulate: the account itself, a federated user.
    Other,
}

/// Reads the ARN that STS answers with.
pub fn principal(arn: &str) -> Principal {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    match resource.split_once('/') {
        Some(("assumed-role", rest)) => Principal::Role(rest.split('/').next().unwrap_or(rest).to_owned()),
        Some(("user", _)) => Principal::User(arn.to_owned()),
        _ => Principal::Other,
    }
}

/// Whether there are credentials that work in a Region.
pub fn caller(region: &Region, found: &Reading<Caller>) -> Verdict {
    let check = "credentials";
    match found {
        Ok(caller) if caller.arn.ends_with(":root") => Verdict::warn(
            check,
            format!("{}: the account itself, which nothing holds back", caller.arn),
            "deploy by a role",
        ),
        Ok(caller) => Verdict::ok(check, &caller.arn),
        Err(error) => Verdict::fail(
            check,
            error.to_string(),
            format!(
                "aws sts get-caller-identity --region {region}; a Region that the account has not enabled answers \
                 so too"
            ),
        ),
    }
}

/// Whether the credentials are of the account that a stack file names.
pub fn declared_account(declared: Option<&AccountId>, account: &AccountId) -> Verdict {
    let check = "account";
    match declared {
        Some(declared) if declared == account => Verdict::ok(check, format!("{account}, as the stack file says")),
        Some(declared) => Verdict::fail(
            check,
            format!("the stack file says {declared}, and the credentials are of {account}"),
            "choose the profile of that account (AWS_PROFILE)",
        ),
        None => Verdict::ok(check, format!("{account}; the stack file takes any")),
    }
}

/// Whether the bucket for zips is there and set up as `bootstrap` does. Nothing stands for a bucket that is not there.
pub fn bucket(name: &str, region: &Region, found: &Reading<Option<BucketState>>) -> Verdict {
    let check = "bucket";
    let state = match found {
        Ok(Some(state)) => state,
        Ok(None) => {
            let next = format!("deployer bootstrap --region {region}");
            return Verdict::fail(check, format!("there is no bucket {name}"), next);
        }
        Err(error) => return Verdict::unread(check, error, &format!("aws s3api head-bucket --bucket {name}")),
    };
    let mut lacks = Vec::new();
    if !state.versioned {
        lacks.push("keeps no versions");
    }
    if state.encrypted.is_none() {
        lacks.push("names no encryption");
    }
    if lacks.is_empty() {
        let encryption = state.encrypted.as_deref().unwrap_or_default();
        Verdict::ok(check, format!("{name}: the account's own, versioned, {encryption}"))
    } else {
        let next = "set it up as `deployer bootstrap` does: a rollback needs the zips of before";
        Verdict::warn(check, format!("{name} {}", lacks.join(" and ")), next)
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;
    use crate::doctor::kit::{denied, told};

    #[test]
    fn a_session_is_its_role() {
        for (arn, wanted) in [
            (
                "arn:aws:sts::111122223333:assumed-role/deploy/jane",
                Principal::Role("deploy".to_owned()),
            ),
            (
                "arn:aws:iam::111122223333:user/ci/jane",
                Principal::User("arn:aws:iam::111122223333:user/ci/jane".to_owned()),
            ),
            ("arn:aws:iam::111122223333:root", Principal::Other),
            ("arn:aws:sts::111122223333:federated-user/jane", Principal::Other),
            ("", Principal::Other),
        ] {
            assert_eq!(principal(arn), wanted, "{arn}");
        }
    }

    #[test]
    fn credentials_and_accounts() {
        let account = AccountId::parse("111122223333").unwrap();
        let other = AccountId::parse("444455556666").unwrap();
        let region = Region::parse("us-west-2").unwrap();
        let of = |arn: &str| {
            Ok(Caller {
                account: account.clone(),
                arn: arn.to_owned(),
            })
        };
        assert_eq!(
            told(&[
                caller(&region, &of("arn:aws:iam::111122223333:user/jane")),
                caller(&region, &of("arn:aws:iam::111122223333:root")),
                caller(&region, &denied("sts:GetCallerIdentity")),
                declared_account(None, &account),
                declared_account(Some(&account), &account),
                declared_account(Some(&other), &account),
            ]),
            [
                "ok credentials: arn:aws:iam::111122223333:user/jane",
                "warn credentials: arn:aws:iam::111122223333:root: the account itself, which nothing holds back",
                "fail credentials: sts:GetCallerIdentity: no (AccessDenied)",
                "ok account: 111122223333; the stack file takes any",
                "ok account: 111122223333, as the stack file says",
                "fail account: the stack file says 444455556666, and the credentials are of 111122223333",
            ]
        );
    }

    #[test]
    fn buckets() {
        let region = Region::parse("us-west-2").unwrap();
        let state = |versioned, encrypted: Option<&str>| {
            Ok(Some(BucketState {
                versioned,
                encrypted: encrypted.map(str::to_owned),
            }))
        };
        assert_eq!(
            told(&[
                bucket("b", &region, &state(true, Some("AES256"))),
                bucket("b", &region, &state(false, None)),
                bucket("b", &region, &Ok(None)),
                bucket("b", &region, &denied("s3:ListBucket")),
            ]),
            [
                "ok bucket: b: the account's own, versioned, AES256",
                "warn bucket: b keeps no versions and names no encryption",
                "fail bucket: there is no bucket b",
                "warn bucket: not checked: s3:ListBucket: no (AccessDenied)",
            ]
        );
    }
}
