//! CloudFormation: stacks, change sets, events.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;
use aws_smithy_types::date_time::Format;

use super::error::refused;
use super::{AwsError, Session};

/// A stack as CloudFormation describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackState {
    /// The stack's ARN: it stays readable for 90 days after a delete.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `StackStatus`
    pub status: String,
    /// Why, when CloudFormation says.
    pub reason: Option<String>,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
    /// Outputs by key.
    pub outputs: BTreeMap<String, String>,
    /// Whether deletes are refused.
    pub termination_protection: bool,
}

/// What a change set does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// A stack that does not exist yet.
    Create,
    /// A stack that does.
    Update,
}

/// A change set to be made.
#[derive(Clone, Debug)]
pub struct ChangeSetRequest<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name, unique in its stack.
    pub name: &'a str,
    /// Create or update.
    pub kind: ChangeSetKind,
    /// The template's text.
    pub template: &'a str,
    /// Stack tags, all of them.
    pub tags: &'a BTreeMap<String, String>,
    /// The role that CloudFormation takes on; the one of the last deployment, or the caller's, when absent.
    pub role: Option<&'a str>,
    /// Topics that hear of the stack's events; those of the last deployment when empty.
    pub notify: &'a [String],
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

/// A line of a stack's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackEvent {
    /// `EventId`
    pub id: String,
    /// When, as RFC 3339.
    pub time: String,
    /// The logical id; the stack's name for the stack itself.
    pub logical_id: String,
    /// The physical id; the stack's ARN for the stack itself.
    pub physical_id: String,
    /// The resource type.
    pub resource_type: String,
    /// `ResourceStatus`
    pub status: String,
    /// `ResourceStatusReason`
    pub reason: Option<String>,
    /// The stack's ARN.
    pub stack_id: String,
    /// The token of the call that started the operation.
    pub token: Option<String>,
}

impl StackEvent {
    /// Whether the event speaks of the stack as a whole.
    pub fn is_stack(&self) -> bool {
        self.resource_type == "AWS::CloudFormation::Stack" && self.physical_id == self.stack_id
    }
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    /// The logical id.
    pub logical_id: String,
    /// The physical id, once there is one.
    pub physical_id: Option<String>,
    /// The resource type.
    pub resource_type: String,
    /// `ResourceStatus`
    pub status: String,
}

