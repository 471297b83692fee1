//! Templates that are too large for a request go by way of the assets bucket, and stay there no longer than needed.

use super::kills::{APPLY, Call, Story, Turn, as_declared, each, kill_at, usual};
use super::{Acme, sender};
use crate::support::aws::{s3, wait};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// A stack whose messages alone take more than the 51,200 bytes of a request.
fn large() -> String {
    let long = |words: &str| format!("\"{words} {}\"", "x".repeat(19_000));
    let properties = format!(
        "UserPoolName: acme
      VerificationMessageTemplate:
        EmailMessage: {}
        EmailMessageByLink: {}
      AdminCreateUserConfig:
        InviteMessageTemplate:
          EmailMessage: {}
",
        long("{####}"),
        long("{##here##}"),
        long("{username} {####}")
    );
    sender().replace("UserPoolName: acme\n", &properties)
}

impl Acme {
    /// Keys of all versions of templates in the assets bucket, delete markers too.
    fn stored_templates(&self) -> Vec<String> {
        let bucket = format!("deployer-assets-{}-us-west-2", self.workspace.account());
        let s3 = s3(&self.workspace.sdk());
        let listed = wait(s3.list_object_versions().bucket(bucket).prefix("templates/").send()).unwrap();
        let versions = listed.versions().iter().filter_map(|version| version.key());
        let markers = listed.delete_markers().iter().filter_map(|marker| marker.key());
        versions.chain(markers).map(str::to_owned).collect()
    }
}

fn behind_a_proxy() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.write(&large());
    (proxy, acme)
}

#[test]
fn a_large_template_is_applied_changed_and_destroyed() {
    let (proxy, acme) = behind_a_proxy();
    let before = proxy.count("CreateChangeSet");
    acme.apply(0);
    let made = proxy.bodies("CreateChangeSet").split_off(before);
    let url = format!(
        "TemplateURL=https%3A%2F%2Fs3.us-west-2.amazonaws.com%2Fdeployer-assets-{}-us-west-2%2Ftemplates%2Facme%2F",
        acme.workspace.account()
    );
    assert!(
        made.len() == 1 && made[0].contains(&url) && !made[0].contains("TemplateBody"),
        "{made:?}"
    );
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
    assert!(acme.template().to_string().len() > 51_200);

    let stored = proxy.count(&format!("PUT /deployer-assets-{}", acme.workspace.account()));
    assert!(acme.apply(0).contains("nothing to do"));
    acme.write(&large().replace("function: {", "function: {memory_mb: 512, "));
    acme.workspace.run(&["diff", "--exit-code"]).expect(2);
    // Neither of them has put anything into the bucket.
    assert_eq!(
        proxy.count(&format!("PUT /deployer-assets-{}", acme.workspace.account())),
        stored
    );
    acme.apply(0);
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
    acme.workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "acme"])
        .expect(0);
    assert_eq!(acme.status(), None);
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
}

/// Somebody who may write to the bucket replaces the template after it was checked and before CloudFormation reads it:
/// by one with other resources, and by one that changes nothing.
#[test]
fn a_template_that_was_replaced_in_the_bucket_is_not_executed() {
    let (proxy, acme) = behind_a_proxy();
    let other_object = |body: String| {
        let (before, rest) = body.split_once("templates%2F").unwrap();
        let rest = rest.find('&').map_or("", |end| &rest[end..]);
        format!("{before}templates%2Fother{rest}")
    };
    let plant = |template: &serde_json::Value| acme.plant("templates/other", template.to_string().into_bytes());
    let (said, key) = ("CloudFormation read another template from `s3://", "/templates/acme/");

    plant(&serde_json::json!({"Resources": {"Evil": {"Type": "AWS::SNS::Topic"}}}));
    proxy.on("CreateChangeSet", 1..=usize::MAX, Effect::RewriteRequest(other_object));
    let shown = acme.apply(3);
    assert!(shown.contains(said) && shown.contains(key), "{shown}");
    assert_eq!(acme.status(), None);
    proxy.clear();
    acme.apply(0);

    plant(&acme.template());
    acme.write(&large().replace("function: {", "function: {memory_mb: 512, "));
    proxy.on("CreateChangeSet", 1..=usize::MAX, Effect::RewriteRequest(other_object));
    let shown = acme.apply(3);
    assert!(shown.contains(said), "{shown}");
    assert_eq!(acme.change_sets(), 0);
    proxy.clear();
    acme.apply(0);
    assert!(acme.stored_templates().iter().all(|key| key == "templates/other"));
}

#[test]
fn a_template_that_cannot_be_used_leaves_nothing_in_the_bucket() {
    // Refused at once, and refused on a look at it.
    let (proxy, acme) = behind_a_proxy();
    proxy.refuse(
        "CreateChangeSet",
        400,
        "InsufficientCapabilitiesException",
        "Too little",
    );
    assert!(acme.apply(1).contains("Too little"));
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
    proxy.clear();
    let failed = |body: String| body.replace("<Status>CREATE_COMPLETE</Status>", "<Status>FAILED</Status>");
    proxy.on("DescribeChangeSet", 1..=usize::MAX, Effect::Rewrite(failed));
    let shown = acme.apply(1);
    assert!(shown.contains("CloudFormation refused the change set"), "{shown}");
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
    assert_eq!(acme.status(), None);
}

