#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::escape::SPECIAL;
use super::*;
use crate::finding::Code;
use crate::plan::{DeliveryChange, Deployed, Desired, DesiredPool, FileChange, Situation, answer};

fn stack(timeout: u8, key: &str, config: &Value, keys: &Value, description: &str) -> Value {
    json!({ "Resources": {
        "Pool": { "Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain", "Properties": {
            "UserPoolName": "acme", "LambdaConfig": config,
        } },
        "Function": { "Type": "AWS::Lambda::Function", "Properties": {
            "Timeout": timeout, "Description": description,
            "Code": { "S3Bucket": "assets", "S3Key": format!("handler/{key}.zip") },
        } },
        "DecryptPolicy": { "Type": "AWS::IAM::Policy", "Properties": { "PolicyDocument": { "Statement": [{
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": keys,
            "Condition": { "StringEquals": { "kms:EncryptionContext:userpool-id": { "Ref": "Pool" } } },
        }] } } },
    } })
}

fn plan(old: Value, new: Value) -> Plan {
    let deployed = Deployed {
        template: old,
        tags: BTreeMap::new(),
        termination_protection: false,
        own_key: None,
        outputs: BTreeMap::new(),
        parameters: BTreeMap::new(),
    };
    let desired = Desired {
        template: new,
        tags: BTreeMap::from([("team".to_owned(), "a|b".to_owned())]),
        termination_protection: true,
        keys: Vec::new(),
        pool: DesiredPool::Owned,
        code: None,
    };
    Plan::of(Situation::Update, Some(&deployed), &desired, None)
}

#[test]
fn a_stack_that_could_not_be_read_is_named_beside_the_others() {
    let unread = |stack| Unread {
        stack,
        region: "us-west-2",
        why: "no_right to |it|".to_owned(),
    };
    let template = stack(5, "a", &json!({}), &json!("arn:k"), "");
    let plan = plan(template, stack(6, "a", &json!({}), &json!("arn:k"), ""));
    let answered = answer(plan.findings.clone(), &[], "2026-11-22");
    let both = render(&[planned("acme", &plan, &answered)], &[unread("beta")]);
    assert!(
        both.contains("### deployer diff: 1 of 2 stacks change, 1 could not be read\n"),
        "{both}"
    );
    assert!(
        both.contains("#### Not read\n\n- **beta** in us-west-2: no&#95;right to &#124;it&#124;\n"),
        "{both}"
    );
    assert!(both.contains("<b>acme</b>"), "{both}");
    let none = render(&[], &[unread("acme"), unread("beta")]);
    assert!(
        none.contains("### deployer diff: 2 stacks could not be read\n"),
        "{none}"
    );
}

#[test]
fn delivery_and_texts_are_compared_line_by_line() {
    let template = stack(5, "a", &json!({}), &json!("arn:k"), "");
    let mut plan = plan(template.clone(), template);
    let file = |name: &str, old: Option<&str>, new: Option<&str>| FileChange {
        name: name.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    plan.delivery = Some(DeliveryChange {
        files: vec![
            file(
                "delivery",
                Some("sms:\n  countries:\n  - US\n"),
                Some("sms:\n  countries:\n  - US\n  - CA\n"),
            ),
            file(
                "messages/en/default.sms.txt",
                None,
                Some("```</details> @you {{ code }}\n"),
            ),
        ],
        ..DeliveryChange::default()
    });
    let text = shown("acme", &plan);
    let lines = [
        "- <code>delivery</code>\n",
        "  - <code>+\u{a0}\u{a0}\u{a0}-\u{a0}CA</code>\n",
        "- <code>messages/en/default.sms.txt</code> (new)\n",
        "  - <code>+\u{a0}&#96;&#96;&#96;&#60;/details&#62;\u{a0}&#64;you\u{a0}{{\u{a0}code\u{a0}}}</code>\n",
    ];
    for line in lines {
        assert!(text.contains(line), "{line} in {text}");
    }
}

fn shown(stack: &str, plan: &Plan) -> String {
    let answered = answer(plan.findings.clone(), &[], "2026-12-31");
    render(&[planned(stack, plan, &answered)], &[])
}

const fn planned<'a>(stack: &'a str, plan: &'a Plan, answered: &'a Answered) -> Planned<'a> {
    Planned {
        stack,
        region: "us-west-2",
        plan,
        answered,
        zip_bytes: Some(2_345_678),
    }
}

#[test]
fn a_comment_has_a_table_then_what_stops_then_details() {
    let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
    let old = stack(
        5,
        "0123456789abcdef",
        &json!({ "PreSignUp": "arn:aws:lambda:us-west-2:111122223333:function:checks" }),
        &json!("arn:aws:kms:us-west-2:111122223333:key/1"),
        "as it was",
    );
    let new = stack(
        10,
        "fedcba9876543210",
        &json!({ "CustomMessage": own }),
        &json!([{ "Fn::GetAtt": ["Key", "Arn"] }, "arn:aws:kms:us-west-2:111122223333:key/1"]),
        "</details> | `code` @everybody #1 <img src=x> [a](https://example.com)\nand so on",
    );
    insta::assert_snapshot!(shown("acme", &plan(old, new)));
}

