//! The zips of many stacks: each is looked for once a bucket and built once, one after the other, since compilers use
//! the whole machine.

use std::collections::BTreeMap;

use super::{Fate, Many, Stage};
use crate::apply::ApplyError;
use crate::asset::Sha256;
use crate::cli::context::Context;
use crate::cli::deploy::code::{Code, built, found, needed, not_found};
use crate::cli::deploy::{Asks, Planned};
use crate::cli::error::CliError;
use crate::cli::side_by_side::side_by_side;
use crate::plan::Plan;
use crate::spec::Region;

/// Where a zip is kept: Region, bucket and key.
type Place = (Region, String, String);

impl Many<'_> {
    /// Finds or builds the zip of each stack whose code changes.
    pub(super) async fn codes(&self, context: &Context, stages: &mut [Stage]) -> Result<(), CliError> {
        let found = self.found(context, stages).await?;
        let mut zips = Zips::default();
        for (stage, wanted) in stages.iter_mut().zip(self.deployments) {
            let Some((planned, asset)) = stage.changing(|plan| needed(wanted, plan)) else {
                continue;
            };
            let place = place(wanted.session.region(), &wanted.bucket.name, &asset.key);
            let code = match found.get(&place) {
                Some(Ok(Some(sha256))) => Ok(Code::Stored(sha256.clone())),
                // Somebody interrupted, which the run hears next.
                None => continue,
                Some(Err(error)) => Err(not_found(error.clone(), wanted)),
                Some(Ok(None)) => zips.get(asset.digest, asset.binary_digest, || built(context, wanted, asset)),
            };
            match code {
                Ok(code) => planned.code = code,
                Err(error) => *stage = Stage::Over(Fate::Ended(error)),
            }
        }
        Ok(())
    }

    /// Looks for every zip that is needed; those that nobody looked for, since somebody interrupted, are missing.
    async fn found(
        &self,
        context: &Context,
        stages: &mut [Stage],
    ) -> Result<BTreeMap<Place, Result<Option<String>, ApplyError>>, CliError> {
        let mut looks = BTreeMap::new();
        for (stage, wanted) in stages.iter_mut().zip(self.deployments) {
            if let Some((_, asset)) = stage.changing(|plan| needed(wanted, plan)) {
                let region = wanted.session.region();
                let place = place(region, &wanted.bucket.name, &asset.key);
                looks.insert(place, (region, (context.beside(wanted.name)?, wanted, asset)));
            }
        }
        let (places, items): (Vec<Place>, Vec<_>) = looks.into_iter().unzip();
        let look = |(context, wanted, asset): (Context, _, _)| async move {
            context.unless_interrupted(Box::pin(found(wanted, asset))).await
        };
        if items.is_empty() {
            return Ok(BTreeMap::new());
        }
        let answers = side_by_side(context, "looking for the code of", items, look).await;
        let answers = places.into_iter().zip(answers);
        Ok(answers
            .filter_map(|(place, answer)| Some((place, answer.ok()?)))
            .collect())
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

fn place(region: &Region, bucket: &str, key: &str) -> Place {
    (region.clone(), bucket.to_owned(), key.to_owned())
}

/// What was built in this run, by the digest of its inputs; and which executables failed.
#[derive(Default)]
struct Zips {
    built: BTreeMap<Sha256, Code>,
    failed: BTreeMap<Sha256, CliError>,
}

impl Zips {
    /// Builds a zip once. Where an executable failed, every zip of it fails for the same reason.
    fn get(
        &mut self,
        zip: Sha256,
        executable: Sha256,
        build: impl FnOnce() -> Result<Code, CliError>,
    ) -> Result<Code, CliError> {
        if let Some(code) = self.built.get(&zip) {
            return Ok(code.clone());
        }
        if let Some(error) = self.failed.get(&executable) {
            return Err(error.clone());
        }
        match build() {
            Ok(code) => {
                self.built.insert(zip, code.clone());
                Ok(code)
            }
            Err(error) => {
                self.failed.insert(executable, error.clone());
                Err(error)
            }
        }
    }
}