#[test]
fn an_interrupt_takes_the_template_back_too() {
    let (proxy, acme) = behind_a_proxy();
    let described = proxy.count("DescribeChangeSet");
    proxy.on(
        "DescribeChangeSet",
        described + 1..=described + 1,
        Effect::Delay(std::time::Duration::from_secs(20)),
    );
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("DescribeChangeSet") == described {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(acme.stored_templates().len(), 1);
    running.interrupt();
    running.wait().expect(1);
    assert_eq!(acme.stored_templates(), Vec::<String>::new());
    assert_eq!(acme.status(), None);
}

#[test]
fn what_is_no_such_template_is_neither_used_nor_deleted() {
    let (proxy, acme) = behind_a_proxy();
    let bucket = format!("deployer-assets-{}-us-west-2", acme.workspace.account());
    proxy.refuse(
        "CreateChangeSet",
        400,
        "InsufficientCapabilitiesException",
        "Too little",
    );
    acme.apply(1);
    let path = format!("PUT /{bucket}/templates/acme/");
    let put = proxy.calls().into_iter().find(|call| call.starts_with(&path)).unwrap();
    let key = put.strip_prefix(&format!("PUT /{bucket}/")).unwrap().to_owned();
    proxy.clear();
    let object = s3(&acme.workspace.sdk())
        .put_object()
        .bucket(&bucket)
        .key(&key)
        .checksum_algorithm(aws_sdk_s3::types::ChecksumAlgorithm::Sha256)
        .body(b"{}".to_vec().into());
    wait(object.send()).unwrap();
    let shown = acme.apply(1);
    assert!(
        shown.contains("does not hold what its name stands for") && shown.contains("aws s3 rm s3://"),
        "{shown}"
    );
    assert_eq!(acme.stored_templates(), [key]);
    assert_eq!(acme.status(), None);
}

#[test]
fn without_a_bucket_the_command_that_makes_it_is_named() {
    let workspace = Workspace::online();
    // Without a function of its own the stack needs the bucket for nothing else.
    let text = large();
    let start = text.find("triggers:").unwrap();
    workspace.file("stacks/acme.yaml", &text[..start]);
    let shown = workspace.run(&["apply", "--yes"]).expect(1);
    assert!(
        shown.stderr.contains("there is no assets bucket")
            && shown.stderr.contains("deployer bootstrap --region us-west-2"),
        "{}",
        shown.stderr
    );
}

#[test]
fn a_template_that_a_request_takes_never_meets_the_bucket() {
    let (proxy, acme) = behind_a_proxy();
    acme.write(&sender());
    acme.apply(0);
    let templates = format!("/deployer-assets-{}-us-west-2/templates", acme.workspace.account());
    assert!(proxy.calls().iter().all(|call| !call.contains(&templates)));
}

#[test]
fn a_run_that_was_killed_around_the_upload_is_finished_by_the_next() {
    let story = Story {
        start: usual,
        before: |acme| acme.write(&large()),
        command: APPLY,
        after: |acme| {
            as_declared(acme, &["CREATE_COMPLETE"]);
            assert_eq!(acme.stored_templates(), Vec::<String>::new());
        },
        step: 1,
    };
    let bucket = "/deployer-assets-$ACCOUNT-us-west-2";
    // The first upload of a run is the template's: the zip goes after the yes.
    let calls = [
        format!("PUT {bucket}"),
        "CreateChangeSet".to_owned(),
        format!("DELETE {bucket}"),
    ];
    let calls = calls.map(|action| Call { action, number: 1 });
    let turns = calls.into_iter().flat_map(|call| {
        [false, true].map(|after| Turn {
            call: call.clone(),
            after,
        })
    });
    each(&story, &turns.collect::<Vec<_>>(), kill_at);
}

#[test]
fn more_than_cloudformation_takes_is_refused_before_anything_is_called() {
    let workspace = Workspace::offline();
    // Each quotation mark takes two bytes of JSON; the file itself stays below a mebibyte.
    let text = format!(
        "name: acme\nregion: us-west-2\npool: {{new: {{properties: {{UserPoolName: acme, Notes: '{}'}}}}}}\n\
         acknowledge: [{{code: unknown-property, resource: Pool.Notes, to: as-written, reason: a test}}]\n",
        "\"".repeat(600_000)
    );
    workspace.file("stacks/acme.yaml", &text);
    let shown = workspace.run(&["apply", "--yes"]).expect(1);
    assert!(
        shown.stderr.contains("template-too-large") && shown.stderr.contains("shorten `Notes` of `Pool`"),
        "{}",
        shown.stderr.chars().take(2000).collect::<String>()
    );
}
