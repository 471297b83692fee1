//! Each refusal that `strict.py` adds to the emulator, and the server's end.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{ChangeSetStatus, ChangeSetType, ExecutionStatus, StackStatus};
use aws_sdk_cognitoidentityprovider::types::DeletionProtectionType;
use serde_json::{Value, json};

use super::refusal;
use super::stacks::Stacks;
use crate::support::ministack::Ministack;
use crate::support::{aws, http};

fn queue() -> Value {
    json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
}

fn pool(name: &str) -> Value {
    json!({"Resources": {"Pool": {
        "Type": "AWS::Cognito::UserPool",
        "DeletionPolicy": "RetainExceptOnCreate",
        "Properties": {"UserPoolName": name, "DeletionProtection": "ACTIVE"},
    }}})
}

/// A template whose `Bad` fails, after all the rest where it can.
fn with_failure(mut template: Value) -> Value {
    let others: Vec<String> = template["Resources"].as_object().unwrap().keys().cloned().collect();
    template["Resources"]["Bad"] = json!({
        "Type": "AWS::KMS::Alias", "DependsOn": others,
        "Properties": {"AliasName": "alias/aws/taken", "TargetKeyId": "key"},
    });
    template
}

#[tokio::test]
async fn a_protected_pool_stops_delete_and_rollback() {
    let stacks = Stacks::new();
    let pools = aws_sdk_cognitoidentityprovider::Client::new(&stacks.config);
    let made = pools
        .create_user_pool()
        .pool_name("p")
        .deletion_protection(DeletionProtectionType::Active);
    let id = made.send().await.unwrap().user_pool.unwrap().id.unwrap();
    let error = pools.delete_user_pool().user_pool_id(&id).send().await.unwrap_err();
    assert!(refusal(&error).starts_with("InvalidParameterException: The user pool cannot be deleted because deletion"));

    assert_eq!(
        stacks.create("failed", &with_failure(pool("p"))).await,
        StackStatus::RollbackFailed
    );
    let events = stacks.events("failed").await;
    assert!(
        events
            .iter()
            .any(|event| event.starts_with("Pool DELETE_FAILED The user pool cannot be deleted"))
    );
    assert!(events.contains(&"failed ROLLBACK_FAILED The following resource(s) failed to delete: [Pool].".to_owned()));

    let mut deletable = pool("p");
    deletable["Resources"]["Pool"]["DeletionPolicy"] = json!("Delete");
    assert_eq!(stacks.create("deleted", &deletable).await, StackStatus::CreateComplete);
    stacks.client.delete_stack().stack_name("deleted").send().await.unwrap();
    assert_eq!(stacks.end("deleted").await, StackStatus::DeleteFailed);
}

#[tokio::test]
async fn a_stack_that_rolled_back_takes_no_change_set() {
    let stacks = Stacks::new();
    assert_eq!(
        stacks.create("rolled", &with_failure(queue())).await,
        StackStatus::RollbackComplete
    );
    let update = stacks
        .change("rolled", ChangeSetType::Update, &queue())
        .await
        .unwrap_err();
    assert!(
        update.contains("is in ROLLBACK_COMPLETE state and can not be updated"),
        "{update}"
    );
    let create = stacks
        .change("rolled", ChangeSetType::Create, &queue())
        .await
        .unwrap_err();
    assert!(
        create.contains("Stack [rolled] already exists and cannot be created again"),
        "{create}"
    );
    let events = stacks.events("rolled").await;
    let began =
        "rolled ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Bad]. Rollback requested by user.";
    assert!(events.contains(&began.to_owned()), "{events:#?}");
}

