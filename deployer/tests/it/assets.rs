//! Assets from end to end: what counts in an identity, and a small handler built by the cargo that runs the tests.
//!
//! The real handler takes minutes to build, so these tests build one without dependencies: the same code path,
//! flags and gate, in seconds. `.ci/run` builds the real one in two folders.

use std::fs;
use std::path::{Path, PathBuf};

use deployer::spec::{Architecture, Stack};

use crate::stacks::bare;

mod build;
mod identity;

/// A folder of its own for a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("assets").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A workspace with a handler and what else may lie around it.
fn workspace(root: &Path) -> PathBuf {
    let handler = root.join("handler");
    write(
        &root.join("Cargo.toml"),
        "[workspace]\nmembers = [\"handler\"]\nresolver = \"3\"\n\n[profile.lambda]\ninherits = \"release\"\nlto = \"fat\"\n\
         codegen-units = 1\npanic = \"abort\"\nstrip = true\n",
    );
    write(
        &root.join("Cargo.lock"),
        "version = 4\n\n[[package]]\nname = \"handler\"\nversion = \"0.1.0\"\n",
    );
    write(
        &handler.join("Cargo.toml"),
        "[package]\nname = \"handler\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    // Panics name the source of the code, here a file in the target folder.
    write(
        &handler.join("build.rs"),
        "fn main() {\n    assert!(std::env::var_os(\"AWS_SECRET_ACCESS_KEY\").is_none(), \"credentials reach build scripts\");\n    \
         let generated = \"pub fn generated(n: usize) { assert!(n > 2, \\\"generated\\\") }\";\n    \
         std::fs::write(format!(\"{}/generated.rs\", std::env::var(\"OUT_DIR\").unwrap()), generated).unwrap();\n    \
         println!(\"cargo::rerun-if-changed=build.rs\");\n}\n",
    );
    write(
        &handler.join("src/main.rs"),
        "include!(concat!(env!(\"OUT_DIR\"), \"/generated.rs\"));\nfn main() {\n    generated(std::env::args().count());\n}\n",
    );
    handler
}

fn stack(source: Option<PathBuf>, architecture: Architecture) -> Stack {
    let mut stack = bare("acme", serde_json::json!({}));
    stack.function.architecture = architecture;
    stack.function.source = source;
    stack
}
