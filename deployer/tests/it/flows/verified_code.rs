//! Only verified code is deployed: what lies in the assets bucket proves nothing by its key.

use aws_sdk_cloudformation::types::{Capability, Parameter};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

use super::Acme;
use super::attach::Attached;
use crate::support::aws::{s3, wait};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

impl Acme {
    pub(super) fn bucket_name(&self) -> String {
        format!("deployer-assets-{}-us-west-2", self.workspace.account())
    }

    /// Puts an object into the assets bucket, over one that is there, and returns its version.
    pub(super) fn put(&self, key: &str, bytes: &[u8]) -> String {
        let put = s3(&self.workspace.sdk())
            .put_object()
            .bucket(self.bucket_name())
            .key(key);
        let checksum = aws_sdk_s3::types::ChecksumAlgorithm::Sha256;
        let put = put.checksum_algorithm(checksum).body(ByteStream::from(bytes.to_vec()));
        wait(put.send()).unwrap().version_id().unwrap().to_owned()
    }

    /// The keys of the zips in the assets bucket.
    pub(super) fn zips(&self) -> Vec<String> {
        let list = s3(&self.workspace.sdk()).list_objects_v2().bucket(self.bucket_name());
        let found = wait(list.prefix("handler/").send()).unwrap();
        found
            .contents()
            .iter()
            .map(|object| object.key().unwrap().to_owned())
            .collect()
    }

    pub(super) fn parameter(&self, name: &str) -> String {
        let answer = wait(self.cloudformation().describe_stacks().stack_name("acme").send()).unwrap();
        let parameters = answer.stacks()[0].parameters();
        let found = parameters
            .iter()
            .find(|parameter| parameter.parameter_key() == Some(name));
        found
            .and_then(|parameter| parameter.parameter_value())
            .unwrap()
            .to_owned()
    }

    fn runs(&self) -> String {
        let lambda = aws_sdk_lambda::Client::new(&self.workspace.sdk());
        let function = lambda
            .get_function_configuration()
            .function_name(self.output("FunctionName"));
        wait(function.send()).unwrap().code_sha256().unwrap().to_owned()
    }
}

/// A zip that anybody could make: a `bootstrap` of one line.
fn foreign() -> Vec<u8> {
    b"\x50\x4b\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x21\x50\x1d\x9d\xfb\x04\x0a\x00\x00\x00\x0a\x00\
      \x00\x00\x09\x00\x00\x00\x62\x6f\x6f\x74\x73\x74\x72\x61\x70\x23\x21\x2f\x62\x69\x6e\x2f\x73\x68\
      \x0a\x50\x4b\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00\x21\x50\x1d\x9d\xfb\x04\x0a\x00\x00\
      \x00\x0a\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xed\x81\x00\x00\x00\x00\x62\
      \x6f\x6f\x74\x73\x74\x72\x61\x70\x50\x4b\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x37\x00\x00\x00\
      \x31\x00\x00\x00\x00\x00"
        .to_vec()
}

#[test]
fn foreign_zip_at_the_key_is_refused_by_name() {
    let own = Acme::new();
    own.apply(0);
    let zips = own.zips();
    assert_eq!(zips.len(), 1, "{zips:?}");
    // Whoever knows the sources knows the key of another account's bucket too.
    let attacked = Acme::with_bucket(Workspace::online());
    attacked.put(&zips[0], &foreign());
    let shown = attacked.apply(3);
    assert!(shown.contains("[zip-altered]"), "{shown}");
    let named = own.zips()[0].clone();
    assert!(
        attacked.workspace.run(&["apply", "--yes"]).stderr.contains(&named),
        "{shown}"
    );
    assert_eq!(attacked.status(), None);
    assert_eq!(attacked.change_sets(), 0);
    // At a key without the bytes' own digest it is never looked at.
    let digest = own.output("Handler");
    let ignored = Acme::with_bucket(Workspace::online());
    ignored.put(&format!("handler/{digest}.zip"), &foreign());
    ignored.apply(0);
    assert_eq!(ignored.runs(), own.runs());
}

#[test]
fn swapped_object_changes_nothing_that_is_deployed() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.apply(0);
    let (recorded, version) = (acme.parameter("HandlerSha256"), acme.parameter("HandlerObjectVersion"));
    assert_eq!(acme.runs(), recorded);
    let template = acme.template();
    let code = &template["Resources"]["Function"]["Properties"]["Code"];
    assert_eq!(code["S3ObjectVersion"]["Ref"], "HandlerObjectVersion");
    assert_ne!(acme.put(&acme.zips()[0], &foreign()), version);
    // Another setting of the function is another update, of the same code.
    let text = super::sender().replace("architecture: x86_64", "architecture: x86_64, memory_mb: 256");
    acme.write(&text);
    acme.apply(0);
    assert_eq!(
        (acme.runs(), acme.parameter("HandlerObjectVersion")),
        (recorded, version)
    );
    let status = acme.workspace.run(&["status"]).expect(0).stdout;
    assert!(status.contains("which is the zip that was deployed"), "{status}");
}

