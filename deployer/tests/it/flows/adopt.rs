//! A pool that exists is taken into a stack, and nothing of it changes.

use aws_sdk_cognitoidentityprovider::types::{
    AttributeDataType, CustomSmsLambdaVersionConfigType, CustomSmsSenderLambdaVersionType, DeletionProtectionType,
    LambdaConfigType, PasswordPolicyType, PreTokenGenerationLambdaVersionType, PreTokenGenerationVersionConfigType,
    SchemaAttributeType, SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType, UserPoolTierType,
    UsernameAttributeType, VerifiedAttributeType,
};
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use serde_json::Value;

use super::Acme;
use crate::support::aws::{function, wait};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

impl Acme {
    /// A pool with most kinds of settings, with triggers on functions of somebody else's.
    pub(super) fn old_pool(&self) -> String {
        let sdk = self.workspace.sdk();
        let function = wait(function(&sdk, self.workspace.account(), "checks"));
        let key = wait(
            aws_sdk_kms::Client::new(&sdk)
                .create_key()
                .key_spec(KeySpec::SymmetricDefault)
                .key_usage(KeyUsageType::EncryptDecrypt)
                .send(),
        );
        let key = key.unwrap().key_metadata().unwrap().arn().unwrap().to_owned();
        let sender = CustomSmsLambdaVersionConfigType::builder()
            .lambda_arn(&function)
            .lambda_version(CustomSmsSenderLambdaVersionType::V10)
            .build();
        let claims = PreTokenGenerationVersionConfigType::builder()
            .lambda_arn(&function)
            .lambda_version(PreTokenGenerationLambdaVersionType::V20)
            .build();
        let triggers = LambdaConfigType::builder()
            .pre_sign_up(&function)
            .pre_token_generation(&function)
            .pre_token_generation_config(claims.unwrap())
            .custom_sms_sender(sender.unwrap())
            .kms_key_id(key)
            .build();
        self.pool(Some(triggers))
    }

    pub(super) fn pool(&self, triggers: Option<LambdaConfigType>) -> String {
        let password = PasswordPolicyType::builder()
            .minimum_length(12)
            .require_lowercase(true)
            .require_numbers(true)
            .temporary_password_validity_days(7)
            .build();
        let plan = SchemaAttributeType::builder()
            .name("plan")
            .attribute_data_type(AttributeDataType::String)
            .mutable(true)
            .build();
        let email = SchemaAttributeType::builder()
            .name("email")
            .attribute_data_type(AttributeDataType::String)
            .required(true)
            .mutable(true)
            .build();
        let made = wait(
            self.pools()
                .create_user_pool()
                .pool_name("Acme users")
                .username_attributes(UsernameAttributeType::Email)
                .auto_verified_attributes(VerifiedAttributeType::Email)
                .policies(UserPoolPolicyType::builder().password_policy(password).build())
                .schema(plan)
                .schema(email)
                .deletion_protection(DeletionProtectionType::Active)
                .user_pool_tier(UserPoolTierType::Essentials)
                .email_verification_message("Your code: \"{####}\"\nコード # no comment")
                .user_pool_tags("team", "no")
                .user_pool_tags("cost centre", "0123")
                .set_lambda_config(triggers)
                .send(),
        );
        let id = made.unwrap().user_pool().unwrap().id().unwrap().to_owned();
        wait(
            self.pools()
                .set_user_pool_mfa_config()
                .user_pool_id(&id)
                .mfa_configuration(UserPoolMfaType::Optional)
                .software_token_mfa_configuration(SoftwareTokenMfaConfigType::builder().enabled(true).build())
                .send(),
        )
        .unwrap();
        id
    }

    /// All that the service says of a pool, but for what an update sets by itself.
    pub(super) fn described(&self, id: &str) -> String {
        let pool = wait(self.pools().describe_user_pool().user_pool_id(id).send()).unwrap();
        let mut pool = pool.user_pool().unwrap().clone();
        pool.last_modified_date = None;
        if let Some(config) = &mut pool.admin_create_user_config {
            // Cognito shows here what the password policy says, and takes it from there alone.
            config.unused_account_validity_days = 0;
        }
        if let Some(tags) = &mut pool.user_pool_tags {
            tags.retain(|key, _| !key.starts_with("aws:"));
        }
        let mfa = wait(self.pools().get_user_pool_mfa_config().user_pool_id(id).send()).unwrap();
        let tags: std::collections::BTreeMap<_, _> = pool.user_pool_tags.take().into_iter().flatten().collect();
        format!(
            "{pool:#?}\n{tags:#?}\n{:#?} {:#?}",
            mfa.mfa_configuration(),
            mfa.software_token_mfa_configuration()
        )
    }

    pub(super) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.workspace.path().join(file)).unwrap()
    }
}

pub(super) fn on(workspace: Workspace) -> Acme {
    Acme { workspace }
}

