//! The zips of many stacks: each is made once, one after the other, since compilers use the whole machine.

use std::collections::BTreeMap;

use super::{Fate, Many, Stage};
use crate::asset::Sha256;
use crate::cli::context::Context;
use crate::cli::deploy::code::{Code, needed, obtain};
use crate::cli::deploy::{Asks, Planned};
use crate::cli::error::CliError;
use crate::plan::Plan;

impl Many<'_> {
    /// Finds or builds the zip of each stack whose code changes.
    pub(super) async fn codes(&self, context: &Context, stages: &mut [Stage]) {
        let mut zips = Zips::default();
        for (stage, wanted) in stages.iter_mut().zip(self.deployments) {
            let Some((planned, asset)) = stage.changing(|plan| needed(wanted, plan)) else {
                continue;
            };
            if context.is_interrupted().await {
                return;
            }
            let deployed = planned.observed.deployed.as_ref();
            let code = if let Some(known) = zips.known(asset.digest, asset.binary_digest) {
                known
            } else {
                let made = Box::pin(obtain(context, wanted, asset, deployed)).await;
                zips.keep(asset.digest, asset.binary_digest, made)
            };
            match code {
                Ok(code) => planned.code = code,
                Err(error) if error.is_interrupt() => return,
                Err(error) => *stage = Stage::Over(Fate::Ended(error)),
            }
        }
    }
}

impl Stage {
    /// A plan that changes something, with what `needs` says that it needs.
    fn changing<T>(&mut self, needs: impl FnOnce(&Plan) -> Option<T>) -> Option<(&mut Planned, T)> {
        match self {
            Self::Planned(planned) if planned.asks() == Asks::Change => {
                let needed = needs(&planned.observed.plan)?;
                Some((planned, needed))
            }
            Self::Planned(_) | Self::HalfWay(_) | Self::Over(_) => None,
        }
    }
}

/// What was made in this run, by the digest of its inputs; and which executables failed.
#[derive(Default)]
struct Zips {
    made: BTreeMap<Sha256, Code>,
    failed: BTreeMap<Sha256, CliError>,
}

impl Zips {
    /// Returns a zip that was made. Where an executable failed, every zip of it fails for the same reason.
    fn known(&self, zip: Sha256, executable: Sha256) -> Option<Result<Code, CliError>> {
        let made = self.made.get(&zip).cloned().map(Ok);
        made.or_else(|| self.failed.get(&executable).cloned().map(Err))
    }

    fn keep(&mut self, zip: Sha256, executable: Sha256, made: Result<Code, CliError>) -> Result<Code, CliError> {
        match &made {
            Ok(code) => _ = self.made.insert(zip, code.clone()),
            Err(error) if error.is_interrupt() => {}
            Err(error) => _ = self.failed.insert(executable, error.clone()),
        }
        made
    }
}
