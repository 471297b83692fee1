use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::model::output;

const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:acme-Function-1";
const KEY_ARN: &str = "arn:aws:kms:us-west-2:111122223333:key/own";

fn own() -> Value {
    json!({ "Fn::GetAtt": ["Function", "Arn"] })
}

fn own_key() -> Value {
    json!({ "Fn::GetAtt": ["Key", "Arn"] })
}

fn sender(function: impl Into<Value>) -> Value {
    json!({ "LambdaArn": function.into(), "LambdaVersion": "V1_0" })
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

fn pool(config: &Value) -> LivePool {
    LivePool {
        pool: Map::from_iter([("LambdaConfig".to_owned(), config.clone())]),
        mfa: Map::new(),
    }
}

fn live(now: &Value, saved: Option<&Value>) -> Live {
    Live {
        now: pool(now),
        saved: saved.map(pool),
    }
}

/// What a stack that recorded `triggers` says of itself.
fn ours(triggers: &Value) -> Ours {
    let template = json!({ "Outputs": {
        "FunctionArn": { "Value": own() },
        "KeyArn": { "Value": own_key() },
        "Triggers": { "Value": triggers.to_string() },
    } });
    let outputs = BTreeMap::from([
        (output::FUNCTION_ARN.to_owned(), FUNCTION.to_owned()),
        (output::KEY_ARN.to_owned(), KEY_ARN.to_owned()),
    ]);
    Ours::of(&template, &outputs)
}

/// Merges with a template whose role may decrypt under the own key alone.
fn merged(wanted: &Value, live: &Live, ours: &Ours) -> Merged {
    let template = json!({ "Resources": { "DecryptPolicy": { "Properties": {
        "PolicyDocument": { "Statement": [{ "Resource": own_key() }] },
    } } } });
    merge(&map(wanted.clone()), &template, live, ours)
}

fn said(findings: &[Finding]) -> Vec<String> {
    let text = |finding: &Finding| {
        let (resource, to) = (finding.resource.as_deref(), finding.to.as_deref());
        format!(
            "{} {} {}",
            finding.code,
            resource.unwrap_or_default(),
            to.unwrap_or_default()
        )
    };
    findings.iter().map(text).collect()
}

struct Row {
    what: &'static str,
    wanted: Value,
    now: Value,
    saved: Value,
    recorded: Value,
    after: Value,
    findings: &'static [&'static str],
}

impl Row {
    fn check(&self) {
        let found = merged(&self.wanted, &live(&self.now, Some(&self.saved)), &ours(&self.recorded));
        assert_eq!(Value::Object(found.lambda_config.clone()), self.after, "{}", self.what);
        assert_eq!(said(&found.findings), self.findings, "{}", self.what);
        assert_eq!(found.triggers.is_empty(), self.now == self.after, "{}", self.what);
    }
}

fn row(what: &'static str) -> Row {
    Row {
        what,
        wanted: json!({}),
        now: json!({}),
        saved: json!({}),
        recorded: json!({}),
        after: json!({}),
        findings: &[],
    }
}

