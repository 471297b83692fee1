//! Commands that need no AWS, and what the README shows of all of them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::cli::Workspace;
use crate::support::documented::as_documented;

const STACK: &str = "name: acme
region: us-west-2
pool:
  new:
    properties: {UserPoolName: acme, UsernameAttributes: [phone_number]}
triggers:
  custom_sms_sender: handler
function: {architecture: x86_64}
providers:
  sns: {type: sns}
delivery:
  sms: {countries: [US], registered: [US], routes: [{via: [sns]}]}
";

fn workspace() -> Workspace {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", STACK);
    workspace
}

#[test]
fn validate_says_what_it_looked_at() {
    insta::assert_snapshot!("validate", workspace().run(&["validate"]).expect(0).snapshot());
}

/// What is printed is a stack file of its own, the same stack.
#[test]
fn synth_resolved_prints_the_whole_file() {
    let workspace = workspace();
    let (head, rest) = STACK.split_once("pool:").unwrap();
    workspace.file("stacks/_base.yaml", &format!("tags: {{team: identity}}\npool:{rest}"));
    workspace.file(
        "stacks/acme.yaml",
        &format!("extends: ./_base.yaml\n{head}tags: {{cost: 007}}\n"),
    );
    let template = workspace.run(&["synth"]).expect(0).stdout;
    let resolved = workspace.run(&["synth", "--resolved"]).expect(0);
    insta::assert_snapshot!("synth_resolved", resolved.snapshot());
    workspace.file("stacks/acme.yaml", &resolved.stdout);
    assert_eq!(workspace.run(&["synth"]).expect(0).stdout, template);
    workspace.run(&["synth", "--resolved", "--format", "json"]).expect(64);
}

#[test]
fn explain_tells_why_and_what_to_do() {
    let workspace = Workspace::offline();
    insta::assert_snapshot!(
        "explain",
        workspace.run(&["explain", "trigger-dropped"]).expect(0).snapshot()
    );
    insta::assert_snapshot!("explain_all", workspace.run(&["explain"]).expect(0).snapshot());
    workspace.run(&["explain", "no-such-code"]).expect(64);
}

#[test]
fn validate_and_explain_speak_json() {
    let workspace = workspace();
    workspace.file("stacks/beta.yaml", &STACK.replace("acme", "beta"));
    insta::assert_snapshot!(
        "validate_json",
        workspace.run(&["validate", "--format", "json"]).expect(0).snapshot()
    );
    workspace.file("stacks/beta.yaml", &STACK.replace("us-west-2", "us-west"));
    let wrong = workspace.run(&["validate", "--format", "json"]).expect(1);
    insta::assert_snapshot!("validate_json_of_a_wrong_file", wrong.snapshot());
    as_documented("validate", &wrong.stdout);
    let all = workspace.run(&["explain", "--format", "json"]).expect(0).stdout;
    as_documented("explain", &all);
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let listed = workspace.run(&["explain"]).expect(0).stdout;
    assert_eq!(all["version"], 1);
    assert_eq!(all["codes"].as_array().unwrap().len(), listed.lines().count());
    let one = ["explain", "pool-replaced", "--format", "json"];
    insta::assert_snapshot!("explain_json", workspace.run(&one).expect(0).snapshot());
}

