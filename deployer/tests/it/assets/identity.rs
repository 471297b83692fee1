//! What counts in an asset's identity, and what does not.

use std::fs;
use std::path::Path;

use deployer::asset::{self, Asset, AssetError, Embedded, Identifier, Origin, Sha256};
use deployer::finding::{Code, Place, Source};
use deployer::spec::{Architecture, ProviderTypes};
use handler::provider::{Provider, Sns};

use super::{folder, stack, workspace, write};

fn identify(handler: &Path) -> Asset {
    asset::identify(&stack(Some(handler.to_owned()), Architecture::Arm64)).unwrap()
}

#[test]
fn every_input_counts_and_nothing_else() {
    let root = folder("identity");
    let handler = workspace(&root);
    write(
        &root.join("Cargo.lock"),
        "version = 4\n\n[[package]]\nname = \"clap\"\nversion = \"4.0.0\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"deployer\"\n\
         version = \"0.1.0\"\ndependencies = [\n \"clap\",\n]\n\n[[package]]\nname = \"handler\"\nversion = \"0.1.0\"\n\
         dependencies = [\n \"serde\",\n]\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\
         checksum = \"abc\"\n",
    );
    let first = identify(&handler);
    let zip = Sha256::of(b"a zip");
    assert_eq!(first.key(zip), format!("handler/{}/{zip}.zip", first.digest));
    let origin = Origin::Sources {
        folder: handler.clone(),
        root: root.clone(),
        features: None,
    };
    assert_eq!(first.origin, origin);

    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    for (beside, text) in [
        ("handler/tests/decrypt.rs", "a test"),
        ("handler/benches/cold.rs", "a benchmark"),
        ("handler/examples/event.rs", "an example"),
        ("handler/fuzz/fuzz_targets/message.rs", "a fuzz target"),
        ("handler/target/debug/handler", "what was built"),
        ("handler/.editorconfig", "hidden"),
        ("deployer/src/main.rs", "another crate"),
        ("README.md", "prose"),
        ("Cargo.lock", &lock.replace("4.0.0", "4.0.1")),
    ] {
        write(&root.join(beside), text);
        assert_eq!(identify(&handler), first, "{beside}");
    }

    let mut last = first.digest;
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (input, text) in [
        ("handler/src/main.rs", "fn main() {}"),
        ("handler/src/texts/en.txt", ""),
        ("handler/src/tests/mod.rs", "a module may have that name"),
        ("handler/assets/countries.csv", "US"),
        ("handler/build.rs", "fn main() {}"),
        ("handler/Cargo.toml", "[package]\nname = \"handler\"\n\n[features]\n"),
        ("Cargo.toml", &manifest.replace("fat", "thin")),
        (".cargo/config.toml", "[net]\n"),
        ("handler/.cargo/config.toml", "[net]\n"),
        ("Cargo.lock", &lock.replace("\"abc\"", "\"def\"")),
    ] {
        write(&root.join(input), text);
        let next = identify(&handler);
        assert_ne!(next.digest, last, "{input}");
        assert_ne!(next.binary_digest, first.binary_digest, "{input}");
        last = next.digest;
    }

    let other_machine = asset::identify(&stack(Some(handler.clone()), Architecture::X86_64)).unwrap();
    assert_ne!(other_machine.binary_digest, identify(&handler).binary_digest);
    let mut configured = stack(Some(handler.clone()), Architecture::Arm64);
    configured
        .delivery
        .providers
        .insert("sns".to_owned(), Provider::Sns(Sns::default()));
    let text = |text: &str| ("en/default.sms.txt".to_owned(), text.to_owned());
    let mut digests = vec![last];
    for messages in [None, Some(text("{{ code }}")), Some(text("Code: {{ code }}"))] {
        configured.messages = messages.into_iter().collect();
        let configured = asset::identify(&configured).unwrap();
        assert!(!digests.contains(&configured.digest), "{digests:?}");
        assert_eq!(
            configured.binary_digest,
            identify(&handler).binary_digest,
            "neither the delivery configuration nor a text is compiled in"
        );
        digests.push(configured.digest);
    }
}

#[test]
fn a_choice_of_provider_types_is_another_build() {
    let handler = workspace(&folder("identity-types"));
    let of = |names: &[&'static str]| {
        let mut stack = stack(Some(handler.clone()), Architecture::Arm64);
        stack.function.provider_types = Some(types(names));
        asset::identify(&stack).unwrap()
    };
    let features = |asset: &Asset| match &asset.origin {
        Origin::Sources { features, .. } => features.clone(),
        Origin::Embedded(_) => None,
    };
    let (all, none, two) = (identify(&handler), of(&[]), of(&["twilio", "sns"]));
    assert_eq!(features(&all), None);
    assert_eq!(features(&none).as_deref(), Some("lambda"));
    assert_eq!(features(&two).as_deref(), Some("lambda,sns,twilio"));
    assert_eq!(two, of(&["sns", "twilio"]), "in whichever order");
    assert!(all.binary_digest != none.binary_digest && none.binary_digest != two.binary_digest);
}

