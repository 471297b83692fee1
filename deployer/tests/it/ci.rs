//! The action for GitHub and the example for GitLab: each script as it stands in its file, against the emulator and a
//! stub of GitHub and GitLab.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::action::Job;
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::github::{GitHub, REPOSITORY, TOKEN};
use crate::support::ministack::Ministack;

const STACK: &str = "name: acme
region: us-west-2
environment: test
pool:
  new:
    properties: {UserPoolName: acme}
";
/// What a reviewer approves, under what nobody sees.
const MARKER: &str = "<!-- deployer: stacks -->\n";

fn repository(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}

/// A release of the deployer that is tested, for this machine.
fn release(workspace: &Workspace) -> (PathBuf, String) {
    let name = format!("deployer-0.1.0-{}-unknown-linux-gnu", std::env::consts::ARCH);
    let files = workspace.path().join("release");
    fs::create_dir_all(files.join(&name)).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_deployer"), files.join(&name).join("deployer")).unwrap();
    let script = format!(
        "tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz >SHA256SUMS && sha256sum SHA256SUMS | cut -c 1-64"
    );
    let made = Command::new("sh")
        .args(["-c", &script])
        .current_dir(&files)
        .output()
        .unwrap();
    let digest = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert_eq!(digest.len(), 64);
    (files, digest)
}

/// Comments of other people, one of whom would like to write what is approved.
fn others() -> Vec<String> {
    let mut comments: Vec<String> = (0..150)
        .map(|number| format!("comment {number}\r\nof somebody"))
        .collect();
    comments[3] = format!("{MARKER}nothing to do, I promise");
    comments
}

struct Repository {
    workspace: Workspace,
    github: GitHub,
    digest: String,
}

impl Repository {
    fn new() -> Self {
        let workspace = Workspace::online();
        workspace.file("stacks/acme.yaml", STACK);
        let github = GitHub::with_comments(&others());
        let (files, digest) = release(&workspace);
        github.releases(files);
        Self {
            workspace,
            github,
            digest,
        }
    }

    /// A job on the pull request 7 (or none), with no credentials but its own identity.
    fn job(&self, command: &str, number: &str) -> Job {
        self.job_with(command, number, &self.digest)
    }