#[test]
fn each_trigger_follows_the_rule() {
    let rows = [
        Row {
            wanted: json!({"PreSignUp": "arn:a"}),
            after: json!({"PreSignUp": "arn:a"}),
            ..row("what is absent comes")
        },
        Row {
            wanted: json!({"CustomMessage": own()}),
            now: json!({"CustomMessage": FUNCTION, "Fresh": {"LambdaArn": "arn:f"}}),
            after: json!({"CustomMessage": FUNCTION, "Fresh": {"LambdaArn": "arn:f"}}),
            ..row("what is there as declared stays, and what nobody knows")
        },
        Row {
            wanted: json!({"PreSignUp": "arn:b"}),
            now: json!({"PreSignUp": "arn:a"}),
            recorded: json!({"PreSignUp": "arn:a"}),
            after: json!({"PreSignUp": "arn:b"}),
            ..row("what is ours changes freely")
        },
        Row {
            wanted: json!({"PreSignUp": "arn:b"}),
            now: json!({"PreSignUp": "arn:c"}),
            recorded: json!({"PreSignUp": "arn:a"}),
            after: json!({"PreSignUp": "arn:b"}),
            findings: &["foreign-trigger-replaced Pool.PreSignUp arn:b"],
            ..row("what somebody changed since is theirs")
        },
        Row {
            wanted: json!({"CustomMessage": own()}),
            now: json!({"CustomMessage": "arn:c"}),
            after: json!({"CustomMessage": own()}),
            findings: &["foreign-trigger-replaced Pool.CustomMessage Function.Arn"],
            ..row("theirs is replaced with a word")
        },
        Row {
            now: json!({"PreSignUp": "arn:a", "CustomMessage": "arn:c"}),
            recorded: json!({"PreSignUp": "arn:a"}),
            after: json!({"CustomMessage": "arn:c"}),
            findings: &["trigger-dropped Pool.PreSignUp none"],
            ..row("what is no longer declared goes with a word, theirs stays")
        },
        Row {
            now: json!({"PreSignUp": "arn:a"}),
            saved: json!({"PreSignUp": "arn:before"}),
            recorded: json!({"PreSignUp": "arn:a"}),
            after: json!({"PreSignUp": "arn:before"}),
            ..row("what was there before comes back")
        },
        Row {
            now: json!({"PreSignUp": "arn:a"}),
            saved: json!({"PreSignUp": "arn:a"}),
            recorded: json!({"PreSignUp": "arn:a"}),
            after: json!({"PreSignUp": "arn:a"}),
            ..row("what was there before as it was declared stays")
        },
        Row {
            saved: json!({"PreSignUp": "arn:before", "KMSKeyID": "k"}),
            recorded: json!({"PreSignUp": "arn:a", "KMSKeyID": "k"}),
            ..row("what somebody took out does not come back")
        },
        Row {
            now: json!({"PostConfirmation": format!("{FUNCTION}:live")}),
            findings: &["trigger-dropped Pool.PostConfirmation none"],
            ..row("what calls the own function is ours, recorded or not")
        },
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn the_token_trigger_is_one_in_two_spellings() {
    let both = |arn: &str, version: &str| {
        json!({
            "PreTokenGeneration": arn,
            "PreTokenGenerationConfig": { "LambdaArn": arn, "LambdaVersion": version },
        })
    };
    let rows = [
        Row {
            wanted: both("arn:a", "V1_0"),
            now: json!({"PreTokenGeneration": "arn:a"}),
            after: json!({"PreTokenGeneration": "arn:a"}),
            ..row("the old spelling means version 1")
        },
        Row {
            wanted: both("arn:a", "V2_0"),
            now: json!({"PreTokenGeneration": "arn:a"}),
            after: both("arn:a", "V2_0"),
            findings: &["foreign-trigger-replaced Pool.PreTokenGeneration arn:a"],
            ..row("another version is another trigger")
        },
        Row {
            wanted: both("arn:a", "V1_0"),
            now: both("arn:a", "V2_0"),
            recorded: both("arn:a", "V2_0"),
            after: both("arn:a", "V1_0"),
            ..row("both members change together")
        },
        Row {
            now: both("arn:a", "V2_0"),
            saved: json!({"PreTokenGeneration": "arn:b"}),
            recorded: json!({"PreTokenGenerationConfig": {"LambdaArn": "arn:a", "LambdaVersion": "V2_0"}}),
            after: json!({"PreTokenGeneration": "arn:b"}),
            ..row("both go, whichever was recorded")
        },
        Row {
            now: both("arn:a", "V2_0"),
            after: both("arn:a", "V2_0"),
            ..row("theirs stays in both")
        },
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn the_key_follows_the_senders() {
    let theirs = || sender("arn:theirs");
    let rows = [
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            after: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            findings: &["sender-added Pool.CustomSMSSender Function.Arn"],
            ..row("the first sender brings the key")
        },
        Row {
            now: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            recorded: json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "key"}),
            findings: &["sender-removed Pool.CustomSMSSender none"],
            ..row("the key goes with the last sender")
        },
        Row {
            wanted: json!({"CustomEmailSender": sender(own()), "KMSKeyID": own_key()}),
            now: json!({"CustomSMSSender": sender(FUNCTION), "CustomEmailSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            recorded: json!({
                "CustomSMSSender": sender("handler"), "CustomEmailSender": sender("handler"), "KMSKeyID": "key",
            }),
            after: json!({"CustomEmailSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            findings: &["sender-removed Pool.CustomSMSSender none"],
            ..row("the key stays with the other sender")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            now: json!({"CustomEmailSender": theirs(), "KMSKeyID": "k"}),
            after: json!({"CustomEmailSender": theirs(), "KMSKeyID": own_key(), "CustomSMSSender": sender(own())}),
            findings: &[
                "sender-added Pool.CustomSMSSender Function.Arn",
                "sender-key-conflict Pool.CustomEmailSender Key.Arn",
            ],
            ..row("their sender would lose its key")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": "k"}),
            now: json!({"CustomEmailSender": theirs(), "KMSKeyID": "k"}),
            after: json!({"CustomEmailSender": theirs(), "KMSKeyID": "k", "CustomSMSSender": sender(own())}),
            findings: &["sender-added Pool.CustomSMSSender Function.Arn"],
            ..row("their key serves both")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            now: json!({"CustomSMSSender": theirs(), "KMSKeyID": "k"}),
            after: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            findings: &["foreign-trigger-replaced Pool.CustomSMSSender Function.Arn"],
            ..row("the key of a sender that is replaced goes with it")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": "new"}),
            now: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": "old"}),
            recorded: json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "old"}),
            after: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": "new"}),
            findings: &["key-swapped Pool.KMSKeyID new"],
            ..row("a key that is not kept is swapped with a word")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": "new"}),
            now: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            recorded: json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "key"}),
            after: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": "new"}),
            ..row("a key that the role goes on decrypting under is swapped freely")
        },
        Row {
            wanted: json!({"CustomSMSSender": sender(own()), "KMSKeyID": own_key()}),
            now: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": "theirs"}),
            recorded: json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "key"}),
            after: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": own_key()}),
            findings: &["foreign-trigger-replaced Pool.KMSKeyID Key.Arn"],
            ..row("a key that somebody put in place of ours")
        },
        Row {
            now: json!({"CustomSMSSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            saved: json!({"CustomSMSSender": theirs(), "KMSKeyID": "k"}),
            recorded: json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "key"}),
            after: json!({"CustomSMSSender": theirs(), "KMSKeyID": "k"}),
            ..row("a sender comes back with its key")
        },
        Row {
            wanted: json!({"CustomEmailSender": sender(own()), "KMSKeyID": own_key()}),
            now: json!({"CustomSMSSender": sender(FUNCTION), "CustomEmailSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            saved: json!({"CustomSMSSender": theirs(), "KMSKeyID": "k"}),
            recorded: json!({
                "CustomSMSSender": sender("handler"), "CustomEmailSender": sender("handler"), "KMSKeyID": "key",
            }),
            after: json!({"CustomSMSSender": theirs(), "CustomEmailSender": sender(FUNCTION), "KMSKeyID": KEY_ARN}),
            findings: &["sender-key-conflict Pool.CustomSMSSender arn:aws:kms:us-west-2:111122223333:key/own"],
            ..row("a sender cannot come back under our key")
        },
        Row {
            now: json!({"KMSKeyID": "left over"}),
            after: json!({"KMSKeyID": "left over"}),
            ..row("a key that nobody uses is not ours to take")
        },
    ];
    rows.iter().for_each(Row::check);
}

