//! Whether an asset could be built here; nothing is.

use super::builder::choose;
use super::{Asset, AssetError, Builder, Origin, Tools};

/// How an asset's executable would come to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// It came with the deployer.
    Embedded,
    /// It would be compiled.
    Compiled {
        /// By this builder.
        builder: Builder,
        /// With this compiler, as it names itself.
        compiler: String,
    },
}

/// Says what would build an asset, or what was tried and how to install a builder.
pub fn ready(asset: &Asset, tools: &Tools) -> Result<Ready, AssetError> {
    let architecture = asset.architecture;
    match &asset.origin {
        Origin::Embedded(_) => Ok(Ready::Embedded),
        Origin::Sources { root, .. } => {
            let chosen =
                choose(tools, architecture, root).map_err(|tried| AssetError::NoBuilder { architecture, tried })?;
            Ok(Ready::Compiled {
                builder: chosen.builder,
                compiler: chosen.toolchain().to_owned(),
            })
        }
    }
}
