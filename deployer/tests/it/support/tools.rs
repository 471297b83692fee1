//! Pinned tools of other languages, installed once under the workspace's `target/tools`.
//!
//! The first run installs them and takes as long as a download; later runs find the marker.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The emulator of AWS that the tests and the quickstart run.
pub(crate) const MINISTACK: &str = "ministack==1.5.33";

/// Returns the folder of a virtual environment's programs, with `requirements` installed.
pub(crate) fn python(name: &str, requirements: &[&str]) -> PathBuf {
    let home = installed(name, requirements, |home| {
        run(
            Command::new("python3").args(["-m", "venv"]).arg(home),
            "python3 with its venv module (apt-get install python3-venv)",
        );
        run(
            Command::new(home.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                .args(requirements),
            "the Python package index",
        );
    });
    home.join("bin")
}

/// Returns a folder whose `node_modules` holds what the `package-lock.json` in `project` pins, by version and hash.
pub(crate) fn node(name: &str, project: &Path) -> PathBuf {
    let [manifest, lock] =
        ["package.json", "package-lock.json"].map(|file| (file, fs::read_to_string(project.join(file)).unwrap()));
    installed(name, &[&lock.1], |home| {
        fs::create_dir_all(home).unwrap();
        for (file, text) in [&manifest, &lock] {
            fs::write(home.join(file), text).unwrap();
        }
        run(
            Command::new("npm")
                .args(["ci", "--silent", "--no-audit", "--no-fund"])
                .current_dir(home),
            "Node.js with npm, and the npm registry",
        );
    })
}

fn installed(name: &str, wanted: &[&str], install: impl FnOnce(&Path)) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
    fs::create_dir_all(&tools).unwrap();
    let tools = tools.canonicalize().unwrap();
    let home = tools.join(name);
    // Tests run side by side, in threads and in processes: one of them installs.
    let lock = File::create(tools.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let marker = home.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted.join("\n")) {
        return home;
    }
    if home.exists() {
        fs::remove_dir_all(&home).unwrap();
    }
    install(&home);
    fs::write(marker, wanted.join("\n")).unwrap();
    home
}

fn run(command: &mut Command, needs: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("this test needs {needs}: {error}"));
    assert!(
        output.status.success(),
        "this test needs {needs}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
