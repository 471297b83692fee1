//! The JSON Schema of stack files: it is the file in `stacks/`, a validator of another language agrees with
//! the decoder about every stack file here, and the decoder is asked about all that stands in it. Python starts
//! in about a second.

mod decoder;
mod editor;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::cli::Workspace;
use crate::support::tools;

/// What the schema cannot know, by the fixture: it takes several values, a file system or a clock to see.
const ONLY_RULES: [&str; 41] = [
    // Without quotes, YAML takes digits for a number, and its zeros are gone.
    "bad-account.yaml",
    "bad-message-file/stack.yaml",
    "bad-message-template/stack.yaml",
    "bad-message-text/stack.yaml",
    "email-delivery-missing.yaml",
    "email-sending-unsaid.yaml",
    "message-parts/stack.yaml",
    "message-refused/stack.yaml",
    "messages-unreadable.yaml",
    "outside-repository.yaml",
    "provider-channel.yaml",
    "provider-left-out.yaml",
    "provider-settings.yaml",
    "provider-test-only.yaml",
    "country-restricted.yaml",
    "custom-message-unused.yaml",
    "extends-cycle/_b.yaml",
    "extends-cycle/a.yaml",
    "extends-unreadable.yaml",
    "folder-empty/_shared.yaml",
    "link-becomes-code.yaml",
    "log-level-silent.yaml",
    "property-combination.yaml",
    "provider-unknown.yaml",
    "provider-unused.yaml",
    "rate-unwatched.yaml",
    "resource-twice/a.yaml",
    "resource-twice/b.yaml",
    "retry-too-late.yaml",
    "route-missing.yaml",
    "route-unreachable.yaml",
    "sender-cannot-decrypt.yaml",
    "setting-unused.yaml",
    "sms-delivery-missing.yaml",
    "sms-role-missing.yaml",
    "stack-twice/a.yaml",
    "stack-twice/b.yaml",
    "stack-twice/other-region.yaml",
    "wrong-account.yaml",
    "wrong-region.yaml",
    // The key is YAML 1.1's, and some readers still know it.
    "yaml-merge-key.yaml",
];

/// What a reader of YAML refuses already.
const NO_YAML: [&str; 8] = [
    "duplicate-key.yaml",
    "file-not-utf8.yaml",
    "yaml-alias.yaml",
    "yaml-key.yaml",
    "yaml-several-documents.yaml",
    "yaml-syntax.yaml",
    "yaml-tab.yaml",
    "yaml-tag.yaml",
];

/// What the schema refuses and the decoder takes: acknowledgements are not for schemas.
const ONLY_SCHEMA: [&str; 1] = ["good/acknowledged-property.yaml"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Returns the YAML files of a folder, and of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.extension().is_some_and(|extension| extension == "yaml") && path.is_file() {
            files.push(path);
        } else if path.is_dir() {
            files.extend(self::files(&path));
        }
    }
    files
}

/// The project's own stack files: all but the pipelines, which are for GitHub and GitLab.
fn stacks_and_examples() -> Vec<PathBuf> {
    let pipelines = root().join("examples/ci");
    let all = [files(&root().join("stacks")), files(&root().join("examples"))].concat();
    all.into_iter().filter(|path| !path.starts_with(&pipelines)).collect()
}

/// Returns what the schema says against each file; nothing where a file is no YAML.
pub(crate) fn validate(files: &[PathBuf]) -> BTreeMap<PathBuf, Option<Vec<String>>> {
    let python = tools::python("jsonschema", &["jsonschema==4.26.0", "ruamel.yaml==0.19.1"]).join("python");
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/schema/validate.py"))
        .arg(root().join("stacks/schema.json"))
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_file_is_what_the_command_prints() {
    let printed = Workspace::offline().run(&["schema"]).expect(0).stdout;
    let file = fs::read_to_string(root().join("stacks/schema.json")).unwrap();
    assert!(
        file == printed,
        "stacks/schema.json is of another day: write it anew with `deployer schema >stacks/schema.json`"
    );
}

#[test]
fn the_schema_takes_every_good_file() {
    let workspace = Workspace::offline();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, block) = readme.split_once("```yaml\nname: ").unwrap();
    let block = block.split("```").next().unwrap();
    workspace.file("readme.yaml", &format!("name: {block}"));
    let mut files = stacks_and_examples();
    files.extend(self::files(&fixtures().join("good")));
    files.push(workspace.path().join("readme.yaml"));
    assert!(files.len() >= 10, "{files:?}");
    for (path, errors) in validate(&files) {
        let refused = ONLY_SCHEMA.iter().any(|name| path.ends_with(name));
        let errors = errors.unwrap();
        assert_eq!(errors.is_empty(), !refused, "{}: {errors:#?}", path.display());
    }
}