#[test]
fn completions_and_man_pages_know_every_command() {
    let workspace = Workspace::offline();
    let help = workspace.run(&["--help"]).expect(0).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Other lines go on with what a line before them says.
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.contains(&"apply") && commands.contains(&"man"), "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = workspace.run(&["completions", shell]).expect(0).stdout;
        for command in &commands {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
    }
    workspace.run(&["completions", "tcsh"]).expect(64);

    workspace.run(&["man", "pages"]).expect(0);
    let mut pages: Vec<String> = fs::read_dir(workspace.path().join("pages"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let mut expected: Vec<String> = commands.iter().map(|command| format!("deployer-{command}.1")).collect();
    expected.push("deployer.1".to_owned());
    expected.sort();
    assert_eq!(pages, expected);
    let page = fs::read_to_string(workspace.path().join("pages/deployer-apply.1")).unwrap();
    assert!(page.contains("Do not ask. Guards still stop"), "{page}");
}

/// Bash itself reads the script and completes by it.
#[test]
fn bash_completes_a_command() {
    let workspace = Workspace::offline();
    let script = workspace.run(&["completions", "bash"]).expect(0).stdout;
    workspace.file("deployer.bash", &script);
    let asked = "source deployer.bash; COMP_WORDS=(deployer va) COMP_CWORD=1; \
                 _deployer deployer va deployer; echo \"${COMPREPLY[@]}\"";
    let answer = std::process::Command::new("bash")
        .args(["-c", asked])
        .current_dir(workspace.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "validate\n", "{answer:?}");
}

#[test]
fn synth_prints_the_same_bytes_each_time_and_in_both_languages() {
    let workspace = workspace();
    workspace.file("stacks/beta.yaml", &STACK.replace("acme", "beta"));
    let json = workspace.run(&["synth"]).expect(0).stdout;
    assert_eq!(json, workspace.run(&["synth"]).expect(0).stdout);
    let templates: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&json)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(templates.len(), 2);
    let yaml = workspace
        .run(&["synth", "--format", "yaml", "stacks/acme.yaml"])
        .expect(0)
        .stdout;
    let read: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(read, templates[0]);

    workspace.run(&["synth", "--out", "templates"]).expect(0);
    let written = fs::read_to_string(workspace.path().join("templates/beta.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&written).unwrap(),
        templates[1]
    );
}

#[test]
fn build_makes_the_zip_that_synth_names() {
    let workspace = workspace();
    let built = workspace
        .run(&["build", "--builder", "cargo", "--out", "zips"])
        .expect(0)
        .stdout;
    let digest = built.split(' ').nth(1).unwrap();
    // Sizes and hashes are the toolchain's.
    let words: Vec<&str> = built.split(' ').collect();
    let shown: Vec<&str> = words
        .iter()
        .enumerate()
        .map(
            |(index, word)| match index.checked_sub(1).and_then(|before| words.get(before)) {
                Some(&("zip" | "binary")) => "0",
                Some(&"sha256") => "AAAA…=\n",
                _ => word,
            },
        )
        .collect();
    insta::assert_snapshot!(
        "build",
        format!("$ deployer build\n{}", shown.join(" ")).replace(digest, &"0".repeat(64))
    );
    assert!(
        workspace
            .run(&["synth"])
            .expect(0)
            .stdout
            .contains(&format!("handler/{digest}/${{HandlerFile}}")),
        "{built}"
    );
    let zip = workspace.path().join("zips/acme.zip");
    let json = workspace
        .run(&["build", "--builder", "cargo", "--format", "json"])
        .expect(0)
        .stdout;
    as_documented("build", &json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["version"], &json[0]["handler"]), (&1.into(), &digest.into()));
    assert_eq!(json[0]["zip_bytes"], fs::metadata(zip).unwrap().len());
    assert!(built.contains(json[0]["sha256"].as_str().unwrap()), "{built}");
    workspace.run(&["build", "--builder", "make"]).expect(64);
}

#[test]
fn the_project_s_own_stacks_and_examples_are_valid() {
    let workspace = Workspace::offline();
    for folder in ["stacks", "examples", "examples/quickstart"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        workspace.run(&["validate".as_ref(), folder.as_os_str()]).expect(0);
    }
}

#[test]
fn a_path_that_names_nothing_is_an_error() {
    let workspace = workspace();
    let run = workspace.run(&["synth", "no-such-folder"]).expect(1);
    assert!(run.stderr.contains("error[file-not-found]"), "{}", run.stderr);
}

/// Every console block of the README is what a command really printed: its lines stand, in this order and
/// without a gap, in a snapshot.
#[test]
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut snapshots = Vec::new();
    let mut folders = vec![root.join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "snap") {
                snapshots.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let readme = fs::read_to_string(root.join("../README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```console\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= 6, "the README shows {} console blocks", blocks.len());
    for block in blocks {
        let (_, output) = block.split_once('\n').unwrap();
        assert!(
            snapshots.iter().any(|snapshot| snapshot.contains(output)),
            "no snapshot holds this block:\n{block}"
        );
    }
}

/// A key pasted in place of its ARN, on a line with other mistakes, in either format.
#[test]
fn a_pasted_secret_is_not_shown() {
    let workspace = Workspace::offline().with_idle_handler();
    for secret in [
        "\"SK0123456789abcdef\"",
        "[SK0123456789abcdef]",
        "{a: SK0123456789abcdef}",
    ] {
        let providers =
            format!("{{tw: {{type: twilio, api_key: SK0123456789abcdef, secret: {secret}, form: \"+1\"}}}}");
        workspace.file(
            "stacks/acme.yaml",
            &format!("name: acme\nregion: us-west-2\nproviders: {providers}\n"),
        );
        for arguments in [&["validate"][..], &["validate", "--format", "json"], &["diff"]] {
            let run = workspace.run(arguments).expect(1);
            assert!(run.stderr.contains("providers.tw.") || run.stdout.contains("providers.tw."));
            assert!(
                !format!("{}{}", run.stdout, run.stderr).contains("SK0123"),
                "{}{}",
                run.stdout,
                run.stderr
            );
        }
    }
}

#[test]
fn warnings_are_counted_where_the_file_is_not_the_subject() {
    let workspace = Workspace::offline().with_idle_handler();
    let restricted = "name: acme
region: us-west-2
environment: test
pool: {new: {properties: {UserPoolName: acme, UsernameAttributes: [phone_number]}}}
triggers: {custom_sms_sender: handler}
providers: {sns: {type: sns}}
delivery: {sms: {countries: [US], routes: [{via: [sns]}]}}
";
    workspace.file("stacks/acme.yaml", restricted);
    let full = workspace.run(&["validate"]).expect(0);
    assert!(full.stderr.contains("warning[country-restricted]"), "{}", full.stderr);
    for command in [
        &["synth"][..],
        &["synth", "--resolved"],
        &["build"],
        &["send", "--purpose", "SignUp", "--to", "+12025550173"],
    ] {
        let run = workspace.run(command).expect(0);
        assert!(!run.stderr.contains("country-restricted"), "{}", run.stderr);
        assert!(
            run.stderr
                .starts_with("1 warning; to read: deployer validate stacks/acme.yaml\n"),
            "{}",
            run.stderr
        );
    }
}