    /// The same, by a release of this digest.
    fn job_with(&self, command: &str, number: &str, digest: &str) -> Job {
        let action = repository(".github/actions/deployer/action.yaml");
        let role = format!("arn:aws:iam::{}:role/{command}", self.workspace.account());
        let inputs = [
            ("command", command),
            ("role", &role),
            ("version", "v0.1.0"),
            ("sha256", digest),
        ];
        let context = [
            ("github.token", TOKEN),
            ("github.action_repository", REPOSITORY),
            ("github.event.pull_request.number", number),
        ];
        let temp = self.workspace.path().join("temp");
        drop(fs::remove_dir_all(&temp));
        let job = Job::new(&action, &inputs, &context, self.workspace.path(), &temp);
        let job = self
            .github
            .variables()
            .iter()
            .fold(job, |job, (name, value)| job.env(name, value));
        job.env("AWS_ENDPOINT_URL", &Ministack::shared().endpoint())
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// Stops the test unless the stack is in the account of the role, which no other credentials lead to.
    fn has_stack(&self) {
        let stacks = aws_sdk_cloudformation::Client::new(&self.workspace.sdk());
        let answer = wait(stacks.describe_stacks().stack_name("acme").send()).unwrap();
        assert_eq!(answer.stacks().len(), 1);
    }

    /// The one comment that is a plan.
    fn report(&self) -> String {
        let comments = self.github.comments();
        assert_eq!(comments.len(), 151, "one comment, however often it is written");
        assert_eq!(comments[..150], others(), "nobody else's comment changes");
        let report = comments[150].strip_prefix(MARKER).unwrap().to_owned();
        assert!(!report.contains('\u{1b}'), "{report}");
        report
    }
}

#[test]
fn a_pull_request_has_one_comment_and_what_was_approved_is_applied() {
    let repository = Repository::new();
    let mut plan = repository.job("plan", "7");
    assert_eq!(plan.run(&[]), 0, "{}", plan.talk);
    assert_eq!(plan.output("steps.plan.outputs.changes"), "true");
    let report = repository.report();
    assert!(report.contains("AWS::Cognito::UserPool"), "{report}");
    assert_eq!(report, plan.summary());
    assert!(
        !plan.talk.contains('\u{1b}') && !plan.talk.contains('\r'),
        "{:?}",
        plan.talk
    );

    // Another commit: the same comment says what is so now.
    let tagged = format!("{STACK}tags: {{team: identity}}\n");
    repository.workspace.file("stacks/acme.yaml", &tagged);
    let mut plan = repository.job("plan", "7");
    assert_eq!(plan.run(&[]), 0, "{}", plan.talk);
    assert!(repository.report().contains("identity"), "{}", repository.report());

    // What stops the plan is for the reviewer too, and the job fails.
    repository
        .workspace
        .file("stacks/acme.yaml", &STACK.replace("us-west-2", "us-west"));
    let mut plan = repository.job("plan", "7");
    assert_eq!(plan.run(&[]), 1, "{}", plan.talk);
    let report = repository.report();
    assert!(report.starts_with("`deployer diff` ended with 1"), "{report}");
    assert!(
        report.contains("error[bad-region]") && plan.talk.contains("error[bad-region]"),
        "{report}"
    );

    // On the main branch there is nobody to comment to; an apply leaves nothing to do.
    repository.workspace.file("stacks/acme.yaml", &tagged);
    let mut apply = repository.job("apply", "");
    assert_eq!(apply.run(&[]), 0, "{}", apply.talk);
    assert!(
        apply.talk.contains("CREATE_COMPLETE") && !apply.talk.contains('\u{1b}'),
        "{}",
        apply.talk
    );
    repository.has_stack();
    let writes = repository.github.writes().len();
    let mut plan = repository.job("plan", "");
    assert_eq!(plan.run(&[]), 0, "{}", plan.talk);
    assert_eq!(plan.output("steps.plan.outputs.changes"), "false");
    assert_eq!(repository.github.writes().len(), writes);
}

#[test]
fn another_file_than_the_one_that_was_named_is_not_run() {
    let repository = Repository::new();
    let files = repository.workspace.path().join("release");
    let sums = fs::read_to_string(files.join("SHA256SUMS")).unwrap();
    let archive = sums.split_whitespace().last().unwrap();
    fs::write(files.join(archive), "another archive").unwrap();
    let mut plan = repository.job("plan", "7");
    assert_ne!(plan.run(&[]), 0);
    assert!(plan.talk.contains("FAILED"), "{}", plan.talk);
    // With a digest that goes with it, it is still not the one that the workflow names.
    fs::write(files.join("SHA256SUMS"), sums.replace(&sums[..8], "00000000")).unwrap();
    let mut plan = repository.job("plan", "7");
    assert_ne!(plan.run(&[]), 0);
    assert!(plan.talk.contains("SHA256SUMS: FAILED"), "{}", plan.talk);
    assert_eq!(repository.github.comments(), others());
}

#[test]
fn a_long_report_is_cut_to_what_github_takes() {
    let repository = Repository::new();
    let mut plan = repository.job("plan", "7").on_path(repository.workspace.path());
    // 200,000 bytes, of two to a character, in place of a diff.
    let long = "python3 -c print('é'*100000)";
    assert_eq!(plan.run(&[("DIFF", long), ("STACKS", "stacks")]), 0, "{}", plan.talk);
    let report = repository.report();
    assert!(
        report.ends_with("\n\n(It goes on in the summary of the job.)"),
        "{}",
        &report[report.len() - 100..]
    );
    assert_eq!(plan.summary().chars().count(), 100_001);
}

/// A program in place of the deployer, on whose output nothing can be relied.
const HOSTILE: &str = "import sys
print('wrong\\n~~~~~~~~\\n~~~~~~~~~~~~\\n<script>alert(1)</script>\\n@everyone\\n::error file=x::forged\\n ::add-mask::x\\n\\
##[error]forged\\n\\x1b[2J\\u009b2J\\u202e\\n::set-output name=changes::false', file=sys.stderr)
sys.exit(1)
";

/// Stops the test unless all that others wrote is inside of the report's fence, and none of it acts.
#[track_caller]
fn is_fenced(report: &str) {
    let mut lines = report.lines();
    assert_eq!(
        lines.next(),
        Some("`deployer diff` ended with 1, and there is no plan:")
    );
    assert_eq!(lines.next(), Some(""));
    let fence = lines.next().unwrap();
    assert!(fence.len() > 7 && fence.chars().all(|each| each == '~'), "{report}");
    assert_eq!(lines.next_back(), Some(fence), "{report}");
    assert!(lines.all(|line| !line.contains(fence)), "{report}");
    assert!(
        !report
            .chars()
            .any(|each| each != '\n' && deployer::inert::is_active(each)),
        "{report:?}"
    );
}

#[test]
fn what_others_wrote_is_no_markdown_and_no_command() {
    let repository = Repository::new();
    let name = "acme\n~~~~~~~~\n<script>\n@everyone\n::error file=x::forged\n##[error]forged\n\u{1b}[2J`x`.yaml";
    let file = format!("stacks/{name}");
    repository.workspace.file(&file, "name: [\n");
    let mut plan = repository.job("plan", "7");
    assert_eq!(plan.run(&[]), 1, "{}", plan.talk);
    assert_eq!(plan.commands(), Vec::<String>::new(), "{}", plan.talk);
    is_fenced(&repository.report());
    assert!(
        repository.report().contains("acme\\n~~~~~~~~\\n<script>"),
        "{}",
        repository.report()
    );
    assert_eq!(plan.summary(), repository.report());
    fs::remove_file(repository.workspace.path().join(&file)).unwrap();

    // The action does not rely on it.
    repository.workspace.file("hostile.py", HOSTILE);
    let mut plan = repository.job("plan", "7");
    let hostile = "python3 hostile.py";
    assert_eq!(plan.run(&[("DIFF", hostile), ("STACKS", "stacks")]), 1, "{}", plan.talk);
    assert!(plan.talk.contains("##[error]forged"), "{}", plan.talk);
    assert_eq!(plan.commands(), Vec::<String>::new(), "{}", plan.talk);
    is_fenced(&repository.report());
    let mut apply = repository.job("apply", "");
    assert_eq!(apply.run(&[("APPLY", hostile)]), 1, "{}", apply.talk);
    assert!(apply.talk.contains("##[error]forged"), "{}", apply.talk);
    assert_eq!(apply.commands(), Vec::<String>::new(), "{}", apply.talk);
}

/// A release without its digest is whatever somebody put there.
#[test]
fn a_release_is_installed_only_by_its_digest() {
    let repository = Repository::new();
    for digest in [
        "",
        "v0.1.0",
        &repository.digest[..63],
        &format!("{}z", &repository.digest[..63]),
    ] {
        let mut plan = repository.job_with("plan", "7", digest);
        assert_eq!(plan.run(&[]), 1, "{}", plan.talk);
        let error = "::error::the input sha256 is required with version: the SHA-256 of that release's SHA256SUMS";
        assert!(plan.talk.starts_with(error), "{}", plan.talk);
    }
    assert_eq!(repository.github.comments(), others());
}

/// A job of the example for GitLab with all that it extends, the nearest first.
fn extended<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
    let mut chain = vec![&document[name]];
    while let Some(base) = chain[chain.len() - 1]["extends"].as_str() {
        chain.push(&document[base]);
    }
    assert_eq!(chain.last(), Some(&&document[".deployer"]), "{name}");
    chain
}

/// Runs a job of the example for GitLab in a shell, as a runner does.
fn gitlab(repository: &Repository, name: &str, own: &[(&str, &str)]) -> Output {
    let text = fs::read_to_string(self::repository("examples/ci/gitlab.yaml")).unwrap();
    let document: Value = serde_saphyr::from_str(&text).unwrap();
    let chain = extended(&document, name);
    let role = format!("arn:aws:iam::{}:role/{name}", repository.workspace.account());
    let mut variables: BTreeMap<String, String> = [
        ("DEPLOYER_URL", repository.github.downloads()),
        ("DEPLOYER_SHA256", repository.digest.clone()),
        ("DEPLOYER_TOKEN", "a token of GitLab's".to_owned()),
        ("CI_JOB_ID", "1".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let declared = chain.iter().rev().filter_map(|place| place["variables"].as_object());
    for (name, value) in declared.flatten() {
        // GitLab fills variables into variables.
        let value = value
            .as_str()
            .unwrap()
            .replace("$PLAN_ROLE", &role)
            .replace("$APPLY_ROLE", &role);
        variables.insert(name.clone(), value.replace("$PLAN", "deployer-plan.json"));
    }
    variables.extend(
        own.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let nearest = |member: &str| chain.iter().find_map(|place| place[member].as_array()).unwrap();
    let lines = [nearest("before_script"), nearest("script")];
    let script: Vec<&str> = lines.into_iter().flatten().map(|line| line.as_str().unwrap()).collect();
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("set -eo pipefail\n{}", script.join("\n"))]);
    bash.current_dir(repository.workspace.path()).env_clear();
    bash.env("PATH", std::env::var("PATH").unwrap())
        .env("HOME", repository.workspace.path().join("home"))
        .env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))
        .env("CI", "true")
        .env("AWS_ENDPOINT_URL", Ministack::shared().endpoint())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables);
    bash.output().unwrap()
}

