//! The choice among builders, with programs that only answer questions.
//!
//! What the real ones do with the commands is seen in the integration tests.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::*;
use crate::asset::AssetError;

const ARM: &str = "aarch64-unknown-linux-gnu";
const INTEL: &str = "x86_64-unknown-linux-gnu";

/// A program that is being written cannot be started, and a process that starts in the same moment keeps the
/// file open for a while: these tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// A folder of programs, removed in the end.
struct Folder(
    PathBuf,
    #[expect(dead_code, reason = "held until the test ends")] MutexGuard<'static, ()>,
);

impl Folder {
    fn new(name: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = std::env::temp_dir().join(format!("deployer-builder-{name}-{}", process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        Self(fs::canonicalize(folder).unwrap(), turn)
    }

    fn program(&self, bin: &str, name: &str, script: &str) -> &Self {
        let path = self.0.join(bin).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A toolchain with the standard libraries of `targets`.
    fn toolchain(&self, bin: &str, release: &str, targets: &[&str]) -> &Self {
        for target in targets {
            let libraries = self.0.join(bin).join(target);
            fs::create_dir_all(&libraries).unwrap();
            fs::write(libraries.join("libstd-0123.rlib"), "").unwrap();
        }
        let script = format!(
            "case $1 in -vV) echo 'rustc {release}'; echo 'host: {INTEL}';; *) echo {}/$4;; esac",
            self.0.join(bin).display()
        );
        self.program(bin, "rustc", &script)
            .program(bin, "cargo", &format!("echo cargo {release}"))
    }

    fn tools(&self, bins: &[&str]) -> Tools {
        let environment = BTreeMap::from([(OsString::from("HOME"), OsString::from("/home/somebody"))]);
        Tools {
            path: bins.iter().map(|bin| self.0.join(bin)).collect(),
            environment,
            builder: None,
        }
    }

    fn choose(&self, bins: &[&str], architecture: Architecture) -> Result<Chosen, AssetError> {
        choose(&self.tools(bins), architecture, &self.0).map_err(|tried| AssetError::NoBuilder { architecture, tried })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn why(chosen: Result<Chosen, AssetError>) -> String {
    chosen.unwrap_err().to_string()
}

fn line(chosen: &Chosen, architecture: Architecture, tools: &Tools) -> (String, BTreeMap<String, String>) {
    line_with(chosen, architecture, tools, None)
}

fn line_with(
    chosen: &Chosen,
    architecture: Architecture,
    tools: &Tools,
    features: Option<&str>,
) -> (String, BTreeMap<String, String>) {
    let job = Job {
        architecture,
        folder: Path::new("/work place/handler"),
        root: Path::new("/work place"),
        target: Path::new("/work place/target"),
        features,
    };
    let command = chosen.command(&job, tools);
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_str().unwrap()).collect();
    let environment = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str().unwrap().to_owned(), value?.to_str().unwrap().to_owned())));
    (arguments.join(" "), environment.collect())
}

#[test]
fn builders_are_tried_in_their_order() {
    let folder = Folder::new("order");
    folder.toolchain("rust", "1.2.3", &[ARM, INTEL]);
    folder.program(
        "lambda",
        "cargo-lambda",
        "[ \"$*\" = 'lambda --version' ] && echo cargo-lambda 9",
    );
    folder.program("zigbuild", "cargo-zigbuild", "echo cargo-zigbuild 8");
    folder.program("zig", "zig", "");
    folder.program("gcc", "aarch64-linux-gnu-gcc", "");
    folder.program("cc", "cc", "");
    let every = ["rust", "lambda", "zigbuild", "zig", "gcc", "cc"];
    let choice = |bins: &[&str]| {
        let chosen = folder.choose(bins, Architecture::Arm64).unwrap();
        (chosen.builder, chosen.version)
    };
    let expected = |builder, version: &str| (builder, version.to_owned());
    assert_eq!(choice(&every), expected(Builder::CargoLambda, "cargo-lambda 9"));
    assert_eq!(
        choice(&["rust", "zigbuild", "zig", "gcc"]),
        expected(Builder::CargoZigbuild, "cargo-zigbuild 8")
    );
    assert_eq!(choice(&["rust", "gcc"]), expected(Builder::Cargo, "cargo 1.2.3"));
    // Without zig, the two that link with it cannot work.
    assert_eq!(choice(&["rust", "lambda", "zigbuild", "gcc"]).0, Builder::Cargo);
    let native = folder.choose(&["rust", "cc"], Architecture::X86_64).unwrap();
    assert_eq!((native.builder, native.cross), (Builder::Cargo, None));
    let mut only = folder.tools(&every);
    only.builder = Some(Builder::CargoZigbuild);
    assert_eq!(
        choose(&only, Architecture::Arm64, &folder.0).unwrap().builder,
        Builder::CargoZigbuild
    );
}

#[test]
fn a_toolchain_without_the_target_is_passed_over() {
    let folder = Folder::new("toolchains");
    folder
        .toolchain("rustup", "1.95", &[INTEL])
        .toolchain("system", "1.96", &[ARM]);
    folder.program("gcc", "aarch64-linux-gnu-gcc", "");
    let chosen = folder
        .choose(&["rustup", "rustup", "system", "gcc"], Architecture::Arm64)
        .unwrap();
    assert_eq!(chosen.toolchain(), "rustc 1.96");
    assert_eq!(chosen.program, folder.0.join("system/cargo"));
}

#[test]
fn where_nothing_can_work_the_error_says_why_and_names_the_commands() {
    let folder = Folder::new("nothing");
    assert_eq!(
        why(folder.choose(&["empty"], Architecture::Arm64)),
        "find a builder for arm64: no folder on the path has rustc and cargo"
    );
    folder
        .toolchain("rust", "1.95", &[INTEL])
        .program("lambda", "cargo-lambda", "echo 9");
    let text = why(folder.choose(&["rust", "lambda"], Architecture::Arm64));
    assert!(
        text.ends_with(&format!("rust/rustc` has no standard library for {ARM}")),
        "{text}"
    );
    folder
        .toolchain("broken", "1.95", &[ARM])
        .program("broken", "rustc", "echo no default toolchain >&2; exit 1");
    let text = why(folder.choose(&["broken"], Architecture::Arm64));
    assert!(
        text.ends_with("broken/rustc` does not work: no default toolchain"),
        "{text}"
    );
    folder.toolchain("both", "1.96", &[ARM, INTEL]);
    let text = why(folder.choose(&["both", "lambda"], Architecture::Arm64));
    assert!(
        text.ends_with(
            "cargo-lambda finds no zig, which links for it; cargo-zigbuild is not on the path; \
             cargo finds no cross compiler `aarch64-linux-gnu-gcc`"
        ),
        "{text}"
    );
    let error = folder.choose(&["both"], Architecture::Arm64).unwrap_err();
    let hints = error.hints().join("\n");
    for command in [
        "apt-get install rustc-web",
        "rustup target add aarch64",
        "pip install cargo-lambda",
    ] {
        assert!(hints.contains(command), "{hints}");
    }
}

#[test]
fn each_builder_is_called_so_that_it_downloads_nothing_and_knows_no_folder() {
    let folder = Folder::new("commands");
    folder.toolchain("rust", "1.2.3", &[ARM]).program("zig", "zig", "");
    folder
        .program("lambda", "cargo-lambda", "echo 9")
        .program("zigbuild", "cargo-zigbuild", "echo 8");
    folder.program("gcc", "aarch64-linux-gnu-gcc", "");
    let rest = "--locked --profile lambda --bin handler --target aarch64-unknown-linux-gnu";
    let manifest = "--manifest-path /work place/handler/Cargo.toml";
    let called = |bins: &[&str]| {
        line(
            &folder.choose(bins, Architecture::Arm64).unwrap(),
            Architecture::Arm64,
            &folder.tools(bins),
        )
    };
    let (lambda, environment) = called(&["rust", "zig", "lambda"]);
    assert_eq!(
        lambda,
        format!("lambda build --skip-target-check --lambda-dir /work place/target/lambda {rest}.2.34 {manifest}")
    );
    assert_eq!(environment.get("RUSTUP_AUTO_INSTALL").unwrap(), "0");
    assert_eq!(
        environment.get("CARGO_ENCODED_RUSTFLAGS").unwrap(),
        "--remap-path-prefix=/work place=/workspace\u{1f}\
         --remap-path-prefix=/home/somebody/.cargo=/cargo\u{1f}\
         --remap-path-prefix=/work place/target=/target"
    );
    assert!(!environment.contains_key(&linker_variable(ARM)), "zig links");
    assert_eq!(
        called(&["rust", "zig", "zigbuild"]).0,
        format!("zigbuild {rest}.2.34 {manifest}")
    );
    let (cargo, environment) = called(&["rust", "gcc"]);
    assert_eq!(cargo, format!("build {rest} {manifest}"));
    let gcc = folder.0.join("gcc/aarch64-linux-gnu-gcc").to_str().unwrap().to_owned();
    assert_eq!(
        environment.get("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"),
        Some(&gcc)
    );
    assert_eq!(environment.get("CC_aarch64_unknown_linux_gnu"), Some(&gcc));
    let chosen = folder.choose(&["rust", "gcc"], Architecture::Arm64).unwrap();
    let tools = folder.tools(&["rust", "gcc"]);
    assert_eq!(
        line_with(&chosen, Architecture::Arm64, &tools, Some("lambda,sns")).0,
        format!("build {rest} {manifest} --no-default-features --features lambda,sns")
    );
}
