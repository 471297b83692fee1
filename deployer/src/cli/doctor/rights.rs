//! Asks IAM whether the principals of a deployment have the rights that a stack takes.

use super::Place;
use crate::apply::Bucket;
use crate::aws::{AwsError, Caller, Session, Simulated};
use crate::doctor::Verdict;
use crate::doctor::rights::{Asked, By, Names, Told, Unasked, asked, verdicts};
use crate::doctor::{Principal, principal};
use crate::model::Model;
use crate::spec::Stack;

/// Asks for everything that a stack needs; one line a principal and task, and IAM's word on each action.
pub(super) async fn look(
    place: &Place,
    caller: &Caller,
    stack: &Stack,
    pool: Option<&str>,
    key: Option<&str>,
    sms_role: Option<&str>,
) -> (Vec<Verdict>, Vec<Told>) {
    let bucket = Bucket::of(stack, &caller.account);
    let names = Names {
        partition: caller.partition(),
        account: caller.account.as_str(),
        bucket: &bucket.name,
        pool,
        key,
        sms_role,
    };
    let asked = asked(stack, &Model::of(stack, None), &names);
    let own = source(&place.session, &caller.arn).await;
    let stack_role = stack.cloudformation.role().map(str::to_owned);
    let (mut parts, mut all) = (Vec::new(), Vec::new());
    for by in [By::Caller, By::CloudFormation] {
        let source = match (by, &stack_role) {
            (By::CloudFormation, Some(role)) => Ok(role.clone()),
            _ => own.clone(),
        };
        let of: Vec<&Asked> = asked.iter().filter(|asked| asked.by == by).collect();
        let mut told = Vec::new();
        let mut unasked = source.as_ref().err().cloned();
        for asked in of {
            let answers = match (&source, &unasked) {
                (Ok(source), None) => answers(&place.session, source, asked).await,
                _ => Ok(Vec::new()),
            };
            let answers = answers.unwrap_or_else(|error| {
                unasked = Some(Unasked::Refused(error));
                Vec::new()
            });
            told.extend(asked.actions.iter().map(|action| {
                Told {
                    action: (*action).to_owned(),
                    asked: asked.clone(),
                    decision: answers
                        .iter()
                        .find(|(answered, _)| answered == action)
                        .map(|(_, simulated)| simulated.clone()),
                }
            }));
        }
        parts.push((by, source.ok(), unasked));
        all.extend(told);
    }
    let mut lines = Vec::new();
    for (by, source, unasked) in parts {
        // Of one and the same principal it is said once that nobody asked.
        if unasked.is_none() || by == By::Caller || stack_role.is_some() {
            let of: Vec<Told> = all
                .iter()
                .filter(|one| one.asked.by == by || stack_role.is_none())
                .cloned()
                .collect();
            lines.extend(verdicts(by, &of, source.as_deref(), unasked.as_ref()));
        }
    }
    (lines, all)
}

async fn answers(session: &Session, source: &str, asked: &Asked) -> Result<Vec<(String, Simulated)>, AwsError> {
    let region = session.region().as_str();
    let mut context = vec![("aws:RequestedRegion", region)];
    context.extend(asked.passed_to.map(|service| ("iam:PassedToService", service)));
    session
        .simulate_each(source, asked.actions, &asked.resource, &context)
        .await
}

/// The ARN by which IAM simulates a caller.
async fn source(session: &Session, arn: &str) -> Result<String, Unasked> {
    match principal(arn) {
        Principal::User(arn) => Ok(arn),
        Principal::Other => Err(Unasked::Principal),
        // A session's ARN leaves the role's path out.
        Principal::Role(name) => match session.role(&name).await {
            Ok(Some(role)) => Ok(role.arn),
            Ok(None) => Err(Unasked::Principal),
            Err(error) => Err(Unasked::Refused(error)),
        },
    }
}
