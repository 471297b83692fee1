//! The emulator takes a pool into a stack as CloudFormation does, and names the stack that has it.

use aws_sdk_cloudformation::types::{ChangeSetStatus, ChangeSetType, ResourceToImport, StackStatus, Tag};
use serde_json::{Value, json};

use super::refusal;
use super::stacks::Stacks;
use crate::support::http::exchange_with;
use crate::support::ministack::Ministack;

#[tokio::test]
async fn an_import_takes_the_pool_and_no_tags() {
    let stacks = Stacks::new();
    let pools = aws_sdk_cognitoidentityprovider::Client::new(&stacks.config);
    let made = pools.create_user_pool().pool_name("acme").send().await.unwrap();
    let id = made.user_pool().unwrap().id().unwrap().to_owned();
    let by_id = || {
        let call = stacks.client.describe_stack_resources();
        call.physical_resource_id(&id).send()
    };
    let missing = refusal(&by_id().await.unwrap_err());
    assert!(missing.contains(&format!("Stack for {id} does not exist")), "{missing}");

    let template = json!({ "Resources": { "Pool": {
        "Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": { "UserPoolName": "acme" },
    } } });
    let pool = ResourceToImport::builder()
        .resource_type("AWS::Cognito::UserPool")
        .logical_resource_id("Pool")
        .resource_identifier("UserPoolId", &id);
    let import = stacks
        .client
        .create_change_set()
        .stack_name("adopted")
        .change_set_name("change")
        .change_set_type(ChangeSetType::Import)
        .template_body(template.to_string())
        .resources_to_import(pool.build());
    let tagged = import
        .clone()
        .tags(Tag::builder().key("team").value("identity").build());
    let refused = refusal(&tagged.send().await.unwrap_err());
    assert!(refused.contains("you cannot modify or add [Tags]"), "{refused}");
    import.send().await.unwrap();
    loop {
        let state = stacks
            .client
            .describe_change_set()
            .stack_name("adopted")
            .change_set_name("change");
        match state.send().await.unwrap().status() {
            Some(ChangeSetStatus::CreateComplete) => break,
            Some(ChangeSetStatus::CreateInProgress) => {}
            other => panic!("{other:?}"),
        }
    }
    stacks.execute("adopted").await;
    assert_eq!(stacks.end("adopted").await, StackStatus::ImportComplete);
    let found = by_id().await.unwrap();
    assert_eq!(found.stack_resources()[0].stack_name(), Some("adopted"));
}

/// The SDK's types would hide what must not be there, so this asks without them.
#[test]
fn a_pool_is_described_without_its_factors() {
    let call = |operation: &str, body: &Value| -> Value {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        let body = body.to_string();
        let answer = exchange_with(Ministack::shared().address(), "POST /", &headers, body.as_bytes());
        serde_json::from_slice(&answer.unwrap().1).unwrap()
    };
    let id = call("CreateUserPool", &json!({ "PoolName": "acme" }))["UserPool"]["Id"].clone();
    let on = json!({ "Enabled": true });
    let set = json!({ "UserPoolId": id, "SoftwareTokenMfaConfiguration": on, "MfaConfiguration": "OPTIONAL" });
    call("SetUserPoolMfaConfig", &set);
    let told = call("GetUserPoolMfaConfig", &json!({ "UserPoolId": id }));
    assert_eq!(told["SoftwareTokenMfaConfiguration"], on);
    let pool = call("DescribeUserPool", &json!({ "UserPoolId": id }))["UserPool"].clone();
    assert_eq!(pool["MfaConfiguration"], "OPTIONAL");
    assert_eq!(pool["SoftwareTokenMfaConfiguration"], Value::Null);
}