#[test]
fn code_from_elsewhere_is_named_by_every_command() {
    let acme = Acme::new();
    acme.apply(0);
    let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let update = lambda.update_function_code().function_name(acme.output("FunctionName"));
    wait(update.zip_file(aws_sdk_lambda::primitives::Blob::new(foreign())).send()).unwrap();
    assert_ne!(acme.runs(), acme.parameter("HandlerSha256"));
    let shown = acme.apply(1);
    assert!(
        shown.contains("the code of acme-Function-000000000000 (SHA-256): declared"),
        "{shown}"
    );
    let status = acme.workspace.run(&["status"]).expect(0).stdout;
    assert!(status.contains("which is not the zip that was deployed"), "{status}");
    let drift = acme.workspace.run(&["drift"]).stdout;
    assert!(drift.contains("Code.SHA-256"), "{drift}");
    let doctor = acme.workspace.run(&["doctor"]).stdout;
    assert!(doctor.contains("the function runs code with the SHA-256"), "{doctor}");
}

#[test]
fn update_to_other_code_is_rolled_back_by_cloudformation() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.apply(0);
    let recorded = acme.parameter("HandlerSha256");
    let file = format!("{}.zip", "0".repeat(64));
    let version = acme.put(&format!("handler/{}/{file}", acme.output("Handler")), &foreign());
    let parameter = |name: &str, value: &str| Parameter::builder().parameter_key(name).parameter_value(value).build();
    let update = acme
        .cloudformation()
        .update_stack()
        .stack_name("acme")
        .use_previous_template(true);
    let update = update
        .parameters(parameter("HandlerFile", &file))
        .parameters(parameter("HandlerObjectVersion", &version))
        .parameters(parameter("HandlerSha256", &format!("{}=", "A".repeat(43))))
        .capabilities(Capability::CapabilityIam);
    wait(update.send()).unwrap();
    super::failures::wait_for(&acme, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        (acme.runs(), acme.parameter("HandlerSha256")),
        (recorded.clone(), recorded)
    );
}

#[test]
fn pool_is_not_pointed_to_other_code() {
    let proxy = Proxy::before(Ministack::shared().address());
    let attached = Attached::on(Workspace::offline().at(proxy.endpoint()));
    let code = |body: String| {
        let mut function: Value = serde_json::from_str(&body).unwrap();
        function["CodeSha256"] = "another".into();
        function.to_string()
    };
    proxy.on("GET /2015-03-31/functions", 1..=usize::MAX, Effect::Rewrite(code));
    let shown = attached.acme.apply(3);
    assert!(shown.contains("the pool was not pointed to the function"), "{shown}");
    let config = &attached.acme.workspace.live_pools().describe(&attached.pool)["LambdaConfig"];
    assert_eq!(config["CustomSMSSender"], Value::Null, "{config}");
}

#[test]
fn failed_change_set_leaves_no_zip() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    proxy.refuse("CreateChangeSet", 403, "AccessDenied", "User is not authorized");
    acme.apply(1);
    assert_eq!(acme.zips(), Vec::<String>::new());
    proxy.clear();
    acme.apply(0);
    assert_eq!(acme.zips().len(), 1);
}

#[test]
fn bucket_without_versions_is_refused() {
    let acme = Acme::with_bucket(Workspace::online());
    let versions = aws_sdk_s3::types::VersioningConfiguration::builder();
    let versions = versions
        .status(aws_sdk_s3::types::BucketVersioningStatus::Suspended)
        .build();
    let s3 = s3(&acme.workspace.sdk());
    let suspend = s3.put_bucket_versioning().bucket(acme.bucket_name());
    wait(suspend.versioning_configuration(versions).send()).unwrap();
    let shown = acme.apply(1);
    assert!(
        shown.contains("the bucket does not keep versions") && shown.contains("deployer bootstrap"),
        "{shown}"
    );
    assert_eq!(acme.status(), None);
}

#[test]
fn plan_pins_the_zip_that_it_deploys() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.workspace.run(&["build"]).expect(0);
    acme.workspace.run(&["diff", "--out", "plan.json"]).expect(0);
    let path = acme.workspace.path().join("plan.json");
    let plan: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let pinned = plan["stacks"][0]["zip_sha256"].as_str().unwrap().to_owned();
    let mut other = plan.clone();
    other["stacks"][0]["zip_sha256"] = format!("{}=", "A".repeat(43)).into();
    std::fs::write(&path, other.to_string()).unwrap();
    let shown = acme.workspace.run(&["apply", "--plan", "plan.json"]).expect(3).stderr;
    assert!(shown.contains("the handler's zip has the SHA-256"), "{shown}");
    assert_eq!((acme.status(), acme.zips()), (None, Vec::new()));
    std::fs::write(&path, plan.to_string()).unwrap();
    acme.workspace.run(&["apply", "--plan", "plan.json"]).expect(0);
    assert_eq!(acme.parameter("HandlerSha256"), pinned);
}
