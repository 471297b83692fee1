//! CloudFormation's change sets.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;

use super::error::refused;
use super::{AwsError, Session};

/// What a change set does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// A stack that does not exist yet.
    Create,
    /// A stack that does.
    Update,
    /// Resources that exist, into a stack that may not exist yet; it changes nothing else.
    Import,
}

/// A user pool that a change set takes into its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolToImport<'a> {
    /// Its logical id in the template.
    pub logical_id: &'a str,
    /// Its own id.
    pub id: &'a str,
}

/// What CloudFormation watches while it updates a stack, and undoes the update for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Alarms, at most five; one that is missing, or of another type, fails the update.
    pub alarms: Vec<RollbackTrigger>,
    /// For how many minutes afterwards.
    pub monitor_minutes: i32,
}

/// An alarm that undoes an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackTrigger {
    /// Its ARN.
    pub arn: String,
    /// `AWS::CloudWatch::Alarm` or `AWS::CloudWatch::CompositeAlarm`.
    pub resource_type: String,
}

impl RollbackTrigger {
    /// Returns an alarm on one metric.
    pub fn alarm(arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            resource_type: "AWS::CloudWatch::Alarm".to_owned(),
        }
    }
}

/// A change set to be made.
#[derive(Clone, Debug)]
pub struct ChangeSetRequest<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name, unique in its stack.
    pub name: &'a str,
    /// What it does.
    pub kind: ChangeSetKind,
    /// The pool that it takes in, of an import.
    pub import: Option<PoolToImport<'a>>,
    /// The template's text.
    pub template: &'a str,
    /// The template's parameters that have no default or another value than it.
    pub parameters: &'a [ParameterValue],
    /// Stack tags, all of them; an import leaves them as they are.
    pub tags: &'a BTreeMap<String, String>,
    /// The role that CloudFormation takes on; the one of the last deployment, or the caller's, when absent.
    pub role: Option<&'a str>,
    /// Topics that hear of the stack's events; those of the last deployment when empty.
    pub notify: &'a [String],
    /// What is watched from now on; what the stack was told last when absent.
    pub watch: Option<&'a Watch>,
}

/// What a change set says of one of its template's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterValue {
    /// The parameter's name.
    pub name: String,
    /// Its value; the one that the stack has when absent.
    pub value: Option<String>,
}

/// A change set that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its stack's ARN.
    pub stack_id: String,
}

/// How far a change set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetState {
    /// `ChangeSetStatus`
    pub status: String,
    /// `ExecutionStatus`
    pub execution: String,
    /// `StatusReason`
    pub reason: String,
    /// What CloudFormation would do, in its order.
    pub changes: Vec<CfnChange>,
}

/// CloudFormation's word on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CfnChange {
    /// The logical id.
    pub logical_id: String,
    /// The resource type.
    pub resource_type: String,
    /// `Add`, `Modify`, `Remove`, …
    pub action: String,
    /// `True`, `False` or `Conditional`; absent for adds and removes.
    pub replacement: Option<String>,
    /// What is left behind or deleted: `Retain`, `Delete`, `ReplaceAndRetain`, …
    pub policy_action: Option<String>,
    /// `Properties`, `Tags`, `Metadata`, …
    pub scope: Vec<String>,
    /// Names of the properties that change.
    pub properties: Vec<String>,
    /// Whether CloudFormation can tell only while it works: the change follows another resource's.
    pub dynamic: bool,
}

impl Session {
    /// Starts to make a change set. With `url`, CloudFormation reads the template's text there.
    pub async fn create_change_set(
        &self,
        request: &ChangeSetRequest<'_>,
        url: Option<&str>,
    ) -> Result<ChangeSet, AwsError> {
        let action = "cloudformation:CreateChangeSet";
        let kind = match request.kind {
            ChangeSetKind::Create => types::ChangeSetType::Create,
            ChangeSetKind::Update => types::ChangeSetType::Update,
            ChangeSetKind::Import => types::ChangeSetType::Import,
        };
        let tags = request
            .tags
            .iter()
            .map(|(key, value)| types::Tag::builder().key(key).value(value).build())
            .collect();
        // CloudFormation refuses an import that names other tags than the stack has.
        let tags = (request.kind != ChangeSetKind::Import).then_some(tags);
        let answer = self
            .stacks
            .create_change_set()
            .stack_name(request.stack)
            .change_set_name(request.name)
            .change_set_type(kind)
            .set_template_body(url.is_none().then(|| request.template.to_owned()))
            .set_template_url(url.map(str::to_owned))
            .set_parameters(Some(request.parameters.iter().map(parameter).collect()))
            .set_tags(tags)
            .set_resources_to_import(request.import.map(|pool| vec![resource_to_import(pool)]))
            .set_role_arn(request.role.map(str::to_owned))
            .set_notification_arns((!request.notify.is_empty()).then(|| request.notify.to_vec()))
            .set_rollback_configuration(request.watch.map(rollback_configuration))
            // Policies and roles without names of their own.
            .capabilities(types::Capability::CapabilityIam)
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        match (answer.id(), answer.stack_id()) {
            (Some(id), Some(stack_id)) => Ok(ChangeSet {
                id: id.to_owned(),
                stack_id: stack_id.to_owned(),
            }),
            _ => Err(AwsError::unexpected(action, "the answer names no change set")),
        }
    }