#[test]
fn detach_keeps_what_others_changed_and_stops_where_they_use_our_key() {
    let recorded = ours(&json!({
        "CustomSMSSender": sender("handler"), "PreSignUp": "arn:a", "PostConfirmation": "arn:p", "KMSKeyID": "key",
    }));
    let now = json!({
        "CustomSMSSender": sender(FUNCTION), "PreSignUp": "arn:changed", "UserMigration": "arn:new", "KMSKeyID": KEY_ARN,
    });
    let saved = json!({"CustomMessage": "arn:gone since", "PostConfirmation": "arn:taken out since"});
    let found = detached(&live(&now, Some(&saved)), &recorded);
    assert_eq!(
        Value::Object(found.lambda_config),
        json!({"PreSignUp": "arn:changed", "UserMigration": "arn:new"})
    );
    assert_eq!(found.kept, ["PreSignUp"]);
    assert_eq!(found.findings, []);
    let names: Vec<&str> = found.triggers.iter().map(|change| change.member.as_str()).collect();
    assert_eq!(names, ["CustomSMSSender", "KMSKeyID"]);

    let now = json!({"CustomSMSSender": sender(FUNCTION), "CustomEmailSender": sender("arn:new"), "KMSKeyID": KEY_ARN});
    let found = detached(&live(&now, Some(&saved)), &recorded);
    assert_eq!(
        said(&found.findings),
        [format!("sender-key-conflict Pool.CustomEmailSender {KEY_ARN}")]
    );
    assert_eq!(
        Value::Object(found.lambda_config),
        json!({"CustomEmailSender": sender("arn:new"), "KMSKeyID": KEY_ARN})
    );
}

