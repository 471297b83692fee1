//! `deployer schema`

use super::context::Context;
use super::exit::ExitStatus;
use crate::spec::schema_text;

pub(super) fn run(context: &Context) -> ExitStatus {
    context.out.json(&schema_text());
    ExitStatus::Done
}
