//! Values of a live pool that the documentation says exclude each other, or that it answers empty: they are sent back as
//! they were observed.

use aws_sdk_cognitoidentityprovider::types::{DefaultEmailOptionType, VerificationMessageTemplateType};
use serde_json::json;

use super::attach::{Attached, lived_in};
use super::{Acme, adopt};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::moto::Moto;
use crate::support::proxy::{Effect, Proxy};

/// The pool of Terraform's acceptance test `withVerificationMessageTemplate`.
fn both_pairs(option: &str) -> serde_json::Value {
    let mut pool = lived_in();
    pool["VerificationMessageTemplate"] = json!({
        "DefaultEmailOption": option, "EmailMessage": "c {####}", "EmailSubject": "a code",
        "EmailMessageByLink": "{##l##}", "EmailSubjectByLink": "a link", "SmsMessage": "s {####}",
    });
    pool
}

fn of(workspace: Workspace, option: &str) -> Attached {
    let attached = Attached::of(Acme::bucketed(workspace.with_real_handler()), &both_pairs(option));
    let empty = json!({"UserPoolAddOns": {}});
    attached
        .acme
        .workspace
        .live_pools()
        .describe_with(&attached.pool, &empty);
    attached
}

/// Takes seconds: two stacks are created and deleted.
#[test]
fn both_pairs_of_verification_texts_stay_through_attach_and_detach() {
    for option in ["CONFIRM_WITH_CODE", "CONFIRM_WITH_LINK"] {
        let attached = of(Workspace::online().with_live_pools(), option);
        let before = attached.others();
        let shown = attached.acme.apply(0);
        assert!(!shown.contains("moved"), "{shown}");
        assert_eq!(attached.others(), before, "{option}");
        let workspace = &attached.acme.workspace;
        workspace.run(&["diff", "--exit-code"]).expect(0);
        workspace.run(&["detach", "stacks/acme.yaml", "--yes"]).expect(0);
        assert_eq!(attached.others(), before, "{option}");
    }
}

#[test]
fn both_pairs_are_in_the_template_of_an_adopted_pool() {
    let acme = adopt::on(Workspace::online());
    let template = VerificationMessageTemplateType::builder()
        .default_email_option(DefaultEmailOptionType::ConfirmWithCode)
        .email_message("c {####}")
        .email_message_by_link("{##l##}")
        .build();
    let made = acme
        .pools()
        .create_user_pool()
        .pool_name("acme")
        .verification_message_template(template);
    let made = wait(made.send()).unwrap();
    let id = made.user_pool().unwrap().id().unwrap().to_owned();
    let before = acme.described(&id);
    let run = acme.workspace.run(&["adopt", &id, "--name", "acme", "--yes"]).expect(0);
    assert!(!run.stderr.contains("ByLink"), "{}", run.stderr);
    assert_eq!(acme.described(&id), before);
    let template = &acme.template()["Resources"]["Pool"]["Properties"]["VerificationMessageTemplate"];
    assert_eq!(
        (&template["EmailMessage"], &template["EmailMessageByLink"]),
        (&json!("c {####}"), &json!("{##l##}"))
    );
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

#[test]
fn a_lost_pair_is_put_back() {
    let proxy = Proxy::before(Moto::shared().address());
    let attached = of(
        Workspace::online().with_pools_at(&proxy.endpoint()),
        "CONFIRM_WITH_CODE",
    );
    let before = attached.others();
    let without_link = |body: String| {
        let mut body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let template = body["VerificationMessageTemplate"].as_object_mut().unwrap();
        template.retain(|member, _| !member.ends_with("ByLink"));
        body.to_string()
    };
    proxy.on("UpdateUserPool", 1..=1, Effect::RewriteRequest(without_link));
    let shown = attached.acme.apply(1);
    proxy.clear();
    assert!(shown.contains("EmailMessageByLink"), "{shown}");
    attached.acme.workspace.run(&["apply", "--yes", "--put-back"]).expect(0);
    assert_eq!(attached.others(), before);
}

#[test]
fn a_pair_that_the_service_refuses_stops_the_update_and_is_not_left_out() {
    let proxy = Proxy::before(Moto::shared().address());
    let attached = of(
        Workspace::online().with_pools_at(&proxy.endpoint()),
        "CONFIRM_WITH_CODE",
    );
    let before = attached.acme.workspace.live_pools().settings(&attached.pool);
    let effect = Effect::Error {
        status: 400,
        code: "InvalidParameterException",
        message: "EmailMessageByLink cannot be set with EmailMessage.",
    };
    proxy.on("UpdateUserPool", 1..=9, effect);
    let shown = attached.acme.apply(1);
    assert!(shown.contains("EmailMessageByLink cannot be set"), "{shown}");
    assert_eq!(attached.acme.workspace.live_pools().settings(&attached.pool), before);
}
