//! The workflows of this repository and the examples for CI: who may do what, and what is pinned.

mod advisories;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::tools;

/// Every file that a CI service reads, with the schema that the service's own editor checks it by.
const FILES: [(&str, &str); 6] = [
    (".github/workflows/advisories.yaml", "vendor.github-workflows"),
    (".github/workflows/ci.yaml", "vendor.github-workflows"),
    (".github/workflows/release.yaml", "vendor.github-workflows"),
    (".github/actions/deployer/action.yaml", "vendor.github-actions"),
    ("examples/ci/github.yaml", "vendor.github-workflows"),
    ("examples/ci/gitlab.yaml", "vendor.gitlab-ci"),
];

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}

fn read(file: &str) -> Value {
    let text = fs::read_to_string(path(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn workflows() -> impl Iterator<Item = (&'static str, Value)> {
    let workflows = FILES
        .into_iter()
        .filter(|(_, schema)| *schema == "vendor.github-workflows");
    workflows.map(|(file, _)| (file, read(file)))
}

fn jobs(workflow: &Value) -> &serde_json::Map<String, Value> {
    workflow["jobs"].as_object().unwrap()
}

fn steps(job: &Value) -> &[Value] {
    job["steps"].as_array().unwrap()
}

/// Returns every value of a member, however deep.
fn every<'a>(value: &'a Value, member: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, inner)| {
                let own = (name == member).then_some(inner);
                own.into_iter().chain(every(inner, member))
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| every(item, member)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn no_workflow_is_forgotten() {
    let folder = fs::read_dir(path(".github/workflows")).unwrap();
    let found: BTreeSet<String> = folder
        .map(|entry| format!(".github/workflows/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    let known = FILES.map(|(file, _)| file.to_owned());
    let known: BTreeSet<String> = known.into_iter().filter(|file| file.contains("workflows")).collect();
    assert_eq!(found, known);
}

#[test]
fn every_file_is_valid_by_its_service_s_schema() {
    let program = tools::python("check-jsonschema", &["check-jsonschema==0.39.0"]).join("check-jsonschema");
    for (file, schema) in FILES {
        let mut check = Command::new(&program);
        check.args(["--builtin-schema", schema]).arg(path(file));
        if schema == "vendor.gitlab-ci" {
            check.args(["--data-transform", "gitlab-ci"]);
        }
        let output = check.output().unwrap();
        assert!(
            output.status.success(),
            "{file}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn what_other_people_wrote_is_pinned() {
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (mut actions, mut images) = (0, 0);
    for (file, _) in FILES {
        let document = read(file);
        for action in every(&document, "uses") {
            let (name, commit) = action.as_str().unwrap().rsplit_once('@').unwrap();
            let own = name.starts_with("ORGANISATION/deployer/") && commit == "COMMIT";
            assert!(own || hex(commit, 40), "{file}: {action}");
            actions += usize::from(!own);
        }
        for image in every(&document, "image") {
            let digest = image.as_str().unwrap().split_once("@sha256:");
            assert!(digest.is_some_and(|(_, digest)| hex(digest, 64)), "{file}: {image}");
            images += 1;
        }
    }
    assert!(actions >= 14 && images >= 4, "{actions} {images}");
}

/// What each job may do; what compiles may write nothing.
#[test]
fn each_job_has_the_rights_of_its_own_work() {
    let read = json!({"contents": "read"});
    let wanted = BTreeMap::from([
        (("advisories", "advisories"), read.clone()),
        (("ci", "all"), read.clone()),
        (("release", "build"), read),
        (
            ("release", "attest"),
            json!({"id-token": "write", "attestations": "write"}),
        ),
        (("release", "publish"), json!({"contents": "write"})),
        (
            ("github", "review"),
            json!({"contents": "read", "id-token": "write", "pull-requests": "write"}),
        ),
        (("github", "plan"), json!({"contents": "read", "id-token": "write"})),
        (("github", "apply"), json!({"contents": "read", "id-token": "write"})),
    ]);
    let mut found = BTreeMap::new();
    let all: Vec<_> = workflows().collect();
    for (file, workflow) in &all {
        let name = Path::new(file).file_stem().unwrap().to_str().unwrap();
        let shared = &workflow["permissions"];
        // What a workflow says for all of its jobs writes nothing.
        assert!(
            *shared == json!({}) || *shared == json!({"contents": "read"}),
            "{file}: {shared}"
        );
        for (job, content) in jobs(workflow) {
            let own = content.get("permissions").unwrap_or(shared);
            found.insert((name, job.as_str()), own.clone());
            let text = content["steps"].to_string();
            let writes = own["contents"] == "write";
            let compiles = text.contains("cargo ") || text.contains(".ci/release");
            assert!(!(writes && compiles), "{file}: {job}");
            for step in steps(content) {
                let checks_out = step["uses"]
                    .as_str()
                    .is_some_and(|uses| uses.starts_with("actions/checkout@"));
                assert!(
                    !checks_out || step["with"]["persist-credentials"] == json!(false),
                    "{file}: {job}"
                );
            }
        }
    }
    assert_eq!(found, wanted);
}

/// The job that may write a release, and the one that attests it, take nothing but what was built.
#[test]
fn what_is_published_is_what_was_built() {
    let workflow = read(".github/workflows/release.yaml");
    let built = jobs(&workflow)["build"]["outputs"]["sums"].as_str().unwrap();
    assert_eq!(built, "${{ steps.sums.outputs.sha256 }}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("published-{}", std::process::id()));
    fs::create_dir_all(folder.join("target")).unwrap();
    let bash = |script: &str, place: &Path, sums: &str| {
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(place);
        bash.env("SUMS", sums).env("GITHUB_OUTPUT", folder.join("output"));
        bash.output().unwrap().status.success()
    };
    for job in ["attest", "publish"] {
        let content = &jobs(&workflow)[job];
        assert!(content["needs"].to_string().contains("build"));
        let at = |wanted: &str| steps(content).iter().position(|step| step.to_string().contains(wanted));
        let (arrives, checked) = (at("actions/download-artifact@"), at("sha256sum"));
        let used = at("actions/attest-build-provenance@").or(at(".ci/publish"));
        assert!(arrives < checked && checked < used && arrives.is_some(), "{job}");
        let step = &steps(content)[checked.unwrap()];
        assert_eq!(step["env"]["SUMS"], "${{ needs.build.outputs.sums }}");
        assert_eq!(
            (&step["shell"], &step["working-directory"]),
            (&json!("bash"), &json!("dist"))
        );
        let script = step["run"].as_str().unwrap();

        let dist = folder.join("target/dist");
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("deployer.tar.gz"), "built").unwrap();
        assert!(bash("sha256sum deployer.tar.gz >SHA256SUMS", &dist, ""));
        let steps = steps(&jobs(&workflow)["build"]);
        let sums = steps.iter().find(|step| step["id"] == "sums").unwrap();
        fs::write(folder.join("output"), "").unwrap();
        assert!(bash(sums["run"].as_str().unwrap(), &folder, ""));
        let output = fs::read_to_string(folder.join("output")).unwrap();
        let digest = output.trim().strip_prefix("sha256=").unwrap();
        assert!(bash(script, &dist, digest), "{job}");
        assert!(!bash(script, &dist, &"0".repeat(64)), "{job}: other digests");
        assert!(!bash(script, &dist, ""), "{job}: no digest");
        fs::write(dist.join("deployer.tar.gz"), "changed").unwrap();
        assert!(!bash(script, &dist, digest), "{job}: another file");
    }
    fs::remove_dir_all(folder).unwrap();
}

/// Who plans and who applies are different roles; a release is named by its digest.
#[test]
fn the_example_for_github_keeps_plan_and_apply_apart() {
    let workflow = read("examples/ci/github.yaml");
    for (name, job) in jobs(&workflow) {
        let deployer = steps(job).iter().find(|step| {
            let uses = step["uses"].as_str();
            uses.is_some_and(|uses| uses.starts_with("ORGANISATION/deployer/"))
        });
        let with = &deployer.unwrap()["with"];
        assert!(with["version"].is_string() && with["sha256"].is_string(), "{name}");
        let applies = name == "apply";
        let role = if applies { "pools-apply" } else { "pools-plan" };
        assert!(
            with["role"].as_str().unwrap().ends_with(&format!(":role/{role}")),
            "{name}"
        );
        assert_eq!(with["command"] == "apply", applies, "{name}");
        assert_eq!(job["environment"] == "production", applies, "{name}");
        assert_eq!(job["permissions"]["pull-requests"] == "write", name == "review");
    }
    assert_eq!(jobs(&workflow)["plan"]["if"], "github.event_name == 'push'");
    assert_eq!(workflow["on"]["push"]["branches"], json!(["main"]));
}

/// A merge request's author writes what its pipeline runs: there must be nothing to take.
#[test]
fn the_example_for_gitlab_gives_merge_requests_no_token() {
    let text = fs::read_to_string(path("examples/ci/gitlab.yaml")).unwrap();
    for token in ["PRIVATE-TOKEN", "NOTES_TOKEN", "CI_JOB_TOKEN", "CI_API_V4_URL"] {
        assert!(!text.contains(token), "{token}");
    }
    let document = read("examples/ci/gitlab.yaml");
    let tokens = document[".deployer"]["id_tokens"].as_object().unwrap();
    assert_eq!(
        tokens.values().collect::<Vec<_>>(),
        [&json!({"aud": "sts.amazonaws.com"})]
    );
    assert_eq!(document["apply"]["environment"], "production");
    assert_eq!(document["apply"]["needs"], json!(["plan"]));
    assert_eq!(document["apply"]["variables"], json!({"ROLE": "$APPLY_ROLE"}));
    assert_eq!(document[".plan"]["variables"], json!({"ROLE": "$PLAN_ROLE"}));
    let main = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
    assert_eq!(document["apply"]["rules"], json!([{"if": main, "when": "manual"}]));
    assert_eq!(document["plan"]["rules"], json!([{"if": main}]));
    let own = "$CI_PIPELINE_SOURCE == \"merge_request_event\" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID";
    assert_eq!(document["review"]["rules"], json!([{"if": own}]));
    assert_eq!(document["review"]["artifacts"]["paths"], json!(["plan.txt"]));
}
