//! Building, and finding again what was built.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use deployer::asset::{self, Asset, AssetError, Builder, Built, Embedded, Identifier, Tools};
use deployer::finding::{Code, Source};
use deployer::spec::Architecture;
use handler::delivery::Delivery;
use handler::provider::{Provider, Sns};

use super::{folder, stack, workspace, write};

fn host() -> Architecture {
    if cfg!(target_arch = "aarch64") {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    }
}

/// The tools of the process that runs the tests, building into `target`.
fn tools(target: &Path) -> Tools {
    let mut tools = Tools::from_environment(std::env::vars_os());
    tools
        .environment
        .insert("CARGO_TARGET_DIR".into(), target.as_os_str().to_owned());
    tools.environment.insert("CARGO_NET_OFFLINE".into(), "true".into());
    tools
        .environment
        .insert("AWS_SECRET_ACCESS_KEY".into(), OsString::from("a secret"));
    // Whatever else is installed, the same builder everywhere.
    tools.builder = Some(Builder::Cargo);
    tools
}

fn built(handler: &Path, tools: &Tools, architecture: Architecture) -> (Asset, Built) {
    let asset = asset::identify(&stack(Some(handler.to_owned()), architecture)).unwrap();
    let mut talk = Vec::new();
    let built = asset::build(&asset, tools, &mut |line| talk.push(line.to_owned()));
    (
        asset,
        built.unwrap_or_else(|error| panic!("{error}\n{}", talk.join("\n"))),
    )
}

#[test]
#[cfg(target_os = "linux")]
fn two_builds_in_two_folders_give_the_same_bytes() {
    let root = folder("builds");
    let here = workspace(&root.join("here"));
    let there = workspace(&root.join("there/and/deeper"));
    let (first_tools, second_tools) = (tools(&root.join("target here")), tools(&there.join("../target")));
    let (asset, first) = built(&here, &first_tools, host());
    let (other, second) = built(&there, &second_tools, host());
    assert_eq!(asset.digest, other.digest);
    assert_eq!(first, second);
    assert!(
        first.toolchain.starts_with("rustc ") && first.builder.starts_with("cargo "),
        "{first:?}"
    );
    asset::gate(&first.zip, host()).unwrap();
    let binary = fs::read(root.join("target here").join(host().target()).join("lambda/handler")).unwrap();
    assert_eq!(binary.len() as u64, first.binary_size);
    let text = String::from_utf8_lossy(&binary);
    assert!(
        !text.contains(root.to_str().unwrap()),
        "a folder of this machine is in the binary"
    );
    assert!(
        text.contains("/target/"),
        "the mapped name of the generated file is in the binary"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_built_is_found_again_unless_it_is_damaged() {
    let root = folder("store");
    let handler = workspace(&root);
    let tools = tools(&root.join("target"));
    let identity = identify_for_host(&handler, Delivery::default());
    assert_eq!(asset::cached(&identity, &tools), None);
    let (identity, built) = built(&handler, &tools, host());
    assert_eq!(asset::cached(&identity, &tools).as_ref(), Some(&built));

    let store = root.join("target/deployer");
    let zip = store.join(format!("{}.zip", identity.digest));
    let binary = store.join(format!("{}.bootstrap", identity.binary_digest));
    assert_eq!(fs::read(&zip).unwrap(), built.zip);
    // A damaged zip is made again from the binary.
    let half = &built.zip[..built.zip.len() / 2];
    for damage in [half, b""] {
        fs::write(&zip, damage).unwrap();
        assert_eq!(asset::cached(&identity, &tools).as_ref(), Some(&built));
        assert_eq!(fs::read(&zip).unwrap(), built.zip);
    }
    // Another delivery configuration is another zip of the same binary: nothing is compiled.
    let mut delivery = Delivery::default();
    delivery
        .providers
        .insert("sns".to_owned(), Provider::Sns(Sns::default()));
    let other = identify_for_host(&handler, delivery);
    let zipped = asset::cached(&other, &tools).unwrap();
    assert_ne!(zipped.sha256, built.sha256);
    assert_eq!(
        (zipped.binary_size, &zipped.toolchain),
        (built.binary_size, &built.toolchain)
    );
    // Where both are damaged, nothing is there.
    fs::write(&zip, half).unwrap();
    let mut bytes = fs::read(&binary).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&binary, bytes).unwrap();
    assert_eq!(asset::cached(&identity, &tools), None);
    let left: Vec<_> = fs::read_dir(&store)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter().all(|name| !name.to_str().unwrap().starts_with('.')),
        "{left:?}"
    );
}

fn identify_for_host(handler: &Path, delivery: Delivery) -> Asset {
    let mut stack = stack(Some(handler.to_owned()), host());
    stack.delivery = delivery;
    asset::identify(&stack).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_failed_build_repeats_the_compiler_s_last_words() {
    let root = folder("failure");
    let handler = workspace(&root);
    write(
        &handler.join("src/main.rs"),
        "fn main() { let code: u32 = \"six digits\"; }\n",
    );
    let identity = identify_for_host(&handler, Delivery::default());
    let mut talk = Vec::new();
    let error = asset::build(&identity, &tools(&root.join("target")), &mut |line| {
        talk.push(line.to_owned());
    })
    .unwrap_err();
    let AssetError::Build { tail, .. } = &error else {
        panic!("{error}")
    };
    assert!(tail.contains("E0308") && tail.contains("src/main.rs"), "{tail}");
    assert!(talk.iter().any(|line| line.contains("Compiling handler")), "{talk:?}");
    assert!(
        !root
            .join("target/deployer")
            .join(format!("{}.zip", identity.digest))
            .exists()
    );
}

#[test]
#[cfg(target_os = "linux")]
fn sources_that_change_during_a_build_are_noticed() {
    let root = folder("race");
    let handler = workspace(&root);
    let identity = identify_for_host(&handler, Delivery::default());
    let mut edit = |_: &str| write(&handler.join("src/late.rs"), "// Saved while the compiler ran.");
    let error = asset::build(&identity, &tools(&root.join("target")), &mut edit).unwrap_err();
    assert!(matches!(error, AssetError::Changed), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_came_with_the_deployer_is_zipped_by_no_program_and_behind_the_gate() {
    let root = folder("embedded");
    let (_, compiled) = built(&workspace(&root), &tools(&root.join("target")), host());
    let target = root.join("target").join(host().target()).join("lambda/handler");
    let executable: &'static [u8] = fs::read(target).unwrap().leak();
    let other = match host() {
        Architecture::Arm64 => Architecture::X86_64,
        Architecture::X86_64 => Architecture::Arm64,
    };
    // Nothing is installed, and nothing is kept: this folder stays empty.
    let alone = folder("embedded-alone");
    let of = |architecture| {
        let mut stack = stack(None, architecture);
        stack.source = Source::new(alone.join("acme.yaml"), "");
        let everywhere = Embedded::new(Some(executable), Some(executable));
        let asset = Identifier::with(everywhere).identify(&stack).unwrap();
        assert_eq!(asset::cached(&asset, &Tools::default()), None);
        asset::build(&asset, &Tools::default(), &mut |line| panic!("{line}"))
    };
    let zipped = of(host()).unwrap();
    assert_eq!(
        zipped.zip, compiled.zip,
        "the same files are the same zip, whoever compiled them"
    );
    assert_eq!(zipped.binary_size, compiled.binary_size);
    assert_eq!(fs::read_dir(&alone).unwrap().count(), 0);

    let error = of(other).unwrap_err();
    assert!(
        matches!(&error, AssetError::Refused(refused) if refused[0].code() == Code::AssetMachine),
        "{error}"
    );
}