#[test]
fn a_pool_is_adopted_and_nothing_of_it_changes() {
    let acme = on(Workspace::online());
    let id = acme.old_pool();
    let before = acme.described(&id);
    let run = acme.workspace.run(&["adopt", &id, "--name", "acme", "--yes"]).expect(0);
    insta::assert_snapshot!("adopt", run.snapshot().replace(&id, "us-west-2_000000000"));
    let file = acme.read("stacks/acme.yaml");
    insta::assert_snapshot!("adopted_file", run.normal(&file));
    assert_eq!(acme.described(&id), before);

    let diff = acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    assert!(diff.stdout.contains("nothing to do"), "{}", diff.stdout);
    assert!(acme.apply(0).contains("nothing to do"));
    assert_eq!(acme.output("PoolId"), id);
    assert_eq!((acme.pool_count(), acme.change_sets()), (1, 0));
    let pool = &acme.template()["Resources"]["Pool"];
    assert_eq!(
        (&pool["DeletionPolicy"], &pool["UpdateReplacePolicy"]),
        (&Value::from("Retain"), &Value::from("Retain"))
    );

    // It has an owner now, so there is nothing to adopt.
    let again = acme
        .workspace
        .run(&["adopt", &id, "--name", "other", "--yes"])
        .expect(0);
    assert!(
        again.stderr.contains("belongs to the stack acme already"),
        "{}",
        again.stderr
    );
    assert!(!acme.workspace.path().join("stacks/other.yaml").exists());
}

#[test]
fn without_a_terminal_and_a_yes_only_the_file_is_written() {
    let acme = on(Workspace::online());
    let id = acme.pool(None);
    let run = acme.workspace.run(&["adopt", &id]).expect(0);
    insta::assert_snapshot!("adopt_without_terminal", run.snapshot());
    assert!(wait(acme.cloudformation().describe_stacks().stack_name("Acme-users").send()).is_err());
    acme.workspace.run(&["validate", "stacks/Acme-users.yaml"]).expect(0);

    // What is there stays as it is.
    let run = acme.workspace.run(&["adopt", &id, "--yes"]).expect(3);
    assert!(
        run.stderr.contains("`stacks/Acme-users.yaml` exists already"),
        "{}",
        run.stderr
    );
    acme.workspace
        .run(&["apply", "stacks/Acme-users.yaml", "--yes"])
        .expect(0);
    let run = acme.workspace.run(&["adopt", "us-west-2_NotThere1", "--yes"]).expect(1);
    assert!(
        run.stderr.contains("there is no pool us-west-2_NotThere1"),
        "{}",
        run.stderr
    );
    let other = acme.pool(None);
    let run = acme
        .workspace
        .run(&["adopt", &other, "--file", "stacks/other.yaml", "--yes"])
        .expect(3);
    assert!(
        run.stderr.contains("there is a stack Acme-users already"),
        "{}",
        run.stderr
    );
    acme.workspace
        .run(&["adopt", &other, "--region", "us-east-1"])
        .expect(64);
}

#[test]
fn on_a_no_only_the_file_is_left() {
    let acme = on(Workspace::online());
    let id = acme.pool(None);
    let before = acme.described(&id);
    let run = acme
        .workspace
        .answer(&["adopt", &id, "--name", "acme"], "Only `yes` goes on:", "no")
        .expect(1);
    assert!(
        run.stdout.contains("not applied; nothing was changed"),
        "{}",
        run.stdout
    );
    assert_eq!((acme.status(), acme.change_sets()), (None, 0));
    assert_eq!(acme.described(&id), before);
    acme.apply(0);
    assert_eq!(acme.output("PoolId"), id);
}

/// What CloudFormation cannot hold is named, on the screen and in the file.
#[test]
fn what_is_left_out_is_named() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = on(Workspace::offline().at(proxy.endpoint()));
    let id = acme.pool(None);
    let newer = |body: String| {
        body.replace(
            "\"UserPool\": {",
            "\"UserPool\": {\"DcrConfiguration\": {\"EnableStatus\": \"Enabled\"}, \"NewSetting\": 1, ",
        )
    };
    proxy.on("DescribeUserPool", 1..=usize::MAX, Effect::Rewrite(newer));
    let run = acme.workspace.run(&["adopt", &id, "--name", "acme", "--yes"]).expect(0);
    let shown = run.stderr.split("\n\n").next().unwrap();
    insta::assert_snapshot!("left_out", shown);
    let file = acme.read("stacks/acme.yaml");
    for member in [
        "# DcrConfiguration: only Cognito's API has it",
        "# NewSetting: this version knows no",
    ] {
        assert!(file.contains(member), "{file}");
    }
    assert!(acme.diff().contains("nothing to do"));
}

/// A pool that a deleted stack left behind goes into the next one.
#[test]
fn a_pool_that_a_stack_left_behind_is_adopted() {
    let acme = Acme::new();
    acme.apply(0);
    let id = acme.output("PoolId");
    acme.workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "acme"])
        .expect(0);
    let stopped = acme.apply(3);
    assert!(
        stopped.contains("hint: to go on with it: deployer adopt us-west-2_"),
        "{stopped}"
    );
    acme.workspace
        .run(&["adopt", &id, "--name", "acme", "--file", "stacks/adopted.yaml", "--yes"])
        .expect(0);
    assert_eq!(acme.output("PoolId"), id);
    assert_eq!(acme.pool_count(), 1);
}