fn types(names: &[&'static str]) -> ProviderTypes {
    ProviderTypes {
        names: names.iter().copied().collect(),
        place: Place {
            source: Source::new("stacks/acme.yaml", ""),
            span: 0..0,
        },
    }
}

#[test]
fn an_identity_is_the_same_in_every_folder() {
    let here = workspace(&folder("identity-here"));
    let there = workspace(&folder("identity-there/and/deeper"));
    let (here, there) = (identify(&here), identify(&there));
    assert_eq!((here.digest, here.binary_digest), (there.digest, there.binary_digest));
}

#[test]
fn shared_sources_are_read_once() {
    let handler = workspace(&folder("identity-shared"));
    let mut identifier = Identifier::default();
    let shared = stack(Some(handler.clone()), Architecture::Arm64);
    let first = identifier.identify(&shared).unwrap();
    fs::remove_dir_all(&handler).unwrap();
    assert_eq!(identifier.identify(&shared).unwrap(), first);
    assert!(matches!(asset::identify(&shared), Err(AssetError::NotACrate { .. })));
}

#[test]
fn without_a_source_the_handler_beside_the_stacks_is_taken() {
    let root = folder("identity-beside");
    let handler = workspace(&root);
    let mut beside = stack(None, Architecture::Arm64);
    beside.source = Source::new(root.join("stacks/acme.yaml"), "");
    // As in a fresh clone, the folder of the stack file exists.
    fs::create_dir(root.join("stacks")).unwrap();
    // What lies there counts more than what came with the deployer.
    let mut equipped = Identifier::with(BROUGHT);
    assert_eq!(equipped.identify(&beside).unwrap(), identify(&handler));
    fs::remove_file(handler.join("Cargo.toml")).unwrap();
    let embedded = equipped.identify(&beside).unwrap();
    assert!(matches!(embedded.origin, Origin::Embedded(_)), "{embedded:?}");
    let error = Identifier::with(Embedded::NONE).identify(&beside).unwrap_err();
    let shown = format!("`{}` has no Cargo.toml", handler.display());
    assert!(error.to_string().contains(&shown), "{error}");
    let hints = error.hints().join("\n");
    assert!(
        hints.contains("set `function.source`") && hints.contains("--features embedded"),
        "{hints}"
    );
}

/// What a deployer brings that was built where the other architecture could not be.
const BROUGHT: Embedded = Embedded::new(Some(b"for arm64"), None);

#[test]
fn what_came_with_the_deployer_is_identified_by_its_bytes() {
    let alone = folder("identity-embedded");
    let mut stack = stack(None, Architecture::Arm64);
    stack.source = Source::new(alone.join("stacks/acme.yaml"), "");
    fs::create_dir(alone.join("stacks")).unwrap();
    let of = |embedded, stack: &_| Identifier::with(embedded).identify(stack);
    let first = of(BROUGHT, &stack).unwrap();
    assert_eq!(first, of(BROUGHT, &stack).unwrap());
    let zip = Sha256::of(b"a zip");
    assert_eq!(first.key(zip), format!("handler/{}/{zip}.zip", first.digest));

    // Another executable, another machine, another configuration: each is another zip.
    let both = Embedded::new(Some(b"for arm64, mended"), Some(b"for arm64"));
    let mended = of(both, &stack).unwrap();
    stack.function.architecture = Architecture::X86_64;
    let other_machine = of(both, &stack).unwrap();
    let mut digests = vec![first.binary_digest, mended.binary_digest, other_machine.binary_digest];
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 3);
    stack
        .delivery
        .providers
        .insert("sns".to_owned(), Provider::Sns(Sns::default()));
    let configured = of(both, &stack).unwrap();
    assert_eq!(configured.binary_digest, other_machine.binary_digest);
    assert_ne!(configured.digest, other_machine.digest);

    // What is compiled already has every type of provider.
    assert_eq!(configured.not_compiled(&stack), None);
    stack.function.provider_types = Some(types(&["sns"]));
    let finding = configured.not_compiled(&stack).unwrap();
    assert_eq!(finding.code, Code::HandlerNotCompiled);
    assert!(finding.place.is_some());
    let handler = workspace(&folder("identity-compiled"));
    let finding = identify(&handler).not_compiled(&stack).unwrap();
    assert!(finding.message.contains("the feature `lambda`"), "{}", finding.message);
    let manifest = handler.join("Cargo.toml");
    let features = fs::read_to_string(&manifest).unwrap() + "\n[features]\nlambda = []\nsns = []\n";
    fs::write(&manifest, features).unwrap();
    assert_eq!(identify(&handler).not_compiled(&stack), None);
    stack.function.provider_types = None;

    // No handler for the machine is said before anything is done, with the one that there is.
    let error = of(BROUGHT, &stack).unwrap_err();
    assert!(error.to_string().contains("a handler for x86_64"), "{error}");
    assert!(
        error.hints().join("\n").contains("`function.architecture` to arm64"),
        "{error:?}"
    );
}

#[test]
fn sources_that_cannot_be_identified_say_why() {
    let root = folder("identity-errors");
    let handler = workspace(&root);
    let failure = |handler: &Path| {
        let error = asset::identify(&stack(Some(handler.to_owned()), Architecture::Arm64)).unwrap_err();
        assert!(!error.hints().is_empty(), "{error}");
        error
    };
    assert!(matches!(failure(&root.join("nowhere")), AssetError::NotACrate { .. }));
    write(
        &root.join("Cargo.lock"),
        "version = 4\n\n[[package]]\nname = \"handler\"\nversion = \"0.1.0\"\ndependencies = [\n \"sibling\",\n]\n\n\
         [[package]]\nname = \"sibling\"\nversion = \"0.1.0\"\n",
    );
    assert!(matches!(failure(&handler), AssetError::PathDependency { package } if package == "sibling"));
    #[cfg(unix)]
    {
        let link = handler.join("src/elsewhere");
        std::os::unix::fs::symlink(&root, &link).unwrap();
        assert!(matches!(failure(&handler), AssetError::LinkedFolder { path } if path == link));
    }
    // No folder above a system's temporary files has a lock file.
    let alone = std::env::temp_dir().join(format!("deployer-alone-{}", std::process::id()));
    write(&alone.join("Cargo.toml"), "[package]\nname = \"handler\"\n");
    let error = failure(&alone);
    fs::remove_dir_all(&alone).unwrap();
    assert!(matches!(error, AssetError::NoLock { .. }), "{error}");
}
