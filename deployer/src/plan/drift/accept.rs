//! What a stack file would have to say for a live value to be as declared.

use serde_json::{Map, Value};

use super::{Drift, Standing};
use crate::model::logical;
use crate::spec::{FileEdit, Pool, Stack};

/// Settings of other resources that a stack file has a word for.
const SETTINGS: [(&str, &[&str], &[&str]); 5] = [
    (logical::FUNCTION, &["MemorySize"], &["function", "memory_mb"]),
    (logical::FUNCTION, &["Timeout"], &["function", "timeout_s"]),
    (
        logical::LOG_GROUP,
        &["RetentionInDays"],
        &["function", "log_retention_days"],
    ),
    (
        logical::ASYNC_CONFIG,
        &["MaximumEventAgeInSeconds"],
        &["function", "async", "max_event_age_s"],
    ),
    (
        logical::ASYNC_CONFIG,
        &["MaximumRetryAttempts"],
        &["function", "async", "max_retries"],
    ),
];

/// Texts that may be declared by an older name.
const OLDER: [(&str, &str); 3] = super::pool::OLDER;

/// Returns the edit that makes a drifted value the declared one, or why a stack file cannot say it.
pub fn accept(stack: &Stack, drift: &Drift) -> Result<FileEdit, &'static str> {
    match drift.standing {
        Standing::NotApplied => return Err("it is as it was deployed: `deployer apply` brings what the file says"),
        Standing::NotCompared => return Err("what the file refers to is not known, so there is nothing to compare"),
        Standing::Drifted | Standing::NotDeclared => {}
    }
    if drift.path.is_empty() {
        return Err("it is gone, and only CloudFormation can make it again");
    }
    if drift.resource == logical::POOL {
        return in_pool(stack, drift);
    }
    let path: Vec<&str> = drift.path.iter().map(String::as_str).collect();
    let setting = SETTINGS
        .iter()
        .find(|(resource, member, _)| *resource == drift.resource && *member == path.as_slice());
    match (setting, path.as_slice()) {
        (Some((_, _, key)), _) => Ok(edit(key, drift)),
        (None, ["Code", ..]) => Err("code comes from the handler's sources, not from a stack file"),
        (None, _) => Err("no key of a stack file says it: the deployer renders this property itself"),
    }
}

fn in_pool(stack: &Stack, drift: &Drift) -> Result<FileEdit, &'static str> {
    let (kind, properties) = match &stack.pool {
        Pool::New { properties } => ("new", properties),
        Pool::Import { properties, .. } => ("import", properties),
        Pool::Existing { .. } => return outside(drift),
    };
    let mut path: Vec<&str> = drift.path.iter().map(String::as_str).collect();
    let first = path.first().copied().unwrap_or_default();
    match first {
        "LambdaConfig" => {
            return Err("a trigger is more than a value (rights, versions, keys): write it into `triggers` by hand");
        }
        "Schema" => return Err("attributes are made once, for good: declare this one as it is by hand"),
        "SmsConfiguration" if drift.declared.is_some() && !properties.contains_key(first) => {
            return Err("the deployer renders the pool's SMS role itself; to use another one, name it by hand");
        }
        "UserPoolTags" if drift.live.is_none() && at(properties, &path).is_none() => {
            return Err("it is a tag of the whole stack: take it out of `tags` by hand");
        }
        _ => {}
    }
    let older = OLDER.iter().find(|(older, newer)| {
        path.as_slice() == ["VerificationMessageTemplate", *newer] && properties.contains_key(*older)
    });
    if let Some((older, _)) = older
        && at(properties, &path).is_none()
    {
        path = vec![*older];
    }
    if drift.live.is_none() && at(properties, &path).is_none() {
        return Err("the file does not say it, so that there is nothing to take out of it");
    }
    let mut keys = vec!["pool", kind, "properties"];
    keys.extend(path);
    Ok(edit(&keys, drift))
}

fn outside(drift: &Drift) -> Result<FileEdit, &'static str> {
    let sending = match drift.live.as_ref().and_then(Value::as_str) {
        _ if drift.path.first().is_none_or(|first| first != "EmailConfiguration") => None,
        Some("DEVELOPER") => Some("developer"),
        Some("COGNITO_DEFAULT") | None => Some("cognito_default"),
        Some(_) => None,
    };
    let sending = sending.ok_or("the triggers of such a pool are written into `triggers` by hand")?;
    Ok(FileEdit {
        path: ["pool", "email_sending"].map(str::to_owned).to_vec(),
        value: Some(Value::from(sending)),
    })
}

