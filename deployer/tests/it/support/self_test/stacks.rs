//! Makes and changes stacks, as the tests of the emulator need it.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Capability, ChangeSetStatus, ChangeSetType, Output, StackStatus};
use serde_json::Value;

use super::refusal;
use crate::support::aws;
use crate::support::ministack::{self, Ministack};

/// Makes and changes stacks for the tests beside it.
pub(super) struct Stacks {
    pub(super) account: String,
    pub(super) config: SdkConfig,
    pub(super) client: Client,
}

impl Stacks {
    pub(super) fn new() -> Self {
        let account = ministack::account();
        let config = aws::config(&Ministack::shared().endpoint(), &account);
        Self {
            client: Client::new(&config),
            account,
            config,
        }
    }

    /// Makes a change set; `Err` is the code and message of a refusal.
    pub(super) async fn change(
        &self,
        name: &str,
        kind: ChangeSetType,
        template: &Value,
    ) -> Result<ChangeSetStatus, String> {
        if kind == ChangeSetType::Update {
            // The one that was executed keeps its name.
            let _ = self
                .client
                .delete_change_set()
                .stack_name(name)
                .change_set_name("change")
                .send()
                .await;
        }
        let made = self
            .client
            .create_change_set()
            .stack_name(name)
            .change_set_name("change")
            .change_set_type(kind)
            .capabilities(Capability::CapabilityIam)
            .template_body(template.to_string())
            .send()
            .await;
        made.map_err(|error| refusal(&error))?;
        let describe = || {
            self.client
                .describe_change_set()
                .stack_name(name)
                .change_set_name("change")
                .send()
        };
        assert_eq!(
            describe().await.unwrap().status,
            Some(ChangeSetStatus::CreateInProgress)
        );
        Ok(describe().await.unwrap().status.unwrap())
    }

    pub(super) async fn execute(&self, name: &str) {
        self.client
            .execute_change_set()
            .stack_name(name)
            .change_set_name("change")
            .send()
            .await
            .unwrap();
    }

    pub(super) async fn create(&self, name: &str, template: &Value) -> StackStatus {
        self.change(name, ChangeSetType::Create, template).await.unwrap();
        self.execute(name).await;
        self.end(name).await
    }

    pub(super) async fn update(&self, name: &str, template: &Value) -> StackStatus {
        self.change(name, ChangeSetType::Update, template).await.unwrap();
        self.execute(name).await;
        self.end(name).await
    }

    pub(super) async fn end(&self, name: &str) -> StackStatus {
        loop {
            let answer = self.client.describe_stacks().stack_name(name).send().await.unwrap();
            let status = answer.stacks()[0].stack_status.clone().unwrap();
            if !status.as_str().ends_with("_IN_PROGRESS") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every event as `ID STATUS reason`, oldest first.
    pub(super) async fn events(&self, name: &str) -> Vec<String> {
        let answer = self
            .client
            .describe_stack_events()
            .stack_name(name)
            .send()
            .await
            .unwrap();
        answer
            .stack_events()
            .iter()
            .rev()
            .map(|event| {
                let status = event.resource_status().unwrap().as_str();
                let reason = event.resource_status_reason().unwrap_or_default();
                format!("{} {status} {reason}", event.logical_resource_id().unwrap())
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    pub(super) async fn outputs(&self, name: &str) -> Vec<Output> {
        let answer = self.client.describe_stacks().stack_name(name).send().await.unwrap();
        answer.stacks()[0].outputs().to_vec()
    }
}
