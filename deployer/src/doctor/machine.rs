//! This machine: can it build the handler?

use super::Verdict;
use crate::asset::{AssetError, Ready};
use crate::spec::Architecture;

/// Whether something builds the handler for an architecture.
pub fn toolchain(architecture: Architecture, found: &Result<Ready, AssetError>) -> Verdict {
    let check = "toolchain";
    match found {
        Ok(Ready::Embedded) => {
            let found = format!("the handler for {} came with the deployer", architecture.name());
            Verdict::ok(check, found)
        }
        Ok(Ready::Compiled { builder, compiler }) => {
            let found = format!("{builder} builds for {} ({compiler})", architecture.target());
            Verdict::ok(check, found)
        }
        // A zip that is in the bucket already needs no builder, so a deployment may still go through.
        Err(error) => {
            let next = error.hints().join("; ");
            Verdict::warn(
                check,
                format!("cannot {error}, unless the bucket has the zip already"),
                next,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::Builder;
    use crate::doctor::Level;

    #[test]
    fn a_builder_is_named_and_a_missing_one_comes_with_what_installs_it() {
        let ready = Ready::Compiled {
            builder: Builder::Cargo,
            compiler: "rustc 1.95.0".to_owned(),
        };
        let embedded = toolchain(Architecture::X86_64, &Ok(Ready::Embedded));
        assert_eq!(embedded.found, "the handler for x86_64 came with the deployer");
        let good = toolchain(Architecture::Arm64, &Ok(ready));
        assert_eq!(good.found, "cargo builds for aarch64-unknown-linux-gnu (rustc 1.95.0)");
        let missing = AssetError::NoBuilder {
            architecture: Architecture::Arm64,
            tried: vec!["cargo-lambda is not on the path".to_owned()],
        };
        let bad = toolchain(Architecture::Arm64, &Err(missing));
        assert_eq!(bad.level, Level::Warn);
        assert!(bad.found.contains("cargo-lambda is not on the path"), "{bad:?}");
        assert!(bad.next.is_some_and(|next| next.contains("rustup target add")));
    }
}
