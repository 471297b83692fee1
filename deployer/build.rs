//! With the feature `embedded`, puts a handler for each architecture into the deployer; without it, does nothing.
//!
//! `DEPLOYER_HANDLER_ARM64` and `DEPLOYER_HANDLER_X86_64` each name an executable, by a path from the root, or say
//! `none`. Where one is not set, the handler beside this crate is compiled, in a target folder of its own and by the
//! modules that `deployer build` uses, so that the bytes are those of any other machine.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

#[path = "src/spec/architecture.rs"]
#[expect(unreachable_pub, reason = "it is a part of the library")]
mod architecture;
#[path = "src/asset/builder.rs"]
#[expect(unreachable_pub, dead_code, reason = "it is a part of the library")]
mod builder;
#[path = "src/asset/toolchain.rs"]
mod toolchain;
#[path = "src/asset/tools.rs"]
#[expect(unreachable_pub, dead_code, reason = "it is a part of the library")]
mod tools;

/// Where the library has the architecture.
mod spec {
    pub(crate) use super::architecture::Architecture;
}

use architecture::Architecture;
use builder::{Builder, Job};
use tools::Tools;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_none() {
        return;
    }
    if let Err(why) = embed() {
        for line in why.lines() {
            println!("cargo::error={line}");
        }
    }
}

/// Writes the expression that `asset::Embedded::HERE` is.
fn embed() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?);
    let mut arguments = Vec::new();
    for architecture in [Architecture::Arm64, Architecture::X86_64] {
        let variable = format!("DEPLOYER_HANDLER_{}", architecture.name().to_uppercase());
        println!("cargo::rerun-if-env-changed={variable}");
        let file = match env::var_os(&variable) {
            Some(none) if none == "none" => {
                arguments.push("None".to_owned());
                continue;
            }
            Some(file) if Path::new(&file).is_absolute() => {
                println!("cargo::rerun-if-changed={}", file.display());
                PathBuf::from(file)
            }
            Some(file) => {
                return Err(format!(
                    "{variable} is `{}`, which is no path from the root",
                    file.display()
                ));
            }
            None => compile(architecture, &variable, &out)?,
        };
        let name = format!("handler-{}", architecture.name());
        fs::copy(&file, out.join(&name)).map_err(|error| format!("failed to copy `{}`: {error}", file.display()))?;
        arguments.push(format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")))"));
    }
    let expression = format!("Embedded::new({})\n", arguments.join(", "));
    fs::write(out.join("embedded.rs"), expression).map_err(|error| format!("failed to write: {error}"))
}

/// Compiles the handler beside this crate and returns where it lies.
fn compile(architecture: Architecture, variable: &str, out: &Path) -> Result<PathBuf, String> {
    let (folder, root) = sources().map_err(|error| {
        format!(
            "failed to find the handler beside the deployer: {error}\nlet {variable} name an executable, or say `none`"
        )
    })?;
    let inputs = ["Cargo.toml", "Cargo.lock", "handler/Cargo.toml", "handler/src"];
    for input in inputs {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let target = out.join("handlers");
    let job = Job {
        architecture,
        folder: &folder,
        root: &root,
        target: &target,
        // A deployer serves stacks that nobody knows yet, so what it brings has every provider.
        features: None,
    };
    let tools = Tools::from_environment(env::vars_os().filter(|(name, _)| !is_of_this_build(name)));
    let chosen = builder::choose(&tools, architecture, &root).map_err(|tried| {
        let hints = builder::install_hints(architecture).join("\n");
        format!(
            "failed to find a builder for {}: {}\n{hints}\nor leave it out: {variable}=none",
            architecture.name(),
            tried.join("; ")
        )
    })?;
    let status = chosen.command(&job, &tools).stdout(Stdio::null()).status();
    let status = status.map_err(|error| format!("failed to run {}: {error}", chosen.builder))?;
    if !status.success() {
        return Err(format!(
            "failed to build the handler for {}: {status}",
            architecture.name()
        ));
    }
    Ok(chosen.executable(&job))
}

/// Returns the handler's folder and the workspace's.
fn sources() -> io::Result<(PathBuf, PathBuf)> {
    let deployer = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let folder = fs::canonicalize(Path::new(&deployer).join("../handler"))?;
    let root = fs::canonicalize(Path::new(&deployer).join(".."))?;
    Ok((folder, root))
}

/// Whether cargo tells a variable to this script alone: the handler's build has its own.
fn is_of_this_build(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let about_the_package = ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "DEP_"];
    // The libraries are those of another toolchain, where the other machine's comes from elsewhere.
    let about_the_build = [
        "DEBUG",
        "HOST",
        "LD_LIBRARY_PATH",
        "NUM_JOBS",
        "OPT_LEVEL",
        "OUT_DIR",
        "PROFILE",
        "TARGET",
    ];
    about_the_package.iter().any(|start| name.starts_with(start))
        || about_the_build.contains(&name)
        || matches!(name, "RUSTC_LINKER" | "RUSTC_WORKSPACE_WRAPPER")
}
