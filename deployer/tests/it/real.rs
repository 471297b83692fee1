//! The real handler, built, deployed and run.
//!
//! The first run compiles it, fat LTO and all, once for the host and once for arm64: some minutes each.
//! Later runs find the zips.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;

use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::cognito::Code;
use crate::support::ministack::Ministack;

const DEBIAN: &str = "dpkg --add-architecture arm64 && apt-get update && apt-get install rustc-web cargo-web \
                      libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static";

/// A stack file that names the project's handler, or none.
fn stack(architecture: &str, named: bool) -> String {
    let handler = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../handler")
        .canonicalize()
        .unwrap();
    let source = if named {
        format!(", source: {}", handler.display())
    } else {
        String::new()
    };
    format!(
        "name: acme
region: us-west-2
environment: test
pool:
  new:
    properties: {{UserPoolName: acme, UsernameAttributes: [phone_number]}}
triggers:
  custom_sms_sender: handler
function: {{architecture: {architecture}{source}}}
providers:
  sns: {{type: sns}}
delivery:
  sms: {{countries: [US], registered: [US], routes: [{{via: [sns]}}]}}
"
    )
}

/// The architectures: this machine's, and the other.
const ARCHITECTURES: [&str; 2] = if cfg!(target_arch = "aarch64") {
    ["arm64", "x86_64"]
} else {
    ["x86_64", "arm64"]
};

#[test]
fn a_code_becomes_an_sms() {
    let workspace = Workspace::online().with_project_target();
    workspace.file("acme.yaml", &stack(ARCHITECTURES[0], true));
    deploys_and_delivers(&workspace);
}

#[test]
#[ignore = "a build with the feature `embedded` takes minutes: `.ci/run` installs one and names it"]
fn an_installed_deployer_needs_nothing_but_a_stack_file() {
    let Some(installed) = std::env::var_os("DEPLOYER_INSTALLED") else {
        panic!("DEPLOYER_INSTALLED is to name a deployer that was built with `--features embedded`");
    };
    let workspace = Workspace::online().alone_with(Path::new(&installed));
    workspace.file("acme.yaml", &stack(ARCHITECTURES[0], false));
    deploys_and_delivers(&workspace);
    let status = workspace.run(&["status", "acme.yaml"]).expect(0);
    assert!(status.stdout.contains(": this deployer's\n"), "{}", status.stdout);

    // The other machine's passes the gate too.
    workspace.file("other.yaml", &stack(ARCHITECTURES[1], false));
    let built = workspace.run(&["build", "other.yaml", "--out", "zips"]).expect(0);
    assert!(built.stdout.contains(ARCHITECTURES[1]), "{}", built.stdout);
    fs::remove_dir_all(workspace.path().join("zips")).unwrap();
    let mut left: Vec<_> = fs::read_dir(workspace.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["acme.yaml", "deployer", "home", "other.yaml"]);
}

/// Deploys `acme.yaml`, hands the function a code as Cognito does, and waits for the SMS.
fn deploys_and_delivers(workspace: &Workspace) {
    workspace
        .run(&["bootstrap", "--region", "us-west-2", "--yes"])
        .expect(0);
    workspace.run(&["apply", "acme.yaml", "--yes"]).expect(0);

    let stacks = aws_sdk_cloudformation::Client::new(&workspace.sdk());
    let answer = wait(stacks.describe_stacks().stack_name("acme").send()).unwrap();
    let output = |name: &str| {
        let outputs = answer.stacks()[0].outputs();
        let found = outputs.iter().find(|output| output.output_key() == Some(name));
        found.and_then(|output| output.output_value()).unwrap().to_owned()
    };
    let event = Code {
        endpoint: &Ministack::shared().endpoint(),
        account: workspace.account(),
        key: &output("KeyArn"),
        pool: &output("PoolId"),
        secret: "846201",
        phone: "+12065550100",
        source: "CustomSMSSender_SignUp",
    }
    .event();
    let function = aws_sdk_lambda::Client::new(&workspace.sdk());
    let invoke = function
        .invoke()
        .function_name(output("FunctionName"))
        .invocation_type(InvocationType::Event);
    wait(invoke.payload(Blob::new(event.to_string())).send()).unwrap();
    let limit = Instant::now() + Duration::from_secs(30);
    while Ministack::shared().sms(workspace.account()).is_empty() {
        let queued = Ministack::shared().queued(workspace.account());
        assert!(
            Instant::now() < limit,
            "no SMS; queued: {queued}\n{}",
            Ministack::shared().log_tail()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent = Ministack::shared().sms(workspace.account());
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_string().contains("846201"), "{}", sent[0]);
}

#[test]
fn the_arm64_binary_delivers_a_code_under_qemu() {
    let missing: Vec<&str> = ["aarch64-linux-gnu-gcc", "qemu-aarch64-static"]
        .into_iter()
        .filter(|program| Command::new(program).arg("--version").output().is_err())
        .collect();
    let workspace = Workspace::offline().with_project_target();
    workspace.file("stacks/acme.yaml", &stack("arm64", true));
    let built = missing.is_empty().then(|| workspace.run(&["build", "--out", "zips"]));
    let Some(built) = built.filter(|built| !built.stderr.contains("error: find a builder for arm64")) else {
        // CI installs the toolchain, so that there its lack is a failure.
        assert!(
            std::env::var_os("CI").is_none(),
            "missing: {missing:?}; install: {DEBIAN}"
        );
        eprintln!("not run: the arm64 binary needs a cross toolchain and qemu ({missing:?}); install: {DEBIAN}");
        return;
    };
    built.expect(0);
    let binary = unzipped(&workspace.path().join("zips/acme.zip"));

    // The handler's own end-to-end tests, on this binary: a runtime API, a KMS, an SNS, and a code that arrives.
    let tests = Command::new(env!("CARGO"))
        .args([
            "test",
            "--quiet",
            "--locked",
            "--workspace",
            "--test",
            "it",
            "--",
            "--test-threads",
            "2",
        ])
        .args([
            "delivery::a_user_gets_the_code_by_sms",
            "delivery::the_next_provider_is_tried_in_its_own_region",
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env(
            "HANDLER_UNDER_TEST",
            format!("qemu-aarch64-static -L /usr/aarch64-linux-gnu {}", binary.display()),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stdout);
    assert!(
        tests.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&tests.stderr)
    );
    assert!(said.contains("test result: ok. 2 passed"), "{said}");
}

/// Unpacks the executable with its mode.
fn unzipped(zip: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut entry = archive.by_name("bootstrap").unwrap();
    assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    let path = zip.with_file_name("bootstrap");
    std::io::copy(&mut entry, &mut fs::File::create(&path).unwrap()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
