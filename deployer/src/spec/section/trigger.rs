//! `triggers`: which function answers which trigger.

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::spec::field::{Field, one_of};
use crate::spec::nearest::did_you_mean;
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::yaml::Value;
use crate::spec::{FunctionArn, Permission, Target, Trigger, TriggerKind, TriggerVersion};

/// Reads `triggers`.
pub(in crate::spec) fn triggers(
    field: &Field<'_>,
    home: &Home,
    report: &mut Report<'_>,
) -> BTreeMap<TriggerKind, Trigger> {
    let mut triggers = BTreeMap::new();
    let Some(mut object) = field.object(report) else {
        return triggers;
    };
    for kind in TriggerKind::ALL {
        let trigger = object
            .optional(kind.key())
            .and_then(|field| trigger(kind, &field, home, report));
        triggers.extend(trigger.map(|trigger| (kind, trigger)));
    }
    object.finish(report);
    triggers
}

fn trigger(kind: TriggerKind, field: &Field<'_>, home: &Home, report: &mut Report<'_>) -> Option<Trigger> {
    let place = report.place(field.key());
    let default = kind.versions().first().copied();
    if let Value::Map(_) = field.node().value {
        let mut object = field.object(report)?;
        let function = object.required(
            "function",
            "function: arn:aws:lambda:us-west-2:111122223333:function:checks",
            report,
        );
        let version = object.optional("version");
        let permission = object.optional("permission");
        let decrypt = if kind.is_sender() {
            object.optional("decrypt")
        } else {
            None
        };
        object.finish(report);

        let version = version.and_then(|field| version_of(kind, &field, report)).or(default);
        let permission = permission.and_then(|field| {
            let permission = field.choice(
                &[("rendered", Permission::Rendered), ("external", Permission::External)],
                report,
            );
            permission.map(|permission| (field, permission))
        });
        let rendered = permission
            .as_ref()
            .is_none_or(|(_, permission)| *permission == Permission::Rendered);
        let may_decrypt = decrypt.map(|field| (field.choice(&[("external", ())], report), field));
        let target = target(kind, &function?, home, rendered, report)?;
        if let Some((Some(()), field)) = &may_decrypt
            && target == Target::Handler
        {
            let wanted = "to be absent for the stack's own function";
            let hint = "remove it: the stack renders that right";
            field.refuse(Code::BadValue, wanted, hint, report);
        }
        if let Some((field, Permission::External)) = &permission
            && target == Target::Handler
        {
            let wanted = "`rendered` for the stack's own function, found `external`";
            field.refuse(
                Code::BadValue,
                wanted,
                "remove `permission`: the stack renders it with its function",
                report,
            );
        }
        let permission = permission.map(|(_, permission)| permission).unwrap_or_default();
        return Some(Trigger {
            target,
            version,
            permission,
            may_decrypt: may_decrypt.is_some(),
            place,
        });
    }
    let target = target(kind, field, home, true, report)?;
    Some(Trigger {
        target,
        version: default,
        permission: Permission::default(),
        may_decrypt: false,
        place,
    })
}

fn version_of(kind: TriggerKind, field: &Field<'_>, report: &mut Report<'_>) -> Option<TriggerVersion> {
    let text = field.text(report)?;
    let version = kind.versions().iter().copied().find(|version| version.name() == text);
    if version.is_none() {
        let names: Vec<&str> = kind.versions().iter().map(|version| version.name()).collect();
        if names.is_empty() {
            let wanted = format!("to be absent, since {} has no versions", kind.member());
            field.refuse(Code::TriggerVersion, &wanted, "remove `version`", report);
        } else {
            let wanted = format!("a version of {}: {}", kind.member(), one_of(&names));
            field.refuse_text(
                Code::TriggerVersion,
                &wanted,
                "take one of these, or leave `version` out",
                report,
            );
        }
    }
    version
}

fn target(
    kind: TriggerKind,
    field: &Field<'_>,
    home: &Home,
    rendered: bool,
    report: &mut Report<'_>,
) -> Option<Target> {
    let text = field.text(report)?;
    if text == "handler" {
        if !kind.is_message() {
            let wanted = format!("the ARN of a function that answers {}, found `handler`", kind.member());
            let hint = "the handler answers custom_sms_sender, custom_email_sender and custom_message";
            field.refuse(Code::HandlerCannotServe, &wanted, hint, report);
        }
        return Some(Target::Handler);
    }
    if !text.starts_with("arn:") {
        let hint = did_you_mean(text, ["handler"], || {
            "write `handler`, or copy the function's ARN".to_owned()
        });
        field.refuse_text(Code::BadValue, "`handler` or a function's ARN", hint, report);
        return None;
    }
    let function = field.id(
        Code::BadArn,
        FunctionArn::parse,
        "copy the ARN from the function",
        report,
    )?;
    home.check_region(field, function.arn(), "function", report);
    if rendered {
        let hint = "have the function's owner allow cognito-idp.amazonaws.com, and add `permission: external`";
        home.check_account(field, function.arn(), "function", hint, report);
    }
    Some(Target::Function(function))
}
