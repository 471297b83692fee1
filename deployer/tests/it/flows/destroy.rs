//! The end of a stack: the pool lets go first, and what holds people or history stays.

use aws_sdk_kms::types::KeyState;

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

const DESTROY: [&str; 4] = ["destroy", "stacks/acme.yaml", "--confirm", "acme"];

/// CloudFormation works by the role that the file names, from the first change set to the delete.
#[test]
fn the_role_and_the_topics_go_with_every_request() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    let bootstrapped = proxy.bodies("CreateChangeSet").len();
    acme.write(&format!(
        "{}cloudformation_role: arn:aws:iam::111122223333:role/deploy\nnotification_arns: [\"arn:aws:sns:us-west-2:111122223333:events\"]\n",
        sender()
    ));
    acme.apply(0);
    acme.workspace.run(&DESTROY).expect(0);
    let role = "RoleARN=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdeploy";
    let topic = "NotificationARNs.member.1=arn%3Aaws%3Asns%3Aus-west-2%3A111122223333%3Aevents";
    let (made, deleted) = (proxy.bodies("CreateChangeSet"), proxy.bodies("DeleteStack"));
    assert_eq!((made.len() - bootstrapped, deleted.len()), (2, 1));
    assert!(
        made[..bootstrapped]
            .iter()
            .all(|body| !body.contains("RoleARN") && !body.contains("NotificationARNs"))
    );
    assert!(
        made[bootstrapped..]
            .iter()
            .all(|body| body.contains(role) && body.contains(topic))
    );
    assert!(deleted.iter().all(|body| body.contains(role)), "{deleted:?}");
}

