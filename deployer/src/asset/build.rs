//! Builds an asset: runs the builder, puts the gate in front of its result, zips, and keeps the zip.
//!
//! What came with the deployer needs no builder; the gate stands in front of it all the same.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use super::archive::pack;
use super::builder::{self, Chosen, Job};
use super::identity::binary_digest;
use super::source::Sources;
use super::store::{Report, Store};
use super::{Asset, AssetError, Built, Origin, Sha256, Tools, gate_elf};

/// How many of a failed builder's lines an error repeats.
const TAIL: usize = 30;

/// Builds `asset`, whether or not it was built before, and hands each line of the builder's talk to `say`.
///
/// An executable that came with the deployer is only zipped: no program runs, and nothing is kept.
pub fn build(asset: &Asset, tools: &Tools, say: &mut dyn FnMut(&str)) -> Result<Built, AssetError> {
    match &asset.origin {
        Origin::Sources { folder, root, features } => {
            let target = tools.target(root);
            let job = Job {
                architecture: asset.architecture,
                folder,
                root,
                target: &target,
                features: features.as_deref(),
            };
            compile(asset, &job, tools, say)
        }
        Origin::Embedded(executable) => {
            let zip = pack(asset, executable.bytes())?;
            Ok(Built {
                sha256: Sha256::of(&zip),
                zip,
                binary_size: executable.bytes().len() as u64,
                toolchain: String::new(),
                builder: String::new(),
            })
        }
    }
}

fn compile(asset: &Asset, job: &Job<'_>, tools: &Tools, say: &mut dyn FnMut(&str)) -> Result<Built, AssetError> {
    let architecture = asset.architecture;
    let chosen = builder::choose(tools, architecture, job.root)
        .map_err(|tried| AssetError::NoBuilder { architecture, tried })?;
    let store = Store::create(job.target)?;
    // Two deployers that share a target folder would otherwise read each other's binary.
    let lock_path = store.path("lock");
    let lock = File::create(&lock_path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| AssetError::Write {
            path: lock_path,
            source,
        })?;
    say(&format!(
        "Building `{}` for {} with {} ({})",
        job.folder.display(),
        architecture.name(),
        chosen.version,
        chosen.toolchain(),
    ));
    let path = chosen.executable(job);
    // What is there afterwards is then this run's.
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(AssetError::Write { path, source }),
        Ok(()) | Err(_) => {}
    }
    run(&mut chosen.command(job, tools), &chosen, say)?;
    let binary = fs::read(&path).map_err(|source| AssetError::Read { path, source })?;
    let after = binary_digest(&Sources::read(job.folder)?, architecture, job.features);
    if after != asset.binary_digest {
        return Err(AssetError::Changed);
    }
    let refused = gate_elf(&binary, architecture);
    if !refused.is_empty() {
        return Err(AssetError::Refused(refused));
    }
    let report = Report {
        binary_size: binary.len() as u64,
        toolchain: chosen.toolchain().to_owned(),
        builder: chosen.version.clone(),
    };
    let built = store.keep(asset, &binary, report)?;
    drop(lock);
    Ok(built)
}

fn run(command: &mut Command, chosen: &Chosen, say: &mut dyn FnMut(&str)) -> Result<(), AssetError> {
    let failed = |source| AssetError::Run {
        program: Path::new(chosen.builder.name()).to_owned(),
        source,
    };
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut tail = VecDeque::new();
    if let Some(talk) = child.stderr.take() {
        let talked = repeat(talk, &mut tail, say);
        if let Err(source) = talked {
            // Its exit status says more than a broken pipe.
            tail.push_back(format!("(its further words were lost: {source})"));
        }
    }
    let status = child.wait().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    let tail = Vec::from(tail).join("\n");
    Err(AssetError::Build {
        builder: chosen.builder,
        status: status.to_string(),
        tail,
    })
}

fn repeat(talk: impl Read, tail: &mut VecDeque<String>, say: &mut dyn FnMut(&str)) -> io::Result<()> {
    let mut talk = BufReader::new(talk);
    let mut line = Vec::new();
    while talk.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        say(text);
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(text.to_owned());
        line.clear();
    }
    Ok(())
}
