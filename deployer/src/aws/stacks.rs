//! CloudFormation's stacks, with their resources and events.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;
use aws_smithy_types::date_time::Format;

use super::error::refused;
use super::{AwsError, RollbackTrigger, Session, Watch};

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
    /// The template's parameters, with the values of the last deployment.
    pub parameters: BTreeMap<String, String>,
    /// Whether deletes are refused.
    pub termination_protection: bool,
    /// When the last create or update began, in seconds since 1970.
    pub changed: Option<i64>,
    /// What CloudFormation watches during each update.
    pub watch: Watch,
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
            parameters: stack
                .parameters()
                .iter()
                .map(|parameter| {
                    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
                    (text(parameter.parameter_key()), text(parameter.parameter_value()))
                })
                .collect(),
            termination_protection: stack.enable_termination_protection().unwrap_or(false),
            changed: stack
                .last_updated_time()
                .or(stack.creation_time())
                .map(aws_smithy_types::DateTime::secs),
            watch: stack.rollback_configuration().map(watch).unwrap_or_default(),
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

    /// Reads the template that a change set was made from, as CloudFormation read it.
    pub async fn change_set_template(&self, change_set: &super::ChangeSet) -> Result<String, AwsError> {
        let answer = self
            .stacks
            .get_template()
            .stack_name(&change_set.stack_id)
            .change_set_name(&change_set.id)
            .template_stage(types::TemplateStage::Original)
            .send()
            .await
            .map_err(|error| refused("cloudformation:GetTemplate", error))?;
        Ok(answer.template_body().unwrap_or_default().to_owned())
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

    /// Undoes an operation that failed and was left as it was. A create that failed leaves an empty stack, or none.
    pub async fn rollback_stack(&self, stack: &str, token: &str, role: Option<&str>) -> Result<(), AwsError> {
        self.stacks
            .rollback_stack()
            .stack_name(stack)
            .client_request_token(token)
            .set_role_arn(role.map(str::to_owned))
            .send()
            .await
            .map_err(|error| refused("cloudformation:RollbackStack", error))?;
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

    /// Finds the stack that a resource belongs to, by the resource's physical id; nothing when it is in none.
    ///
    /// Returns the stack's ARN. CloudFormation remembers deleted stacks for 90 days, so the stack may be gone.
    pub async fn stack_of(&self, physical_id: &str) -> Result<Option<String>, AwsError> {
        let action = "cloudformation:DescribeStackResources";
        let call = self.stacks.describe_stack_resources().physical_resource_id(physical_id);
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = refused(action, error);
                return if error.is_missing_stack() { Ok(None) } else { Err(error) };
            }
        };
        let resources = answer.stack_resources().iter();
        let found = resources
            .into_iter()
            .find(|each| each.physical_resource_id() == Some(physical_id));
        Ok(found.and_then(|each| each.stack_id()).map(str::to_owned))
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

fn watch(configuration: &types::RollbackConfiguration) -> Watch {
    let triggers = configuration.rollback_triggers().iter();
    Watch {
        alarms: triggers
            .filter_map(|trigger| {
                Some(RollbackTrigger {
                    arn: trigger.arn()?.to_owned(),
                    resource_type: trigger.r#type()?.to_owned(),
                })
            })
            .collect(),
        monitor_minutes: configuration.monitoring_time_in_minutes().unwrap_or_default(),
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
