//! A stack file reaches its own repository and no further, whatever it names and however.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::cli::{Run, Workspace};

/// What nobody may see.
const SECRET: &str = "s3cr3t-wJalrXUtnFEMI";

const HEAD: &str = "name: acme
region: us-west-2
environment: test
pool: {new: {properties: {UserPoolName: acme}}}
triggers: {custom_email_sender: handler}
providers: {ses: {type: ses, from: no-reply@acme.example}}
delivery: {email: {via: [ses]}}
";

/// A handler that is never built.
const HANDLER: [(&str, &str); 3] = [
    (
        "handler/Cargo.toml",
        "[package]\nname = \"handler\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    ),
    (
        "handler/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"handler\"\nversion = \"0.1.0\"\n",
    ),
    ("handler/src/main.rs", "fn main() {}\n"),
];

/// A repository with a stack file and texts in `repo`, and a secret beside it.
fn repository() -> Workspace {
    let workspace = Workspace::offline().env("SECRET", SECRET);
    for (name, content) in HANDLER {
        workspace.file(&format!("repo/{name}"), content);
    }
    workspace
        .file("repo/plain/creds", SECRET)
        .file("repo/.git/config", &format!("[http]\n\textraheader = {SECRET}\n"))
        .file("repo/texts/en/SignUp.email.txt", "Subject: Acme\n\n{{ code }}\n")
        .file("repo/shared/base.yaml", HEAD)
        .file("repo/.env.yaml", &format!("aws_secret_access_key: {SECRET}\n"))
        .file("repo/creds", &format!("[default]\naws_secret_access_key = {SECRET}\n"))
        .file("repo/notes.yaml", &format!("- {SECRET}\n"))
        .file("outside/creds.yaml", &format!("{HEAD}tags: {{key: {SECRET}}}\n"))
        .file(
            "outside/texts/en/SignUp.email.txt",
            &format!("Subject: {SECRET}\n\n{{{{ code }}}}\n"),
        )
        .file("outside/texts/_x.txt", SECRET);
    workspace
}

/// Runs every command that calls nothing, in every format, and `diff` for its Markdown; stops the test if one shows the
/// secret. Returns what `validate` says.
#[track_caller]
fn looked_at(workspace: &Workspace, path: &str) -> Run {
    let all: [&[&str]; 7] = [
        &["validate", path, "--format", "json"],
        &["synth", path],
        &["synth", path, "--format", "yaml"],
        &["synth", path, "--resolved"],
        &["diff", path],
        &["diff", path, "--format", "markdown"],
        &["diff", path, "--format", "json"],
    ];
    for words in all {
        let run = workspace.run(words);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(!shown.contains(SECRET), "{words:?}: {shown}");
    }
    let run = workspace.run(&["validate", path]);
    assert!(!run.stderr.contains(SECRET), "{}", run.stderr);
    run
}

/// Expects one finding, at the place of the reference.
#[track_caller]
fn refused(workspace: &Workspace, code: &str, place: &str, says: &str) {
    let run = looked_at(workspace, "repo/stacks/acme.yaml").expect(1);
    let found: Value = serde_json::from_str(
        &workspace
            .run(&["validate", "repo/stacks/acme.yaml", "--format", "json"])
            .stdout,
    )
    .unwrap();
    let mut findings = found["findings"].as_array().unwrap().iter();
    let finding = findings.find(|finding| finding["code"] == code);
    let finding = finding.unwrap_or_else(|| panic!("no {code}: {}", run.stderr));
    let at = format!(
        "{}:{}:{}",
        finding["file"].as_str().unwrap(),
        finding["line"],
        finding["column"]
    );
    assert_eq!(at, format!("repo/stacks/acme.yaml:{place}"), "{}", run.stderr);
    assert!(finding["message"].as_str().unwrap().contains(says), "{finding}");
}

#[test]
fn texts_are_read_in_the_repository_alone() {
    let workspace = repository();
    let path = |name: &str| workspace.path().join(name);
    let absolute = path("outside/texts").display().to_string();
    symlink(path("outside/texts"), path("repo/folder")).unwrap();
    fs::create_dir_all(path("repo/links/en")).unwrap();
    symlink(path("outside/texts/en"), path("repo/links/de")).unwrap();
    for name in ["one", "two", "three", "four", "five"] {
        fs::create_dir_all(path(&format!("repo/{name}/en"))).unwrap();
    }
    symlink("/proc/self/environ", path("repo/one/en/_x.txt")).unwrap();
    symlink("../../../outside/texts/_x.txt", path("repo/two/en/SignUp.email.txt")).unwrap();
    symlink("../../.git/config", path("repo/three/en/_x.txt")).unwrap();
    let pipe = Command::new("mkfifo").arg(path("repo/four/_x.txt")).status().unwrap();
    assert!(pipe.success());
    workspace.file("repo/five/_x.txt", &SECRET.repeat(100_000));
    let out = "leads out of the repository";
    for (directory, code, says) in [
        ("../../outside/texts", "outside-repository", out),
        ("../../..", "outside-repository", out),
        (absolute.as_str(), "outside-repository", out),
        ("/proc/self", "outside-repository", out),
        ("/none", "outside-repository", out),
        ("../folder", "outside-repository", out),
        ("../links", "outside-repository", out),
        ("../one", "outside-repository", out),
        ("../two", "outside-repository", out),
        ("../three", "outside-repository", "git's own files"),
        ("../.git", "outside-repository", "git's own files"),
        ("../four", "messages-unreadable", "it is no file"),
        ("../five", "messages-unreadable", "longer than 1 MiB"),
    ] {
        let file = format!("{HEAD}messages: {{directory: {directory}}}\n");
        workspace.file("repo/stacks/acme.yaml", &file);
        refused(&workspace, code, "8:23", says);
    }
    // The same named by a file that the stack file extends: what counts is the stack file's own repository.
    workspace.file(
        "repo/shared/texts.yaml",
        &format!("{HEAD}messages: {{directory: ../../outside/texts}}\n"),
    );
    workspace.file("repo/stacks/acme.yaml", "extends: ../shared/texts.yaml\n");
    let run = looked_at(&workspace, "repo/stacks").expect(1);
    assert!(
        run.stderr.contains("repo/stacks/../shared/texts.yaml:8:23"),
        "{}",
        run.stderr
    );
    // A folder that was named by mistake: its files are named, and nothing of them is shown.
    workspace.file(
        "repo/stacks/acme.yaml",
        &format!("{HEAD}messages: {{directory: ../plain}}\n"),
    );
    let run = looked_at(&workspace, "repo/stacks/acme.yaml").expect(1);
    assert!(run.stderr.contains("bad-message-file"), "{}", run.stderr);
}

#[test]
fn files_to_build_on_are_stack_files_of_the_repository() {
    let workspace = repository();
    let path = |name: &str| workspace.path().join(name);
    let absolute = path("outside/creds.yaml").display().to_string();
    symlink(path("outside/creds.yaml"), path("repo/link.yaml")).unwrap();
    symlink(path("outside"), path("repo/folder")).unwrap();
    workspace.file("repo/broken.yaml", &format!("name: acme\ntags: {{key: {SECRET}\n"));
    workspace.file(
        "repo/kubeconfig.yaml",
        &format!("kind: Config\nname: x\nusers: {{token: {SECRET}}}\n"),
    );
    workspace.file("repo/large.yaml", &format!("# {}\n", SECRET.repeat(100_000)));
    let out = "leads out of the repository";
    for (base, code, says) in [
        ("../../outside/creds.yaml", "outside-repository", out),
        (absolute.as_str(), "outside-repository", out),
        ("/proc/self/environ", "outside-repository", out),
        ("../link.yaml", "outside-repository", out),
        ("../folder/creds.yaml", "outside-repository", out),
        ("../.git/config", "outside-repository", "git's own files"),
        ("../creds", "extends-unreadable", "which is none"),
        ("../.env.yaml", "extends-unreadable", "which is none"),
        ("../notes.yaml", "extends-unreadable", "which is none"),
        ("../broken.yaml", "extends-unreadable", "which is none"),
        ("../kubeconfig.yaml", "extends-unreadable", "which is none"),
        ("../large.yaml", "extends-unreadable", "longer than 1 MiB"),
        ("..", "extends-unreadable", "it is no file"),
    ] {
        workspace.file("repo/stacks/acme.yaml", &format!("extends: {base}\n{HEAD}"));
        refused(&workspace, code, "1:10", says);
    }
    // At the end of a chain, the finding stands in the file that names it.
    workspace.file(
        "repo/shared/chain.yaml",
        "tags: {team: identity}\nextends: ../../outside/creds.yaml\n",
    );
    workspace.file(
        "repo/stacks/acme.yaml",
        &format!("extends: ../shared/chain.yaml\n{HEAD}"),
    );
    let run = looked_at(&workspace, "repo/stacks/acme.yaml").expect(1);
    assert!(run.stderr.contains("chain.yaml:2:10"), "{}", run.stderr);
}

#[test]
fn what_stays_in_the_repository_is_read() {
    let workspace = repository();
    let path = |name: &str| workspace.path().join(name);
    fs::create_dir_all(path("repo/stacks")).unwrap();
    symlink("../shared/base.yaml", path("repo/stacks/_link.yaml")).unwrap();
    symlink("../texts", path("repo/stacks/texts")).unwrap();
    let absolute = path("repo/shared/base.yaml").display().to_string();
    for base in ["../shared/base.yaml", "./_link.yaml", absolute.as_str()] {
        for texts in ["../texts", "texts"] {
            let file = format!("extends: {base}\nmessages: {{directory: {texts}, default_locale: en}}\n");
            workspace.file("repo/stacks/acme.yaml", &file);
            workspace.run(&["validate", "repo/stacks"]).expect(0);
        }
    }
    fs::create_dir_all(path("repo/named")).unwrap();
    symlink(path("outside/creds.yaml"), path("repo/named/link.yaml")).unwrap();
    for named in ["repo/named/link.yaml", "repo/named"] {
        let run = looked_at(&workspace, named).expect(1);
        assert!(run.stderr.contains("error[outside-repository]"), "{}", run.stderr);
    }
}

#[test]
fn without_a_repository_the_folder_of_the_stack_file_counts() {
    let workspace = repository();
    let folder = std::env::temp_dir().join(format!("deployer-no-repository-{}", std::process::id()));
    let is_in_one = |folder: &Path| folder.ancestors().any(|folder| folder.join(".git").exists());
    assert!(
        !is_in_one(&std::env::temp_dir()),
        "the folder for temporary files is in no repository"
    );
    for (name, content) in HANDLER {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), content).unwrap();
    }
    fs::create_dir_all(folder.join("stacks/texts/en")).unwrap();
    fs::create_dir_all(folder.join("texts/en")).unwrap();
    for texts in ["stacks/texts", "texts"] {
        fs::write(
            folder.join(texts).join("en/SignUp.email.txt"),
            "Subject: Acme\n\n{{ code }}\n",
        )
        .unwrap();
    }
    let file = folder.join("stacks/acme.yaml");
    let validate = |texts: &str| {
        fs::write(
            &file,
            format!("{HEAD}messages: {{directory: {texts}, default_locale: en}}\n"),
        )
        .unwrap();
        workspace.run(&[Path::new("validate"), &file])
    };
    validate("texts").expect(0);
    let run = validate("../texts").expect(1);
    fs::remove_dir_all(&folder).unwrap();
    assert!(
        run.stderr.contains("leads out of the stack file's folder"),
        "{}",
        run.stderr
    );
}

