//! The real binary against an emulator that refuses what AWS refuses.
//!
//! Each test has an account of its own on one shared server. An operation takes a second or two, since
//! the binary waits for CloudFormation as it does on AWS.

mod adopt;
mod as_observed;
mod attach;
mod canary;
mod create;
mod destroy;
mod detach;
mod doctor;
mod drift;
mod existing_keys;
mod expired;
mod failures;
mod forged;
mod guard;
mod guards;
mod hostile;
mod imports;
mod interrupts;
mod kills;
mod large_templates;
mod logs;
mod made_up;
mod many;
mod matrix;
mod people;
mod phases;
mod pictures;
mod pinned;
mod prompts;
mod read_back;
mod read_only;
mod redrive;
mod refusals;
mod rollback;
mod send;
mod stack_policy;
mod states;
mod status;
mod storms;
mod verified_code;
mod words;

use aws_sdk_cloudformation::types::{ChangeSetSummary, ExecutionStatus, Parameter};
use aws_sdk_kms::types::KeyState;
use serde_json::Value;

use crate::support::aws::{bucket, s3, wait};
use crate::support::cli::Workspace;

/// A workspace with an assets bucket and a stack file `stacks/acme.yaml`.
struct Acme {
    workspace: Workspace,
}

/// A stack that sends SMS messages by its own function.
fn sender() -> String {
    "name: acme
region: us-west-2
environment: test
pool:
  new:
    properties:
      UserPoolName: acme
      UsernameAttributes: [phone_number]
triggers:
  custom_sms_sender: handler
key: {alias: alias/acme}
function: {architecture: x86_64}
providers:
  sns: {type: sns}
delivery:
  sms: {countries: [US], registered: [US], routes: [{via: [sns]}]}
"
    .to_owned()
}

/// The parameters of a template that is deployed again outside this tool.
fn kept_parameters() -> Vec<Parameter> {
    let names = ["HandlerFile", "HandlerObjectVersion", "HandlerSha256"];
    let kept = names.map(|name| {
        Parameter::builder()
            .parameter_key(name)
            .use_previous_value(true)
            .build()
    });
    kept.into()
}

impl Acme {
    fn new() -> Self {
        Self::on(Workspace::online())
    }

    fn on(workspace: Workspace) -> Self {
        let workspace = workspace.with_idle_handler();
        workspace
            .run(&["bootstrap", "--region", "us-west-2", "--yes"])
            .expect(0);
        let acme = Self { workspace };
        acme.write(&sender());
        acme
    }

    /// With a bucket for zips that nobody had to wait for.
    fn with_bucket(workspace: Workspace) -> Self {
        Self::bucketed(workspace.with_idle_handler())
    }

    /// The same for a workspace that has a handler.
    fn bucketed(workspace: Workspace) -> Self {
        let name = format!("deployer-assets-{}-us-west-2", workspace.account());
        wait(bucket(&s3(&workspace.sdk()), &name));
        let acme = Self { workspace };
        acme.write(&sender());
        acme
    }

    fn write(&self, text: &str) {
        self.workspace.file("stacks/acme.yaml", text);
    }

    /// Applies and expects an exit code; returns stderr, normalised.
    #[track_caller]
    fn apply(&self, code: i32) -> String {
        let run = self.workspace.run(&["apply", "--yes"]).expect(code);
        run.normal(&run.stderr)
    }

    #[track_caller]
    fn diff(&self) -> String {
        let run = self.workspace.run(&["diff"]).expect(0);
        run.normal(&run.stdout)
    }

    fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.workspace.sdk())
    }

    fn pools(&self) -> aws_sdk_cognitoidentityprovider::Client {
        aws_sdk_cognitoidentityprovider::Client::new(&self.workspace.sdk())
    }

    /// The stack's status; nothing when there is none.
    fn status(&self) -> Option<String> {
        let answer = wait(self.cloudformation().describe_stacks().stack_name("acme").send()).ok()?;
        answer
            .stacks()
            .first()?
            .stack_status()
            .map(|status| status.as_str().to_owned())
    }

    /// An output of the stack.
    fn output(&self, name: &str) -> String {
        let answer = wait(self.cloudformation().describe_stacks().stack_name("acme").send()).unwrap();
        let outputs = answer.stacks()[0].outputs();
        let found = outputs.iter().find(|output| output.output_key() == Some(name));
        found.and_then(|output| output.output_value()).unwrap().to_owned()
    }

    /// How many change sets wait to be executed.
    fn change_sets(&self) -> usize {
        let answer = wait(self.cloudformation().list_change_sets().stack_name("acme").send());
        let waits = |summary: &&ChangeSetSummary| summary.execution_status() != Some(&ExecutionStatus::ExecuteComplete);
        answer.map_or(0, |answer| answer.summaries().iter().filter(waits).count())
    }

    /// How many pools the account has.
    fn pool_count(&self) -> usize {
        let answer = wait(self.pools().list_user_pools().max_results(60).send());
        answer.unwrap().user_pools().len()
    }

    /// How many keys the account has that are not on their way out.
    fn key_count(&self) -> usize {
        let kms = aws_sdk_kms::Client::new(&self.workspace.sdk());
        let keys = wait(kms.list_keys().send()).unwrap();
        let stays = |key: &&aws_sdk_kms::types::KeyListEntry| {
            let key = wait(kms.describe_key().key_id(key.key_id().unwrap()).send()).unwrap();
            key.key_metadata().unwrap().deletion_date().is_none()
        };
        keys.keys().iter().filter(stays).count()
    }

    /// The state of a key.
    fn key_state(&self, arn: &str) -> KeyState {
        let kms = aws_sdk_kms::Client::new(&self.workspace.sdk());
        let key = wait(kms.describe_key().key_id(arn).send()).unwrap();
        key.key_metadata().unwrap().key_state().unwrap().clone()
    }

    /// How many log groups have a name that begins so.
    fn log_groups(&self, prefix: &str) -> usize {
        let groups = aws_sdk_cloudwatchlogs::Client::new(&self.workspace.sdk());
        let found = wait(groups.describe_log_groups().log_group_name_prefix(prefix).send());
        found.unwrap().log_groups().len()
    }

    /// Members of the live pool's `LambdaConfig`.
    fn triggers(&self) -> Vec<&'static str> {
        let pool = wait(
            self.pools()
                .describe_user_pool()
                .user_pool_id(self.output("PoolId"))
                .send(),
        )
        .unwrap();
        let pool = pool.user_pool().unwrap();
        let Some(config) = pool.lambda_config() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        found.extend(config.pre_sign_up().map(|_| "PreSignUp"));
        found.extend(config.custom_message().map(|_| "CustomMessage"));
        found.extend(config.custom_sms_sender().map(|_| "CustomSMSSender"));
        found.extend(config.kms_key_id().map(|_| "KMSKeyID"));
        found
    }

    /// The stack policy; nothing where there is none.
    fn policy(&self) -> Option<String> {
        let answer = wait(self.cloudformation().get_stack_policy().stack_name("acme").send()).unwrap();
        answer.stack_policy_body().map(str::to_owned)
    }

    /// The template that the stack was deployed from.
    fn template(&self) -> Value {
        let answer = wait(self.cloudformation().get_template().stack_name("acme").send()).unwrap();
        serde_json::from_str(answer.template_body().unwrap()).unwrap()
    }
}