    /// Reads a change set, every page of it.
    pub async fn change_set(&self, change_set: &ChangeSet) -> Result<ChangeSetState, AwsError> {
        let mut state = ChangeSetState {
            status: String::new(),
            execution: String::new(),
            reason: String::new(),
            changes: Vec::new(),
        };
        let mut page = None;
        loop {
            let answer = self
                .stacks
                .describe_change_set()
                .stack_name(&change_set.stack_id)
                .change_set_name(&change_set.id)
                .set_next_token(page)
                .send()
                .await
                .map_err(|error| refused("cloudformation:DescribeChangeSet", error))?;
            state.status = answer
                .status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default();
            state.execution = answer
                .execution_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default();
            answer.status_reason().unwrap_or_default().clone_into(&mut state.reason);
            state.changes.extend(
                answer
                    .changes()
                    .iter()
                    .filter_map(|change| change.resource_change())
                    .map(resource_change),
            );
            page = answer.next_token().map(str::to_owned);
            if page.is_none() {
                return Ok(state);
            }
        }
    }

    /// Reads why CloudFormation's early validation refused a change set, one line for each resource.
    pub async fn validation_failures(&self, change_set: &ChangeSet) -> Result<Vec<String>, AwsError> {
        let mut pages = self
            .stacks
            .describe_events()
            // By its name alone CloudFormation does not find it.
            .change_set_name(&change_set.id)
            .filters(types::EventFilter::builder().failed_events(true).build())
            .into_paginator()
            .items()
            .send();
        let mut failures = Vec::new();
        while let Some(event) = pages.next().await {
            let event = event.map_err(|error| refused("cloudformation:DescribeEvents", error))?;
            let Some(reason) = event.validation_status_reason() else {
                continue;
            };
            let path = event
                .validation_path()
                .map(|path| format!(" {path}"))
                .unwrap_or_default();
            failures.push(format!(
                "{} ({}){path}: {reason} ({})",
                event.logical_resource_id().unwrap_or_default(),
                event.resource_type().unwrap_or_default(),
                event.validation_name().unwrap_or_default(),
            ));
        }
        Ok(failures)
    }

    /// Names the change sets that a stack holds.
    pub async fn change_sets(&self, stack: &str) -> Result<Vec<String>, AwsError> {
        let mut pages = self
            .stacks
            .list_change_sets()
            .stack_name(stack)
            .into_paginator()
            .items()
            .send();
        let mut names = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(|error| refused("cloudformation:ListChangeSets", error))?;
            names.extend(summary.change_set_name().map(str::to_owned));
        }
        Ok(names)
    }

    /// Starts what a change set says. A failure rolls back, unless what failed is kept to be looked at.
    pub async fn execute_change_set(
        &self,
        change_set: &ChangeSet,
        token: &str,
        keeps_failed: bool,
    ) -> Result<(), AwsError> {
        self.stacks
            .execute_change_set()
            .stack_name(&change_set.stack_id)
            .change_set_name(&change_set.id)
            .client_request_token(token)
            // The API's text and its clients disagree on the default, so it is always sent.
            .disable_rollback(keeps_failed)
            .send()
            .await
            .map_err(|error| refused("cloudformation:ExecuteChangeSet", error))?;
        Ok(())
    }

    /// Deletes a change set by name or ARN; one that is gone already is fine.
    pub async fn delete_change_set(&self, stack: &str, change_set: &str) -> Result<(), AwsError> {
        match self
            .stacks
            .delete_change_set()
            .stack_name(stack)
            .change_set_name(change_set)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = refused("cloudformation:DeleteChangeSet", error);
                let gone = error.is(&["ChangeSetNotFound", "ChangeSetNotFoundException"]) || error.is_missing_stack();
                if gone { Ok(()) } else { Err(error) }
            }
        }
    }
}

fn parameter(parameter: &ParameterValue) -> types::Parameter {
    types::Parameter::builder()
        .parameter_key(&parameter.name)
        .set_parameter_value(parameter.value.clone())
        .set_use_previous_value(parameter.value.is_none().then_some(true))
        .build()
}

/// An empty list takes the alarms away that the stack was told before.
fn rollback_configuration(watch: &Watch) -> types::RollbackConfiguration {
    let triggers = watch.alarms.iter();
    let triggers = triggers.map(|alarm| {
        types::RollbackTrigger::builder()
            .arn(&alarm.arn)
            .r#type(&alarm.resource_type)
            .build()
    });
    types::RollbackConfiguration::builder()
        .set_rollback_triggers(Some(triggers.collect()))
        .monitoring_time_in_minutes(watch.monitor_minutes)
        .build()
}

fn resource_to_import(pool: PoolToImport<'_>) -> types::ResourceToImport {
    types::ResourceToImport::builder()
        .resource_type("AWS::Cognito::UserPool")
        .logical_resource_id(pool.logical_id)
        .resource_identifier("UserPoolId", pool.id)
        .build()
}

fn resource_change(change: &types::ResourceChange) -> CfnChange {
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let mut properties: Vec<String> = change
        .details()
        .iter()
        .filter_map(|detail| detail.target())
        .filter_map(|target| {
            target
                .name()
                .or(target.attribute().map(types::ResourceAttribute::as_str))
        })
        .map(str::to_owned)
        .collect();
    properties.sort();
    properties.dedup();
    CfnChange {
        logical_id: text(change.logical_resource_id()),
        resource_type: text(change.resource_type()),
        action: text(change.action().map(types::ChangeAction::as_str)),
        replacement: change.replacement().map(|replacement| replacement.as_str().to_owned()),
        policy_action: change.policy_action().map(|action| action.as_str().to_owned()),
        scope: change.scope().iter().map(|scope| scope.as_str().to_owned()).collect(),
        properties,
        dynamic: !change.details().is_empty()
            && change
                .details()
                .iter()
                .all(|detail| detail.evaluation() == Some(&types::EvaluationType::Dynamic)),
    }
}
