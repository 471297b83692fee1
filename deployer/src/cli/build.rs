//! `deployer build`
//!
//! As JSON, version 1: an array with an object a zip: `version`, `stack`, `region`, `handler` (the digest of the
//! zip's inputs), `architecture`, `zip_bytes`, `binary_bytes`, `sha256` (base64, as Lambda and S3 write it).
//! Members are only ever added.

use std::fs;

use serde_json::{Value, json};

use super::args::{BuildArgs, Builder, Format};
use super::context::Context;
use super::declared::{Warnings, declare};
use super::error::CliError;
use super::exit::ExitStatus;
use super::progress::meanwhile;
use crate::asset::{self, Asset, Built, Origin, Tools};
use crate::files;

pub(super) fn run(context: &Context, args: &BuildArgs) -> Result<ExitStatus, CliError> {
    let tools = tools(&args.builder)?;
    let mut documents = Vec::new();
    for declared in declare(context, &args.paths, Warnings::Counted)? {
        let Some(asset) = &declared.asset else {
            context.out.talk(&format!(
                "{}: no trigger uses the handler, so there is nothing to build",
                declared.heading()
            ));
            continue;
        };
        let built = build(context, asset, &tools)?;
        if let Some(folder) = &args.out {
            let path = folder.join(format!("{}.zip", declared.stack.name));
            fs::create_dir_all(folder)
                .and_then(|()| files::replace(&path, &built.zip))
                .map_err(|error| CliError::failed(format!("cannot write `{}`: {error}", path.display())))?;
        }
        let (stack, digest) = (&declared.stack, asset.digest);
        let (architecture, sha256) = (asset.architecture.name(), built.sha256.base64());
        let (zip, binary) = (built.zip.len(), built.binary_size);
        match args.format {
            Format::Text => context.out.data(&format!(
                "{}: {digest} {architecture} zip {zip} bytes, binary {binary} bytes, sha256 {sha256}\n",
                stack.name
            )),
            Format::Json => documents.push(json!({
                "version": 1,
                "stack": stack.name.as_str(),
                "region": stack.region.as_str(),
                "handler": digest.to_string(),
                "architecture": architecture,
                "zip_bytes": zip,
                "binary_bytes": binary,
                "sha256": sha256,
            })),
        }
    }
    if args.format == Format::Json {
        context.out.json(&format!("{:#}\n", Value::Array(documents)));
    }
    Ok(ExitStatus::Done)
}

/// Takes the environment that builders start from.
pub(super) fn tools(args: &Builder) -> Result<Tools, CliError> {
    let mut tools = Tools::from_environment(std::env::vars_os());
    if let Some(name) = &args.builder {
        let builder = asset::Builder::from_name(name);
        tools.builder = Some(builder.ok_or_else(|| {
            CliError::usage(format!("there is no builder `{name}`")).hint("cargo-lambda, cargo-zigbuild or cargo")
        })?);
    }
    Ok(tools)
}

/// Returns the zip of these inputs where no compiler has to run for it: it was built before, or its executable came with
/// the deployer.
pub(super) fn known(asset: &Asset, tools: &Tools) -> Result<Option<Built>, CliError> {
    match asset.origin {
        Origin::Sources { .. } => Ok(asset::cached(asset, tools)),
        Origin::Embedded(_) => Ok(Some(asset::build(asset, tools, &mut |_| {})?)),
    }
}

/// Returns the zip of these inputs: the one that was built before, or a new one.
pub(super) fn build(context: &Context, asset: &Asset, tools: &Tools) -> Result<Built, CliError> {
    if let Some(built) = asset::cached(asset, tools) {
        return Ok(built);
    }
    let doing = match asset.origin {
        Origin::Sources { .. } => "building",
        Origin::Embedded(_) => "zipping",
    };
    let what = format!("{doing} the handler for {}", asset.architecture.name());
    Ok(meanwhile(context, &what, |say| asset::build(asset, tools, say))?)
}
