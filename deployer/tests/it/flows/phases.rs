//! What a live pool calls is allowed before the pool calls it.

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::ministack::Ministack;

/// The same stack before it had a sender.
pub(super) fn bare() -> String {
    "name: acme\nregion: us-west-2\nenvironment: test\npool:\n  new:\n    properties:\n      UserPoolName: acme\n      \
     UsernameAttributes: [phone_number]\n"
        .to_owned()
}

#[test]
fn a_live_pool_gains_its_function_by_two_change_sets() {
    let acme = Acme::new();
    acme.write(&bare());
    acme.apply(0);
    assert!(acme.triggers().is_empty());
    acme.write(&sender());
    insta::assert_snapshot!("two_change_sets", acme.diff());

    // The second change set fails: the pool is as before, and the first is done.
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "update",
        "AWS::Cognito::UserPool",
        "The pool is busy",
        1,
    );
    let failed = acme.apply(1);
    assert!(
        failed.contains("change set 2 of 2")
            && failed.contains("error: Pool (AWS::Cognito::UserPool) UPDATE_FAILED: The pool is busy"),
        "{failed}"
    );
    assert!(acme.triggers().is_empty());
    assert!(acme.template()["Resources"]["FunctionPermission"].is_object());

    // The next apply has the second alone to do.
    assert!(!acme.diff().contains("change set 1 of 2"));
    acme.apply(0);
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
    assert!(acme.diff().contains("nothing to do"));
}

/// The first change set and the end of the stack begin with what CloudFormation gives back.
#[test]
fn a_text_in_any_script_stays_what_it_is() {
    let acme = Acme::new();
    let text = "コードは {####} です 😀";
    let with_text = |file: String| {
        let property = format!("UserPoolName: acme\n      EmailVerificationMessage: \"{text}\"\n");
        file.replace("UserPoolName: acme\n", &property)
    };
    let live = |acme: &Acme, id: &str| {
        let pool = wait(acme.pools().describe_user_pool().user_pool_id(id).send()).unwrap();
        pool.user_pool()
            .unwrap()
            .email_verification_message()
            .map(str::to_owned)
    };
    acme.write(&with_text(bare()));
    acme.apply(0);
    let pool = acme.output("PoolId");
    assert!(acme.diff().contains("nothing to do"));
    acme.write(&with_text(sender()));
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "update",
        "AWS::Cognito::UserPool",
        "The pool is busy",
        1,
    );
    // The first of two change sets was made.
    acme.apply(1);
    assert_eq!(live(&acme, &pool).as_deref(), Some(text));
    acme.apply(0);
    assert!(acme.diff().contains("nothing to do"));
    acme.workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "acme"])
        .expect(0);
    assert_eq!(live(&acme, &pool).as_deref(), Some(text));
}

#[test]
fn on_a_key_swap_the_old_key_stays_allowed() {
    let acme = Acme::new();
    acme.apply(0);
    let old = acme.output("KeyArn");
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    let made = wait(kms.create_key().send()).unwrap();
    let new = made.key_metadata().unwrap().arn().unwrap().to_owned();
    let swap = |more: &str| {
        sender().replace(
            "key: {alias: alias/acme}",
            &format!("key: {{existing: \"{new}\", previous: \"{old}\"}}\n{more}"),
        )
    };

    acme.write(&swap(""));
    let shown = acme.apply(3);
    assert!(
        shown.contains("[key-removed] Key: the key would leave the stack"),
        "{shown}"
    );
    acme.write(&swap(
        "acknowledge: [{code: key-removed, resource: Key, to: removed, reason: one key for all stacks}]",
    ));
    let shown = acme.apply(0);
    assert!(
        shown.contains("change set 1 of 2") && shown.contains("change set 2 of 2"),
        "{shown}"
    );
    let pool = wait(
        acme.pools()
            .describe_user_pool()
            .user_pool_id(acme.output("PoolId"))
            .send(),
    )
    .unwrap();
    assert_eq!(
        pool.user_pool().unwrap().lambda_config().unwrap().kms_key_id(),
        Some(new.as_str())
    );
    let function = &acme.template()["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
    assert_eq!(
        (function["KEY_ARN"].as_str(), function["PREVIOUS_KEY_ARN"].as_str()),
        (Some(new.as_str()), Some(old.as_str()))
    );
    // The old key is out of the stack and still there.
    let old = wait(kms.describe_key().key_id(&old).send()).unwrap();
    assert!(old.key_metadata().unwrap().enabled());
}
