//! What changes in a pool that stays outside the stack, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::json::edit;
use super::text::edit_line;
use super::value::inline;
use crate::plan::{Edit, PoolPart, TriggerChange};

/// What becomes of the stack around the update.
pub(super) const RECORDED: &str = "until it was compared, the stack holds the SHA-256 of the pool's configuration";

/// Writes the pool's part of a plan that has so many change sets.
pub(super) fn lines(out: &mut String, part: &PoolPart, change_sets: usize) {
    // Writing to a String cannot fail, so the results are dropped here and below.
    let _ = writeln!(out);
    let order = match part.after {
        _ if change_sets == 0 => None,
        0 => Some("first"),
        after if after == change_sets => Some("after that"),
        _ => Some("in between"),
    };
    if let Some(order) = order {
        let _ = writeln!(out, "  {order}, by UpdateUserPool");
    }
    let _ = writeln!(out, "  ~ {:<34} {}  (stays outside the stack)", "user pool", part.id);
    for change in &part.triggers {
        let shown = |value: &Option<Value>| value.as_ref().map(|value| Value::from(readable(value)));
        let edit = Edit {
            path: vec!["LambdaConfig".to_owned(), change.member.clone()],
            old: shown(&change.before),
            new: shown(&change.after),
        };
        edit_line(out, &edit.path, &edit);
    }
    for edit in &part.settings {
        edit_line(out, &edit.path, edit);
    }
    let _ = match part.stay {
        0 => Ok(()),
        1 => writeln!(out, "      1 other setting stays as it is"),
        stay => writeln!(out, "      {stay} other settings stay as they are"),
    };
    let _ = writeln!(out, "      {RECORDED}");
}

/// Counts what changes, such as `2 settings of the pool to change`.
pub(super) fn count(part: &PoolPart) -> String {
    let count = part.triggers.len() + part.settings.len();
    let settings = if count == 1 { "setting" } else { "settings" };
    format!("{count} {settings} of the pool to change")
}

/// Renders the pool's part for programs.
pub(super) fn json(part: &PoolPart) -> Value {
    json!({
        "id": part.id.as_str(),
        "after": part.after,
        "triggers": part.triggers.iter().map(trigger).collect::<Vec<_>>(),
        "settings": part.settings.iter().map(edit).collect::<Vec<_>>(),
        "stay": part.stay,
    })
}

fn trigger(change: &TriggerChange) -> Value {
    json!({ "member": change.member, "old": change.before, "new": change.after })
}

/// A trigger's function and version: a function by its name and account, since a pool's functions are of its Region.
pub(super) fn readable(value: &Value) -> String {
    if let (Some(function), Some(version)) = (value.get("LambdaArn"), value.get("LambdaVersion")) {
        return format!("{}, {}", readable(function), inline(version));
    }
    let text = inline(value);
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, account, "function", name] => format!("{name} of {account}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::Map;

    use super::*;
    use crate::spec::PoolId;

    fn part(after: usize) -> PoolPart {
        let change = |member: &str, before: Option<Value>, after: Option<Value>| TriggerChange {
            member: member.to_owned(),
            before,
            after,
        };
        let own = |id: &str| json!({ "Fn::GetAtt": [id, "Arn"] });
        PoolPart {
            id: PoolId::parse("us-west-2_AbCdEf123").unwrap(),
            triggers: vec![
                change(
                    "CustomSMSSender",
                    None,
                    Some(json!({ "LambdaArn": own("Function"), "LambdaVersion": "V1_0" })),
                ),
                change(
                    "PreSignUp",
                    Some(json!("arn:aws:lambda:us-west-2:111122223333:function:checks:live")),
                    None,
                ),
                change(
                    "KMSKeyID",
                    Some(json!("arn:aws:kms:us-west-2:111122223333:key/1")),
                    Some(own("Key")),
                ),
            ],
            lambda_config: Map::new(),
            settings: vec![Edit {
                path: vec![
                    "Policies".to_owned(),
                    "PasswordPolicy".to_owned(),
                    "MinimumLength".to_owned(),
                ],
                old: Some(json!(8)),
                new: Some(json!(12)),
            }],
            stay: 41,
            after,
        }
    }

    #[test]
    fn the_part_reads_without_colour_and_says_when_it_comes() {
        let shown = |after, change_sets| {
            let mut out = String::new();
            lines(&mut out, &part(after), change_sets);
            out
        };
        assert_eq!(
            shown(1, 1),
            "
  after that, by UpdateUserPool
  ~ user pool                          us-west-2_AbCdEf123  (stays outside the stack)
      LambdaConfig.CustomSMSSender: → Function.Arn, V1_0
      LambdaConfig.PreSignUp: checks:live of 111122223333 → none
      LambdaConfig.KMSKeyID: arn:aws:kms:us-west-2:111122223333:key/1 → Key.Arn
      Policies.PasswordPolicy.MinimumLength: 8 → 12
      41 other settings stay as they are
      until it was compared, the stack holds the SHA-256 of the pool's configuration
"
        );
        assert!(shown(0, 1).starts_with("\n  first, by UpdateUserPool\n"));
        assert!(shown(1, 2).starts_with("\n  in between, by UpdateUserPool\n"));
        assert!(shown(0, 0).starts_with("\n  ~ user pool "));
        assert_eq!(count(&part(0)), "4 settings of the pool to change");
    }

    #[test]
    fn programs_read_whole_values() {
        let part = json(&part(1));
        assert_eq!(
            part.pointer("/triggers/1/old"),
            Some(&json!("arn:aws:lambda:us-west-2:111122223333:function:checks:live"))
        );
        assert_eq!(part.pointer("/settings/0/path/2"), Some(&json!("MinimumLength")));
        assert_eq!(
            (part.get("after"), part.get("stay")),
            (Some(&json!(1)), Some(&json!(41)))
        );
    }
}