impl Session {
    /// Reads a stack by name or ARN; nothing when there is none.
    pub async fn stack(&self, name: &str) -> Result<Option<StackState>, AwsError> {
        let action = "cloudformation:DescribeStacks";
        let answer = match self.stacks.describe_stacks().stack_name(name).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = refused(action, error);
                return if error.is_missing_stack() { Ok(None) } else { Err(error) };
            }
        };
        Ok(answer.stacks().first().map(|stack| StackState {
            id: stack.stack_id().unwrap_or_default().to_owned(),
            name: stack.stack_name().unwrap_or_default().to_owned(),
            status: stack
                .stack_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            reason: stack
                .stack_status_reason()
                .filter(|reason| !reason.is_empty())
                .map(str::to_owned),
            tags: stack
                .tags()
                .iter()
                .map(|tag| {
                    (
                        tag.key().unwrap_or_default().to_owned(),
                        tag.value().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            outputs: stack
                .outputs()
                .iter()
                .map(|output| {
                    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
                    (text(output.output_key()), text(output.output_value()))
                })
                .collect(),
            termination_protection: stack.enable_termination_protection().unwrap_or(false),
        }))
    }

    /// Finds the stack of this name that was deleted last, by its ARN. CloudFormation remembers for 90 days.
    pub async fn deleted_stack(&self, name: &str) -> Result<Option<String>, AwsError> {
        let mut pages = self
            .stacks
            .list_stacks()
            .stack_status_filter(types::StackStatus::DeleteComplete)
            .into_paginator()
            .items()
            .send();
        let mut last = None;
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(|error| refused("cloudformation:ListStacks", error))?;
            if summary.stack_name() == Some(name) {
                let when = summary.deletion_time().map(aws_smithy_types::DateTime::as_nanos);
                last = last.max(Some((when, summary.stack_id().unwrap_or_default().to_owned())));
            }
        }
        Ok(last.map(|(_, id)| id))
    }

    /// Reads the template that a stack was deployed from, as it was sent.
    pub async fn template(&self, stack: &str) -> Result<String, AwsError> {
        let answer = self
            .stacks
            .get_template()
            .stack_name(stack)
            .template_stage(types::TemplateStage::Original)
            .send()
            .await
            .map_err(|error| refused("cloudformation:GetTemplate", error))?;
        Ok(answer.template_body().unwrap_or_default().to_owned())
    }

    /// Starts to make a change set.
    pub async fn create_change_set(&self, request: &ChangeSetRequest<'_>) -> Result<ChangeSet, AwsError> {
        let action = "cloudformation:CreateChangeSet";
        let kind = match request.kind {
            ChangeSetKind::Create => types::ChangeSetType::Create,
            ChangeSetKind::Update => types::ChangeSetType::Update,
        };
        let tags = request
            .tags
            .iter()
            .map(|(key, value)| types::Tag::builder().key(key).value(value).build())
            .collect();
        let answer = self
            .stacks
            .create_change_set()
            .stack_name(request.stack)
            .change_set_name(request.name)
            .change_set_type(kind)
            .template_body(request.template)
            .set_tags(Some(tags))
            .set_role_arn(request.role.map(str::to_owned))
            .set_notification_arns((!request.notify.is_empty()).then(|| request.notify.to_vec()))
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

    /// Starts what a change set says. A failure rolls back.
    pub async fn execute_change_set(&self, change_set: &ChangeSet, token: &str) -> Result<(), AwsError> {
        self.stacks
            .execute_change_set()
            .stack_name(&change_set.stack_id)
            .change_set_name(&change_set.id)
            .client_request_token(token)
            // The API's text and its clients disagree on the default, so it is always sent.
            .disable_rollback(false)
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

    /// Starts to delete a stack, by `role` or else by the role of its last deployment.
    pub async fn delete_stack(&self, stack: &str, token: &str, role: Option<&str>) -> Result<(), AwsError> {
        self.stacks
            .delete_stack()
            .stack_name(stack)
            .client_request_token(token)
            .set_role_arn(role.map(str::to_owned))
            .send()
            .await
            .map_err(|error| refused("cloudformation:DeleteStack", error))?;
        Ok(())
    }

    /// Goes on with the rollback of an update that stopped half-way; what is skipped stays as it is.
    pub async fn continue_rollback(&self, stack: &str, skip: &[String], token: &str) -> Result<(), AwsError> {
        self.stacks
            .continue_update_rollback()
            .stack_name(stack)
            .set_resources_to_skip((!skip.is_empty()).then(|| skip.to_vec()))
            .client_request_token(token)
            .send()
            .await
            .map_err(|error| refused("cloudformation:ContinueUpdateRollback", error))?;
        Ok(())
    }

    /// Reads one page of a stack's history, newest first, with the token of the next.
    pub async fn stack_events(
        &self,
        stack: &str,
        page: Option<String>,
    ) -> Result<(Vec<StackEvent>, Option<String>), AwsError> {
        let answer = self
            .stacks
            .describe_stack_events()
            .stack_name(stack)
            .set_next_token(page)
            .send()
            .await
            .map_err(|error| refused("cloudformation:DescribeStackEvents", error))?;
        let events = answer.stack_events().iter().map(stack_event).collect();
        Ok((events, answer.next_token().map(str::to_owned)))
    }

    /// Lists a stack's resources.
    pub async fn stack_resources(&self, stack: &str) -> Result<Vec<StackResource>, AwsError> {
        let mut pages = self
            .stacks
            .list_stack_resources()
            .stack_name(stack)
            .into_paginator()
            .items()
            .send();
        let mut resources = Vec::new();
        while let Some(resource) = pages.next().await {
            let resource = resource.map_err(|error| refused("cloudformation:ListStackResources", error))?;
            resources.push(StackResource {
                logical_id: resource.logical_resource_id().unwrap_or_default().to_owned(),
                physical_id: resource.physical_resource_id().map(str::to_owned),
                resource_type: resource.resource_type().unwrap_or_default().to_owned(),
                status: resource
                    .resource_status()
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default(),
            });
        }
        Ok(resources)
    }

    /// Switches termination protection.
    pub async fn set_termination_protection(&self, stack: &str, on: bool) -> Result<(), AwsError> {
        self.stacks
            .update_termination_protection()
            .stack_name(stack)
            .enable_termination_protection(on)
            .send()
            .await
            .map_err(|error| refused("cloudformation:UpdateTerminationProtection", error))?;
        Ok(())
    }
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

fn stack_event(event: &types::StackEvent) -> StackEvent {
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    StackEvent {
        id: text(event.event_id()),
        time: event
            .timestamp()
            .and_then(|time| time.fmt(Format::DateTime).ok())
            .unwrap_or_default(),
        logical_id: text(event.logical_resource_id()),
        physical_id: text(event.physical_resource_id()),
        resource_type: text(event.resource_type()),
        status: text(event.resource_status().map(types::ResourceStatus::as_str)),
        reason: event
            .resource_status_reason()
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        stack_id: text(event.stack_id()),
        token: event.client_request_token().map(str::to_owned),
    }
}