#[test]
fn a_configuration_that_was_saved_late_puts_nothing_of_the_stack_s_back() {
    let recorded = ours(&json!({"CustomSMSSender": sender("handler"), "KMSKeyID": "key"}));
    let token = |function: &str| json!({"LambdaArn": function, "LambdaVersion": "V2_0"});
    let own = json!({
        "CustomSMSSender": sender(FUNCTION), "PostConfirmation": format!("{FUNCTION}:live"), "KMSKeyID": KEY_ARN,
        "PreTokenGeneration": FUNCTION, "PreTokenGenerationConfig": token(FUNCTION), "PreSignUp": "arn:theirs",
    });
    let found = detached(&live(&own, Some(&own)), &recorded);
    assert_eq!(Value::Object(found.lambda_config), json!({"PreSignUp": "arn:theirs"}));
    assert_eq!((found.findings, found.kept), (Vec::new(), Vec::new()));
    // A sender of theirs under our key needs a person's word, saved late or not.
    let both = json!({"CustomSMSSender": sender(FUNCTION), "CustomEmailSender": sender("arn:e"), "KMSKeyID": KEY_ARN});
    let found = detached(&live(&both, Some(&both)), &recorded);
    assert_eq!(
        Value::Object(found.lambda_config),
        json!({"CustomEmailSender": sender("arn:e"), "KMSKeyID": KEY_ARN})
    );
    assert_eq!(
        said(&found.findings),
        [format!("sender-key-conflict Pool.CustomEmailSender {KEY_ARN}")]
    );
}

/// A `LambdaConfig` as it may be live, or declared when `function` and `key` are the stack's own.
fn config(functions: &'static [&'static str], keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let function = || prop::sample::select(functions);
    let plain = prop::collection::btree_map(
        prop::sample::select(vec!["PreSignUp", "CustomMessage", "UserMigration", "Fresh"]),
        function(),
        0..4,
    );
    let token = prop::option::of((function(), prop::sample::select(vec!["V1_0", "V2_0"])));
    let senders = prop::collection::btree_map(prop::sample::select(SENDERS.to_vec()), function(), 0..3);
    let key = prop::sample::select(keys);
    (plain, token, senders, key).prop_map(|(plain, token, senders, key)| {
        let mut config = Map::new();
        for (member, function) in plain {
            config.insert(member.to_owned(), json!(function));
        }
        if let Some((function, version)) = token {
            config.insert(TOKEN.to_owned(), json!(function));
            config.insert(
                TOKEN_CONFIG.to_owned(),
                json!({"LambdaArn": function, "LambdaVersion": version}),
            );
        }
        if !senders.is_empty() {
            config.insert(KEY.to_owned(), json!(key));
        }
        for (member, function) in senders {
            config.insert(member.to_owned(), sender(function));
        }
        Value::Object(config)
    })
}

/// As a template declares it: the words of a record are references.
fn declared(record: &Value) -> Value {
    match record {
        Value::String(word) if word == output::OWN_FUNCTION => own(),
        Value::String(word) if word == output::OWN_KEY => own_key(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), declared(value)))
            .collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn attach_and_detach_leave_no_trace(
        before in config(&["arn:a", "arn:b"], &["k", "l"]),
        record in config(&["handler", "arn:a", "arn:c"], &["key", "k"]),
    ) {
        let wanted = declared(&record);
        let attach = live(&before, Some(&before));
        let nothing = Ours::default();
        let merged = merge(&map(wanted.clone()), &json!({}), &attach, &nothing);
        let ours = ours(&record);
        let attached = ours.resolve(&Value::Object(merged.lambda_config));

        // What is foreign and not wanted never changes.
        for (member, value) in map(before.clone()).iter().filter(|(member, _)| part(&map(wanted.clone()), unit(member)).is_empty()) {
            if member != KEY {
                prop_assert_eq!(attached.get(member), Some(value));
            }
        }
        // A second merge has nothing to do.
        let again = merge(&map(wanted), &json!({}), &live(&attached, Some(&before)), &ours);
        prop_assert_eq!(again.triggers, vec![]);

        let found = detached(&live(&attached, Some(&before)), &ours);
        prop_assert_eq!(Value::Object(found.lambda_config), before);
        prop_assert_eq!(found.findings, vec![]);
        prop_assert_eq!(found.kept, Vec::<String>::new());
    }
}