#[tokio::test]
async fn a_stack_at_work_takes_no_change_set() {
    let stacks = Stacks::new();
    Ministack::shared().slow(&stacks.account, "busy", 0.5);
    stacks.change("busy", ChangeSetType::Create, &queue()).await.unwrap();
    let began = Instant::now();
    stacks.execute("busy").await;
    let update = stacks
        .change("busy", ChangeSetType::Update, &queue())
        .await
        .unwrap_err();
    assert!(
        update.contains("is in CREATE_IN_PROGRESS state and can not be updated"),
        "{update}"
    );
    assert_eq!(stacks.end("busy").await, StackStatus::CreateComplete);
    assert!(began.elapsed() > Duration::from_millis(500));
}

#[tokio::test]
async fn a_second_change_set_keeps_the_shell() {
    let stacks = Stacks::new();
    let mut ids = Vec::new();
    for name in ["first", "second"] {
        let set = stacks
            .client
            .create_change_set()
            .stack_name("shell")
            .change_set_name(name);
        let set = set
            .change_set_type(ChangeSetType::Create)
            .template_body(queue().to_string());
        ids.push(set.send().await.unwrap().stack_id.unwrap());
    }
    assert_eq!(ids[0], ids[1]);
    let described = stacks
        .client
        .describe_stacks()
        .stack_name("shell")
        .send()
        .await
        .unwrap();
    assert_eq!(described.stacks()[0].stack_id(), Some(ids[0].as_str()));
}

#[tokio::test]
async fn outputs_alone_are_a_change_and_nothing_is_none() {
    let stacks = Stacks::new();
    stacks.create("outputs", &queue()).await;
    assert_eq!(
        stacks.change("outputs", ChangeSetType::Update, &queue()).await.unwrap(),
        ChangeSetStatus::Failed
    );
    stacks
        .client
        .delete_change_set()
        .stack_name("outputs")
        .change_set_name("change")
        .send()
        .await
        .unwrap();

    let mut more = queue();
    more["Outputs"] = json!({"Hash": {"Value": "abc"}});
    stacks.change("outputs", ChangeSetType::Update, &more).await.unwrap();
    let set = stacks
        .client
        .describe_change_set()
        .stack_name("outputs")
        .change_set_name("change")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (set.changes().len(), set.execution_status.clone()),
        (0, Some(ExecutionStatus::Available))
    );
    stacks.execute("outputs").await;
    assert_eq!(stacks.end("outputs").await, StackStatus::UpdateComplete);
    assert_eq!(stacks.outputs("outputs").await[0].output_value(), Some("abc"));
    let events = stacks.events("outputs").await;
    assert!(
        events.contains(&"outputs UPDATE_COMPLETE_CLEANUP_IN_PROGRESS".to_owned()),
        "{events:#?}"
    );
}

#[tokio::test]
async fn an_update_tells_what_it_added_and_removed() {
    let stacks = Stacks::new();
    stacks.create("moved", &queue()).await;
    let topic = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}});
    assert_eq!(stacks.update("moved", &topic).await, StackStatus::UpdateComplete);
    let events = stacks.events("moved").await;
    for event in [
        "Topic CREATE_IN_PROGRESS",
        "Topic CREATE_COMPLETE",
        "Queue DELETE_IN_PROGRESS",
        "Queue DELETE_COMPLETE",
    ] {
        assert!(events.contains(&event.to_owned()), "no {event} in {events:#?}");
    }
    let untouched = events.len();
    let mut beside = topic.clone();
    beside["Resources"]["Queue"] = json!({"Type": "AWS::SQS::Queue"});
    stacks.update("moved", &beside).await;
    let events = stacks.events("moved").await;
    assert!(
        !events[untouched..].iter().any(|event| event.starts_with("Topic")),
        "{events:#?}"
    );
    beside["Resources"]["Queue"]["Properties"] = json!({"DelaySeconds": 5});
    stacks.update("moved", &beside).await;
    let events = stacks.events("moved").await;
    assert!(events.contains(&"Queue UPDATE_COMPLETE".to_owned()), "{events:#?}");
    assert_eq!(
        stacks.update("moved", &with_failure(topic)).await,
        StackStatus::UpdateRollbackComplete
    );
    assert!(
        stacks
            .events("moved")
            .await
            .iter()
            .any(|event| event.starts_with("Bad CREATE_FAILED AWS::KMS::Alias"))
    );
}