/// A file may be a part: what it lacks stands in another. A whole one has all that it must have.
#[test]
fn what_must_be_there_is_wanted_of_whole_files_alone() {
    let rest = "region: us-west-2\npool: {new: {properties: {UserPoolName: acme}}}\n";
    let rows = [
        (
            "_base",
            "pool: {new: {}}\ndelivery: {sms: {countries: [US]}}\nfunction: {vpc: {subnet_ids: [subnet-01234567]}}\n"
                .to_owned(),
            "",
        ),
        (
            "_sns",
            "providers: {sns: {sender_id: ACME}}\ntriggers: {pre_token_generation: {version: V2_0}}\n".to_owned(),
            "",
        ),
        ("near", "extends: ./_base.yaml\nname: acme\n".to_owned(), ""),
        ("whole", format!("name: acme\n{rest}"), ""),
        (
            "no-region",
            "name: acme\npool: {new: {properties: {}}}\n".to_owned(),
            "'region' is a required property",
        ),
        (
            "no-properties",
            "name: acme\nregion: us-west-2\npool: {new: {}}\n".to_owned(),
            "'properties' is a required property",
        ),
        (
            "no-routes",
            format!("name: acme\n{rest}delivery: {{sms: {{countries: [US]}}}}\n"),
            "'routes' is a required property",
        ),
        (
            "no-type",
            format!("name: acme\n{rest}providers: {{sns: {{sender_id: ACME}}}}\n"),
            "'type' is a required property",
        ),
        (
            "no-function",
            format!("name: acme\n{rest}triggers: {{pre_sign_up: {{permission: external}}}}\n"),
            "'function' is a required property",
        ),
        (
            "no-via",
            "extends: ./_base.yaml\ndelivery: {sms: {routes: [{}]}}\n".to_owned(),
            "'via' is a required property",
        ),
        (
            "two-pools",
            "pool: {new: {}, existing: us-west-2_AbCdEf123}\n".to_owned(),
            "is valid under each of",
        ),
    ];
    let workspace = Workspace::offline();
    let mut files = Vec::new();
    for (name, text, _) in &rows {
        workspace.file(&format!("{name}.yaml"), text);
        files.push(workspace.path().join(format!("{name}.yaml")));
    }
    let said = validate(&files);
    for ((name, _, wanted), file) in rows.iter().zip(&files) {
        let errors = said[file].as_ref().unwrap();
        assert_eq!(errors.is_empty(), wanted.is_empty(), "{name}: {errors:#?}");
        assert!(errors.iter().all(|error| error.contains(wanted)), "{name}: {errors:#?}");
    }
}

/// Each fixture is in one list, so that a change of the schema shows which mistakes it sees.
#[test]
fn the_schema_refuses_every_bad_file_but_those_for_rules() {
    let files: Vec<PathBuf> = files(&fixtures())
        .into_iter()
        .filter(|path| !path.starts_with(fixtures().join("good")))
        .collect();
    let mut silent = BTreeSet::new();
    let mut unreadable = BTreeSet::new();
    for (path, errors) in validate(&files) {
        let name = path.strip_prefix(fixtures()).unwrap().display().to_string();
        match errors {
            None => _ = unreadable.insert(name),
            Some(errors) if errors.is_empty() => _ = silent.insert(name),
            Some(_) => {}
        }
    }
    assert_eq!(silent, ONLY_RULES.map(str::to_owned).into());
    assert_eq!(unreadable, NO_YAML.map(str::to_owned).into());
}

/// An editor finds the schema from the file that it shows.
#[test]
fn stacks_and_examples_name_their_schema() {
    for path in stacks_and_examples() {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        let named = first.strip_prefix("# yaml-language-server: $schema=");
        let named = named.unwrap_or_else(|| panic!("{}: {first}", path.display()));
        let schema = path.parent().unwrap().join(named).canonicalize().unwrap();
        assert_eq!(schema, root().join("stacks/schema.json").canonicalize().unwrap());
    }
}