/// Opening a pipe would wait for a writer, for ever.
#[test]
fn a_pipe_in_a_folder_of_stack_files_is_refused() {
    let workspace = Workspace::offline();
    workspace.file("stacks/acme.yaml", HEAD);
    let mut mkfifo = std::process::Command::new("mkfifo");
    assert!(
        mkfifo
            .arg(workspace.path().join("stacks/pipe.yaml"))
            .status()
            .unwrap()
            .success()
    );
    let run = workspace.run(&["validate"]).expect(1);
    assert!(
        run.stderr
            .contains("error[file-unreadable]: failed to read `stacks/pipe.yaml`"),
        "{}",
        run.stderr
    );
}

/// A pull request makes the stack file, or the folder, a link to a file of the machine that runs the check.
#[test]
fn a_named_link_that_leads_out_of_the_repository_is_not_read() {
    let workspace = Workspace::offline().with_idle_handler();
    let folder = std::env::temp_dir().join(format!("deployer-named-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("token.yaml"), "SECRET-TOKEN-0123456789\n").unwrap();
    fs::create_dir_all(workspace.path().join(".git")).unwrap();
    fs::create_dir_all(workspace.path().join("stacks")).unwrap();
    workspace.file("real/acme.yaml", HEAD);
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, workspace.path().join(name)).unwrap();
    link(&folder.join("token.yaml"), "stacks/acme.yaml");
    link(&folder, "linked");
    link(Path::new("real"), "inside");
    for path in ["stacks/acme.yaml", "linked", "linked/token.yaml"] {
        let run = workspace.run(&["validate", path]).expect(1);
        assert!(
            run.stderr.contains("error[outside-repository]"),
            "{path}: {}",
            run.stderr
        );
        assert!(!run.stderr.contains("SECRET"), "{path}: {}", run.stderr);
    }
    workspace.run(&["validate", "inside"]).expect(0);
    fs::remove_dir_all(&folder).unwrap();
}
