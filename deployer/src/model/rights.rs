//! What the providers that a route names need of AWS, put together into as few statements as say the same.

use std::collections::BTreeSet;

use handler::delivery::Provider;
use handler::provider::{Condition, Right, To};

use crate::spec::{Stack, TriggerKind};

/// A right of the function's role: one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The statement's id, of which a policy has each but once.
    pub sid: String,
    /// The actions, as IAM spells them.
    pub actions: &'static [&'static str],
    /// On what.
    pub on: On,
    /// Further conditions.
    pub conditions: Vec<Condition>,
}

/// What a right is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Phone numbers, by calls in these Regions.
    Phones(BTreeSet<CallRegion>),
    /// Resources by ARN, with CloudFormation's `${AWS::…}` for what is the stack's.
    Resources(BTreeSet<String>),
}

/// A Region that the function calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallRegion {
    /// The stack's own.
    Stack,
    /// Another one, by name.
    Named(String),
}

/// The rights of every provider that is ever called: a route of a channel that the handler serves names it.
pub(super) fn grants(stack: &Stack) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for right in called(stack).flat_map(rights) {
        add(right, stack.region.as_str(), &mut grants);
    }
    number(&mut grants);
    grants
}

fn called(stack: &Stack) -> impl Iterator<Item = &Provider> {
    let delivery = &stack.delivery;
    let sms = delivery.sms.as_ref().map(|sms| sms.routes.as_slice());
    let email = delivery.email.as_ref().map(|email| email.routes.as_slice());
    let served = [
        (TriggerKind::CustomSmsSender, sms),
        (TriggerKind::CustomEmailSender, email),
    ]
    .into_iter()
    .filter(|(kind, _)| stack.handler_serves(*kind))
    .filter_map(|(_, routes)| routes);
    let routed: BTreeSet<&String> = served.flatten().flat_map(|route| &route.via).collect();
    let named = move |(name, provider)| routed.contains(name).then_some(provider);
    delivery.providers.iter().filter_map(named)
}

/// What sending needs, and the secret to send with.
fn rights(provider: &Provider) -> Vec<Right> {
    provider.rights()
}

/// Puts a right to the others: into the statement that says the same but for the Regions or resources.
fn add(right: Right, home: &str, grants: &mut Vec<Grant>) {
    let Right {
        sid,
        actions,
        to,
        region,
        conditions,
    } = right;
    let region = region.filter(|region| region != home);
    let on = match to {
        To::Phones => On::Phones(BTreeSet::from([region.map_or(CallRegion::Stack, CallRegion::Named)])),
        To::Resources(arns) => On::Resources(arns.into_iter().collect()),
    };
    let same = grants
        .iter_mut()
        .find(|grant| grant.sid == sid && grant.actions == actions && grant.conditions == conditions);
    match (same.map(|grant| &mut grant.on), on) {
        (Some(On::Phones(regions)), On::Phones(more)) => regions.extend(more),
        (Some(On::Resources(arns)), On::Resources(more)) => arns.extend(more),
        (_, on) => grants.push(Grant {
            sid: sid.to_owned(),
            actions,
            on,
            conditions,
        }),
    }
}

/// Gives the second and later statements of one id a number.
fn number(grants: &mut [Grant]) {
    let mut seen: Vec<String> = Vec::new();
    for grant in grants {
        seen.push(grant.sid.clone());
        let count = seen.iter().filter(|sid| **sid == grant.sid).count();
        if count > 1 {
            grant.sid = format!("{}{count}", grant.sid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(sid: &'static str, arn: &str, from: Option<&str>) -> Right {
        let condition = |from: &str| Condition {
            operator: "StringEquals",
            key: "ses:FromAddress",
            values: vec![from.to_owned()],
        };
        Right {
            sid,
            actions: &["ses:SendEmail"],
            to: To::Resources(vec![arn.to_owned()]),
            region: None,
            conditions: from.map(condition).into_iter().collect(),
        }
    }

    #[test]
    fn what_says_the_same_is_one_statement_and_each_id_stands_once() {
        let mut grants = Vec::new();
        for right in [
            right("SendEmail", "b", None),
            right("SendEmail", "a", None),
            right("SendEmail", "a", Some("codes@acme.example")),
            right("SendMore", "a", None),
        ] {
            add(right, "us-west-2", &mut grants);
        }
        number(&mut grants);
        let resources = |arns: &[&str]| On::Resources(arns.iter().map(|arn| (*arn).to_owned()).collect());
        let told: Vec<(&str, &On)> = grants.iter().map(|grant| (grant.sid.as_str(), &grant.on)).collect();
        assert_eq!(
            told,
            [
                ("SendEmail", &resources(&["a", "b"])),
                ("SendEmail2", &resources(&["a"])),
                ("SendMore", &resources(&["a"])),
            ]
        );
    }
}