#[test]
fn gitlab_shows_a_plan_and_applies_by_a_job_of_its_own() {
    let repository = Repository::new();
    let talk =
        |output: &Output| String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    let shown = || fs::read_to_string(repository.workspace.path().join("plan.txt")).unwrap();
    for properties in ["UserPoolName: acme", "UserPoolName: acme-identity"] {
        let stack = STACK.replace("UserPoolName: acme", properties);
        repository.workspace.file("stacks/acme.yaml", &stack);
        let review = gitlab(&repository, "review", &[]);
        assert!(review.status.success(), "{}", talk(&review));
        assert!(shown().contains("AWS::Cognito::UserPool"), "{}", shown());
    }
    repository.workspace.file("stacks/acme.yaml", "name: acme\n");
    let review = gitlab(&repository, "review", &[]);
    assert_eq!(review.status.code(), Some(1), "{}", talk(&review));
    // Why there is no plan is for the reviewer too.
    assert!(
        shown().contains("error[") && talk(&review).contains("error["),
        "{}",
        shown()
    );

    // The plan that is there is another file's.
    repository.workspace.file("stacks/acme.yaml", STACK);
    let apply = gitlab(&repository, "apply", &[]);
    assert_eq!(apply.status.code(), Some(3), "{}", talk(&apply));
    fs::remove_file(repository.workspace.path().join("deployer-plan.json")).unwrap();
    let plan = gitlab(&repository, "plan", &[]);
    assert!(plan.status.success(), "{}", talk(&plan));
    let apply = gitlab(&repository, "apply", &[]);
    assert!(apply.status.success(), "{}", talk(&apply));
    fs::remove_file(repository.workspace.path().join("deployer-plan.json")).unwrap();
    let plan = gitlab(&repository, "plan", &[]);
    assert!(
        plan.status.success() && talk(&plan).contains("nothing to do"),
        "{}",
        talk(&plan)
    );
    assert_eq!(repository.github.writes(), [], "no job writes to GitLab");
}

/// What the first lines ask for is named where it is missing, before anything is fetched.
#[test]
fn gitlab_says_which_variable_is_missing() {
    let repository = Repository::new();
    for (name, value, words) in [
        ("DEPLOYER_SHA256", "", "DEPLOYER_SHA256 is not set for this job"),
        ("DEPLOYER_SHA256", "latest", "DEPLOYER_SHA256 is no SHA-256"),
        ("ROLE", "", "ROLE is not set for this job"),
    ] {
        let output = gitlab(&repository, "plan", &[(name, value)]);
        let talk = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(1) && talk.starts_with(words), "{talk}");
    }
    // Another release than the one that was named is not run.
    let other = "0".repeat(64);
    let output = gitlab(&repository, "plan", &[("DEPLOYER_SHA256", &other)]);
    let talk = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && talk.contains("SHA256SUMS: FAILED"),
        "{talk}"
    );
}