fn edit(path: &[&str], drift: &Drift) -> FileEdit {
    FileEdit {
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        value: drift.live.clone(),
    }
}

fn at<'a>(properties: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(properties.get(*first)?, |value, key| value.get(*key))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;
    use crate::finding::Source;
    use crate::plan::drift::sample;
    use crate::spec::parse;

    fn stack(pool: &str) -> Stack {
        let text = format!("name: acme\nregion: us-west-2\ntags: {{team: identity}}\npool: {pool}\n");
        let (stack, findings) = parse(&Source::new("a.yaml", text));
        stack.unwrap_or_else(|| panic!("{findings:?}"))
    }

    fn drift(resource: &str, path: &str, live: Option<Value>) -> Drift {
        sample(resource, path, Some(json!("declared")), live)
    }

    /// The stack, resource and path, what is live, and where the file says it.
    type Row<'a> = (&'a Stack, &'a str, &'a str, Option<Value>, Option<&'a str>);

    #[test]
    fn each_value_has_its_place_in_a_file_or_a_reason_to_have_none() {
        let new = stack(
            "{new: {properties: {UserPoolName: acme, SmsVerificationMessage: \"{####}\", UserPoolTags: {a: b}}}}",
        );
        let import = stack("{import: {id: us-west-2_AbCdEf123, properties: {UserPoolName: acme}}}");
        let existing = stack("{existing: us-west-2_AbCdEf123}");
        let live = Some(json!(1));
        let rows: [Row<'_>; 16] = [
            (
                &new,
                "Pool",
                "MfaConfiguration",
                live.clone(),
                Some("pool.new.properties.MfaConfiguration"),
            ),
            (
                &import,
                "Pool",
                "Policies.X",
                live.clone(),
                Some("pool.import.properties.Policies.X"),
            ),
            // By the name that the file has for it.
            (
                &new,
                "Pool",
                "VerificationMessageTemplate.SmsMessage",
                live.clone(),
                Some("pool.new.properties.SmsVerificationMessage"),
            ),
            (
                &new,
                "Pool",
                "VerificationMessageTemplate.EmailMessage",
                live.clone(),
                Some("pool.new.properties.VerificationMessageTemplate.EmailMessage"),
            ),
            (
                &new,
                "Pool",
                "UserPoolTags.a",
                None,
                Some("pool.new.properties.UserPoolTags.a"),
            ),
            (&new, "Pool", "UserPoolTags.team", None, None),
            (&new, "Pool", "UserPoolTier", None, None),
            (&new, "Pool", "LambdaConfig.PreSignUp", live.clone(), None),
            (&new, "Pool", "Schema.plan", live.clone(), None),
            (&new, "Pool", "SmsConfiguration.SnsRegion", live.clone(), None),
            (&new, "Pool", "", None, None),
            (&new, "Function", "Timeout", live.clone(), Some("function.timeout_s")),
            (
                &new,
                "LogGroup",
                "RetentionInDays",
                live.clone(),
                Some("function.log_retention_days"),
            ),
            (&new, "Function", "Code.SHA-256", live.clone(), None),
            (&new, "DeadLetterQueue", "KmsMasterKeyId", live.clone(), None),
            (
                &existing,
                "Pool",
                "EmailConfiguration.EmailSendingAccount",
                Some(json!("DEVELOPER")),
                Some("pool.email_sending"),
            ),
        ];
        for (stack, resource, path, live, wanted) in rows {
            let edit = accept(stack, &drift(resource, path, live));
            let found = edit.as_ref().ok().map(|edit| edit.path.join("."));
            assert_eq!(found.as_deref(), wanted, "{resource}.{path}: {edit:?}");
        }
        let sending = accept(
            &existing,
            &drift("Pool", "EmailConfiguration.EmailSendingAccount", None),
        );
        assert_eq!(sending.unwrap().value, Some(json!("cognito_default")));
        let told = |standing| Drift {
            standing,
            ..drift("Pool", "MfaConfiguration", None)
        };
        assert!(accept(&new, &told(Standing::NotApplied)).is_err());
        assert!(accept(&new, &told(Standing::NotCompared)).is_err());
    }
}
