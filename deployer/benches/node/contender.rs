//! The two programs that are measured, built as they would be deployed.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::function::{Function, Setup, in_lambda};
use crate::tools;

/// A program that handles events, and the size of its zip.
pub(crate) struct Contender {
    words: Vec<PathBuf>,
    pub(crate) zip_bytes: usize,
}

impl Contender {
    /// The executable of a zip that `deployer build` made.
    pub(crate) fn ours(zip: Vec<u8>) -> Self {
        let zip_bytes = zip.len();
        let mut executable = Vec::new();
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        archive
            .by_name("bootstrap")
            .unwrap()
            .read_to_end(&mut executable)
            .unwrap();
        let path = folder().join("bootstrap");
        fs::write(&path, executable).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            words: vec![path],
            zip_bytes,
        }
    }

    /// The Node.js handler in one minified file, as those who care for cold starts deploy it.
    pub(crate) fn theirs() -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../handler/tests/node");
        let home = tools::node("encrypt-node", &project);
        // Modules are looked for beside the file that names them.
        for file in ["runtime.mjs", "sender.mjs"] {
            fs::copy(project.join(file), home.join(file)).unwrap();
        }
        let bundle = folder().join("bundle.cjs");
        let bundled = Command::new(home.join("node_modules/.bin/esbuild"))
            .arg(home.join("runtime.mjs"))
            .args([
                "--bundle",
                "--minify",
                "--platform=node",
                "--target=node20",
                "--log-level=warning",
            ])
            .arg(format!("--outfile={}", bundle.display()))
            .status()
            .unwrap();
        assert!(bundled.success(), "esbuild failed");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("index.cjs", SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(&bundle).unwrap()).unwrap();
        Self {
            words: vec![node(), bundle],
            zip_bytes: zip.finish().unwrap().into_inner().len(),
        }
    }

    pub(crate) fn start(&self) -> Function {
        let mut command = in_lambda(&self.words[0]);
        command.args(&self.words[1..]);
        Function::run(command, Setup::default())
    }
}

/// Returns the zip for `architecture` that `deployer build` makes; nothing where it finds no builder.
///
/// CI installs the cross toolchain, so that there its lack is a failure.
pub(crate) fn zip_of(architecture: &str) -> Option<Vec<u8>> {
    let handler = Path::new(env!("CARGO_MANIFEST_DIR")).join("../handler");
    let stack = folder().join(format!("{architecture}.yaml"));
    let text = format!(
        r#"name: {name}
region: us-west-2
environment: test
pool: {{new: {{properties: {{UserPoolName: acme, UsernameAttributes: [phone_number]}}}}}}
triggers: {{custom_sms_sender: handler}}
function: {{architecture: {architecture}, source: "{}"}}
providers: {{sns: {{type: sns}}}}
delivery: {{sms: {{countries: [US], registered: [US], routes: [{{via: [sns]}}]}}}}
"#,
        handler.canonicalize().unwrap().display(),
        name = architecture.replace('_', "-"),
    );
    fs::write(&stack, text).unwrap();
    let kept = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    let output = Command::new(env!("CARGO_BIN_EXE_deployer"))
        .arg("build")
        .arg(&stack)
        .args(["--builder", "cargo", "--out"])
        .arg(folder())
        // Nothing of the benchmark's own cargo, so that what the tests built is found again.
        .env_clear()
        .envs(kept)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap(),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let lacking = said.contains("error: find a builder") && std::env::var_os("CI").is_none();
    assert!(output.status.success() || lacking, "{said}");
    let zip = folder().join(format!("{}.zip", architecture.replace('_', "-")));
    output.status.success().then(|| fs::read(zip).unwrap())
}

/// Node.js by its whole path, since in Lambda's environment nothing is looked for.
fn node() -> PathBuf {
    node_says("process.execPath").into()
}

/// Returns what Node.js makes of `expression`.
pub(crate) fn node_says(expression: &str) -> String {
    let output = Command::new("node")
        .args(["--print", expression])
        .output()
        .expect("the benchmark needs Node.js");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    fs::create_dir_all(&folder).unwrap();
    folder
}
