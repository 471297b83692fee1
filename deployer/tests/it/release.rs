//! What a release consists of beside its binaries, made by the scripts that the workflow runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::github::{GitHub, TOKEN};
use crate::support::tools;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci").join(name)
}

#[test]
fn the_bill_of_materials_is_valid_and_tells_what_ships_from_what_builds() {
    let print = || {
        let mut sbom = Command::new("python3");
        sbom.arg(script("sbom")).arg("aarch64-unknown-linux-gnu");
        // Whatever the tests were compiled for, and by.
        let output = sbom.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = print();
    assert_eq!(text, print(), "the same lock file gives the same bytes");

    let check = "import sys\n\
                 from cyclonedx.schema import SchemaVersion\n\
                 from cyclonedx.validation.json import JsonStrictValidator\n\
                 wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())\n\
                 sys.exit(str(wrong) if wrong else 0)";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deployer.cdx.json");
    fs::write(&file, &text).unwrap();
    let python = tools::python("cyclonedx", &["cyclonedx-python-lib[json-validation]==11.12.0"]).join("python");
    let checked = Command::new(python).args(["-c", check]).arg(&file).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let document: Value = serde_json::from_str(&text).unwrap();
    let components = document["components"].as_array().unwrap();
    let scope = |name: &str| {
        let found = components.iter().find(|component| component["name"] == name);
        found.map(|component| component["scope"].as_str().unwrap())
    };
    assert_eq!(document["metadata"]["component"]["name"], "deployer");
    for (name, expected) in [
        // In the deployer, and in the handler alone.
        ("clap", Some("required")),
        ("handler", Some("required")),
        ("lambda_runtime", Some("required")),
        ("aws-lc-sys", Some("required")),
        // In the compiler alone.
        ("serde_derive", Some("excluded")),
        ("cmake", Some("excluded")),
        // For tests, and for another system.
        ("insta", None),
        ("windows-sys", None),
    ] {
        assert_eq!(scope(name), expected, "{name}");
    }
    for component in components {
        // Members of the workspace come from no registry.
        let ours = ["handler", "stdout-at-start"]
            .map(Value::from)
            .contains(&component["name"]);
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
        assert_eq!(component["hashes"][0]["content"].is_string(), !ours, "{component}");
    }
}

#[test]
fn a_release_is_drafted_with_every_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("release-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("SHA256SUMS"), "0123  deployer.tar.gz\n").unwrap();
    fs::write(folder.join("deployer.tar.gz"), [0x1f, 0x8b, 0, 0xff]).unwrap();
    let github = GitHub::with_comments(&[]);
    let publish = |token: &str| {
        let mut publish = Command::new(script("publish"));
        publish.arg("v0.1.0").arg(&folder).envs(github.variables());
        publish.env("GITHUB_TOKEN", token).output().unwrap()
    };
    let output = publish(TOKEN);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let writes = github.writes();
    let paths: Vec<_> = writes
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        paths,
        [
            "POST /repos/acme/identity/releases",
            "POST /assets?name=SHA256SUMS",
            "POST /assets?name=deployer.tar.gz"
        ]
    );
    let release: Value = serde_json::from_slice(&writes[0].2).unwrap();
    assert_eq!(
        (&release["tag_name"], &release["draft"]),
        (&"v0.1.0".into(), &true.into())
    );
    assert_eq!(writes[2].2, [0x1f, 0x8b, 0, 0xff]);

    // A refusal ends it, and says what GitHub said.
    let refused = publish("another");
    assert!(!refused.status.success());
    assert_eq!(github.writes().len(), writes.len());
    fs::remove_dir_all(folder).unwrap();
}