#[test]
fn a_pool_outside_the_stack_has_its_triggers_in_the_table() {
    let same = stack(5, "a", &json!({}), &json!("b"), "");
    let mut plan = plan(same.clone(), same);
    plan.phases.clear();
    plan.pool = Some(crate::plan::PoolPart {
        id: crate::spec::PoolId::parse("us-west-2_AbCdEf123").unwrap(),
        triggers: vec![crate::plan::TriggerChange {
            member: "CustomSMSSender".to_owned(),
            before: None,
            after: Some(json!({ "LambdaArn": { "Fn::GetAtt": ["Function", "Arn"] }, "LambdaVersion": "V1_0" })),
        }],
        lambda_config: serde_json::Map::new(),
        settings: vec![crate::plan::Edit {
            path: vec![
                "Policies".to_owned(),
                "PasswordPolicy".to_owned(),
                "MinimumLength".to_owned(),
            ],
            old: Some(json!(8)),
            new: Some(json!(12)),
        }],
        stay: 41,
        after: 0,
    });
    insta::assert_snapshot!(shown("acme", &plan));
}

#[test]
fn what_has_nothing_to_do_takes_no_room() {
    let same = stack(5, "a", &json!({}), &json!("b"), "");
    let deployed = Deployed {
        template: same.clone(),
        tags: BTreeMap::new(),
        termination_protection: false,
        own_key: None,
        outputs: BTreeMap::new(),
        parameters: BTreeMap::new(),
    };
    let desired = Desired {
        template: same,
        tags: BTreeMap::new(),
        termination_protection: false,
        keys: Vec::new(),
        pool: DesiredPool::Owned,
        code: None,
    };
    let plan = Plan::of(Situation::Update, Some(&deployed), &desired, None);
    assert_eq!(
        shown("acme", &plan),
        format!("{MARKER}\n### deployer diff: nothing to do\n")
    );
}

/// Text without numeric references; what is left of it would be read as Markdown.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let (number, tail) = after.split_once(';').unwrap();
        assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What GitHub shows of it.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let (number, tail) = after.split_once(';').unwrap();
        out.push(char::from_u32(number.parse().unwrap()).unwrap());
        rest = tail;
    }
    out.push_str(rest);
    out
}

proptest! {
    #[test]
    fn no_value_acts_as_markdown(value in "(.|[\\n\\r\u{202e}&<>|`*_~@#$\\[\\]\\\\]){0,300}") {
        for shown in [code(&value), prose(&value), hint(&value)] {
            let plain = bare(&shown).replace("<code>", "").replace("</code>", "");
            prop_assert!(!plain.contains(|each: char| SPECIAL.contains(each) || each.is_control()), "{}", shown);
            // A mention is one only beside what follows; in code it is none.
            let outside: String = shown.split("<code>").map(|part| part.rsplit("</code>").next().unwrap()).collect();
            for (index, _) in decoded(&outside).match_indices(['@', '#']) {
                prop_assert!(decoded(&outside)[index + 1..].starts_with('\u{200b}'), "{}", shown);
            }
        }
    }

    #[test]
    fn a_value_is_shown_as_it_is(value in "[ -~]{0,200}") {
        prop_assert_eq!(decoded(&code(&value)), format!("<code>{value}</code>"));
    }
}

proptest! {
    // Each case renders as much as many large stacks have.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_comment_is_never_too_long(
        stacks in 1..120_usize, statements in 0..30_usize, resources in 0..30_usize, findings in 0..12_usize,
        text in "[a-z@<|\u{1f980}]{1,400}",
    ) {
        let template = |word: &str| {
            let policy = |index: usize| (format!("Policy{index}"), json!({ "Type": "AWS::IAM::Policy", "Properties": {
                "PolicyDocument": { "Statement": (0..statements)
                    .map(|each| json!({ "Effect": "Allow", "Action": format!("{text}{each}{word}") }))
                    .collect::<Vec<_>>() },
                "PolicyName": format!("{word}{text}"),
            } }));
            json!({ "Resources": (0..=resources).map(policy).collect::<serde_json::Map<_, _>>() })
        };
        let mut plan = plan(template("a"), template("b"));
        let finding = Finding::guard(Code::TriggerDropped, &text, text.clone(), text.repeat(4)).hint(text.clone());
        plan.findings = vec![finding; findings];
        let answered = answer(plan.findings.clone(), &[], "2026-12-31");
        let comment = render(&vec![planned(&text, &plan, &answered); stacks], &[]);
        prop_assert!(comment.chars().count() <= 65_536, "{}", comment.chars().count());
        prop_assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
        // Whatever is not there is said.
        let whole = comment.matches("<details>").count() == stacks;
        prop_assert!(whole || comment.contains("**Cut, since a comment has no room for more: "));
    }
}