#[tokio::test]
async fn what_is_missing_fails_as_on_aws() {
    let stacks = Stacks::new();
    let role =
        json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}});
    let set = stacks
        .client
        .create_change_set()
        .stack_name("role")
        .change_set_name("change");
    let set = set
        .change_set_type(ChangeSetType::Create)
        .template_body(role.to_string());
    let error = refusal(&set.send().await.unwrap_err());
    assert_eq!(
        error,
        "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]"
    );

    let code = json!({"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": {
        "Role": "arn:aws:iam::111122223333:role/r", "Code": {"S3Bucket": "nowhere", "S3Key": "nothing.zip"},
    }}}});
    assert_eq!(stacks.create("code", &code).await, StackStatus::RollbackComplete);
    let events = stacks.events("code").await;
    assert!(
        events.iter().any(|event| event.contains("S3 Error Code: NoSuchKey")),
        "{events:#?}"
    );

    let permission = |function: &str| {
        json!({"Resources": {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunction", "FunctionName": function, "Principal": "cognito-idp.amazonaws.com",
        }}}})
    };
    let missing = format!("arn:aws:lambda:us-west-2:{}:function:missing", stacks.account);
    assert_eq!(
        stacks.create("permission", &permission(&missing)).await,
        StackStatus::RollbackComplete
    );
    let there = aws::function(&stacks.config, &stacks.account, "there").await;
    assert_eq!(
        stacks.create("permitted", &permission(&there)).await,
        StackStatus::CreateComplete
    );

    let alias = json!({"Resources": {"Alias": {"Type": "AWS::KMS::Alias", "Properties": {
        "AliasName": "alias/codes", "TargetKeyId": "key",
    }}}});
    assert_eq!(stacks.create("alias", &alias).await, StackStatus::CreateComplete);
    assert_eq!(stacks.create("taken", &alias).await, StackStatus::RollbackComplete);
}

#[tokio::test]
async fn a_template_comes_back_in_ascii() {
    let stacks = Stacks::new();
    let mut template = queue();
    template["Description"] = json!("キュー");
    stacks.create("text", &template).await;
    let read = stacks.client.get_template().stack_name("text").send().await.unwrap();
    assert!(read.template_body().unwrap().contains(r#""Description":"???""#));
}

#[tokio::test]
async fn a_bucket_of_another_account_is_refused() {
    let stacks = Stacks::new();
    let s3 = aws::s3(&stacks.config);
    let bucket = format!("assets-{}", stacks.account);
    aws::bucket(&s3, &bucket).await;
    s3.head_bucket()
        .bucket(&bucket)
        .expected_bucket_owner(&stacks.account)
        .send()
        .await
        .unwrap();
    let listed = s3
        .list_objects_v2()
        .bucket(&bucket)
        .expected_bucket_owner("999999999999")
        .send()
        .await;
    assert_eq!(listed.unwrap_err().code(), Some("AccessDenied"));
}

#[tokio::test]
async fn bad_luck_befalls_whom_a_test_names() {
    let stacks = Stacks::new();
    Ministack::shared().fail(
        &stacks.account,
        "unlucky",
        "create",
        "AWS::SQS::Queue",
        "out of queues",
        1,
    );
    assert_eq!(stacks.create("unlucky", &queue()).await, StackStatus::RollbackComplete);
    assert!(
        stacks
            .events("unlucky")
            .await
            .contains(&"Queue CREATE_FAILED out of queues".to_owned())
    );
    assert_eq!(stacks.create("lucky", &queue()).await, StackStatus::CreateComplete);
}

#[test]
fn a_server_ends_with_whoever_started_it() {
    let server = Ministack::start();
    let (pid, address) = (server.pid(), server.address());
    drop(server);
    assert!(http::exchange(address, "GET", "/_ministack/health", b"").is_err());
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}