#[test]
fn pool_key_and_log_group_stay() {
    let acme = Acme::new();
    acme.write(&format!("{}termination_protection: true\n", sender()));
    acme.apply(0);
    let (pool, key, logs) = (
        acme.output("PoolId"),
        acme.output("KeyArn"),
        acme.output("LogGroupName"),
    );
    let run = acme.workspace.run(&DESTROY).expect(0);
    insta::assert_snapshot!("destroyed", run.snapshot());
    assert_eq!(acme.status(), None);

    let left = wait(acme.pools().describe_user_pool().user_pool_id(pool).send()).unwrap();
    assert!(
        left.user_pool()
            .unwrap()
            .lambda_config()
            .is_none_or(|config| config.custom_sms_sender().is_none() && config.kms_key_id().is_none())
    );
    assert_eq!(acme.key_state(&key), KeyState::Enabled);
    assert_eq!(acme.log_groups(&logs), 1);

    let again = acme.workspace.run(&DESTROY).expect(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn what_is_named_is_deleted_afterwards() {
    let acme = Acme::new();
    acme.apply(0);
    let (pool, key, logs) = (
        acme.output("PoolId"),
        acme.output("KeyArn"),
        acme.output("LogGroupName"),
    );
    let more = [
        "--delete",
        "pool",
        "--delete",
        "key",
        "--delete",
        "logs",
        "--key-window-days",
        "7",
    ];
    let run = acme.workspace.run(&[&DESTROY[..], &more].concat()).expect(0);
    assert!(
        run.stderr
            .contains("DELETED afterwards, with every user in it, for good"),
        "{}",
        run.stderr
    );
    assert!(wait(acme.pools().describe_user_pool().user_pool_id(pool).send()).is_err());
    assert_eq!(acme.key_state(&key), KeyState::PendingDeletion);
    assert_eq!(acme.log_groups(&logs), 0);
}

#[test]
fn a_protected_pool_is_not_deleted_by_a_flag() {
    let acme = Acme::new();
    acme.write(&sender().replace(
        "UserPoolName: acme\n",
        "UserPoolName: acme\n      DeletionProtection: ACTIVE\n",
    ));
    acme.apply(0);
    let run = acme
        .workspace
        .run(&[&DESTROY[..], &["--delete", "pool"]].concat())
        .expect(3);
    assert!(run.stderr.contains("under deletion protection"), "{}", run.stderr);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
}

#[test]
fn a_delete_that_fails_is_gone_on_with() {
    let acme = Acme::new();
    acme.apply(0);
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "delete",
        "AWS::SQS::Queue",
        "The queue is in use",
        1,
    );
    let failed = acme.workspace.run(&DESTROY).expect(1);
    assert!(
        failed
            .stderr
            .contains("error: DeadLetterQueue (AWS::SQS::Queue) DELETE_FAILED: The queue is in use"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains("deployer destroy stacks/acme.yaml"),
        "{}",
        failed.stderr
    );
    acme.workspace.run(&DESTROY).expect(0);
    assert_eq!(acme.status(), None);
}

/// A pool that needs an SMS role: phone sign-in, and MFA by SMS.
fn with_sms_mfa() -> String {
    sender().replace(
        "UsernameAttributes: [phone_number]\n",
        "UsernameAttributes: [phone_number]\n      MfaConfiguration: \"ON\"\n      EnabledMfas: [SMS_MFA]\n",
    )
}

fn sms_role_of(acme: &Acme, pool: &str) -> Option<String> {
    let pool = wait(acme.pools().describe_user_pool().user_pool_id(pool).send()).unwrap();
    let sms = pool.user_pool().unwrap().sms_configuration()?;
    Some(sms.sns_caller_arn().to_owned())
}

fn is_there(acme: &Acme, role: &str) -> bool {
    let name = role.rsplit('/').next().unwrap();
    let roles = aws_sdk_iam::Client::new(&acme.workspace.sdk());
    wait(roles.get_role().role_name(name).send()).is_ok()
}

#[test]
fn the_sms_role_of_a_pool_that_stays_stays_too() {
    let acme = Acme::new();
    acme.write(&with_sms_mfa());
    acme.apply(0);
    let pool = acme.output("PoolId");
    let role = sms_role_of(&acme, &pool).unwrap();
    // A pool that stays needs it.
    let needed = acme.workspace.run(&[&DESTROY[..], &["--delete", "sms-role"]].concat());
    let needed = needed.expect(64);
    assert!(
        needed.stderr.contains("sends SMS messages by the role"),
        "{}",
        needed.stderr
    );

    let run = acme.workspace.run(&DESTROY).expect(0);
    let follows = format!("Cognito sends SMS messages itself again, by the role {role}");
    assert!(run.stderr.contains(&follows), "{}", run.stderr);
    assert!(
        run.stderr.contains("stays: the pool sends SMS messages by it"),
        "{}",
        run.stderr
    );
    assert!(is_there(&acme, &role));
    assert_eq!(sms_role_of(&acme, &pool), Some(role.clone()));

    let both = ["--delete", "pool", "--delete", "sms-role"];
    acme.workspace.run(&[&DESTROY[..], &both].concat()).expect(0);
    assert!(!is_there(&acme, &role));
}

#[test]
fn a_stack_of_an_earlier_version_keeps_the_sms_role_too() {
    let acme = Acme::new();
    acme.write(&with_sms_mfa());
    acme.apply(0);
    let role = sms_role_of(&acme, &acme.output("PoolId")).unwrap();
    let mut older = acme.template();
    let members = older["Resources"]["SmsRole"].as_object_mut().unwrap();
    members.retain(|member, _| !member.ends_with("Policy"));
    let update = acme.cloudformation().update_stack().stack_name("acme");
    let update = update
        .template_body(older.to_string())
        .set_parameters(Some(super::kept_parameters()));
    let update = update.capabilities(aws_sdk_cloudformation::types::Capability::CapabilityIam);
    wait(update.send()).unwrap();
    while acme.status().as_deref() != Some("UPDATE_COMPLETE") {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    acme.workspace.run(&DESTROY).expect(0);
    assert!(is_there(&acme, &role));
}

#[test]
fn a_dead_sms_role_of_an_owned_pool_stops_before_the_change() {
    let acme = Acme::new();
    acme.write(&with_sms_mfa());
    acme.apply(0);
    let role = sms_role_of(&acme, &acme.output("PoolId")).unwrap();
    let name = role.rsplit('/').next().unwrap();
    let roles = aws_sdk_iam::Client::new(&acme.workspace.sdk());
    wait(roles.delete_role_policy().role_name(name).policy_name("Publish").send()).unwrap();
    wait(roles.delete_role().role_name(name).send()).unwrap();
    // What does not update the pool is not stopped.
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    let protected = with_sms_mfa().replace(
        "UserPoolName: acme\n",
        "UserPoolName: acme\n      DeletionProtection: ACTIVE\n",
    );
    acme.write(&protected);
    let shown = acme.apply(3);
    assert!(
        shown.contains("sms-role-dead") && shown.contains("it is not there"),
        "{shown}"
    );
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(acme.change_sets(), 0);
}
