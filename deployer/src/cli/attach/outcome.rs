//! What came of a pool's update, in words.

use serde_json::Value;

use crate::apply::{AttachError, Shelf, Updated};
use crate::cli::context::Context;
use crate::cli::error::{CliError, apply_error};
use crate::cli::next::Next;
use crate::inert;
use crate::plan::{Edit, inline};

/// Says why a pool was not updated.
pub(in crate::cli) fn not_updated(error: AttachError, is_unsure: bool, shelf: Shelf<'_>, next: &Next) -> CliError {
    let same = "run the same command again: it starts from what is there then";
    match error {
        AttachError::Apply(error) => apply_error(error, shelf.session.region()).hint(same),
        AttachError::Refused(error) => {
            // A refusal is certain, a lost connection is not, and neither is a service that failed.
            let fate = if is_unsure {
                "whether it was updated is not known: the next run looks, and compares every setting"
            } else {
                "it is as it was"
            };
            CliError::from(error)
                .hint(format!("the pool {}: {fate}", shelf.pool))
                .hint(format!("then: {}", next.again))
        }
        AttachError::Gone => CliError::failed(format!("the pool {} is gone: somebody deleted it", shelf.pool)),
        AttachError::Unrecorded(_) => CliError::failed(error.to_string()).hint(same),
        AttachError::Changed(edits) => {
            let changed = CliError::stopped(format!(
                "somebody changed the pool {} since it was shown, so nothing of it was written",
                shelf.pool
            ));
            lines(&edits).into_iter().fold(changed, CliError::hint).hint(same)
        }
    }
}

/// A line for each setting that moved.
fn lines(edits: &[Edit]) -> Vec<String> {
    let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), inline);
    edits
        .iter()
        .map(|edit| {
            format!(
                "{}: {} → {}",
                edit.path.join("."),
                shown(edit.old.as_ref()),
                shown(edit.new.as_ref())
            )
        })
        .collect()
}

/// Says what came of an update; a setting that moved is an error.
pub(in crate::cli) fn say(context: &Context, shelf: Shelf<'_>, updated: &Updated, next: &Next) -> Result<(), CliError> {
    for member in &updated.written.left_out {
        context.out.talk(&format!(
            "Cognito said that {member} is read-only, so it was left out of the update: please report it"
        ));
    }
    if updated.agrees() {
        let done = match updated.written.tries {
            0 => "found its triggers as they are to be in the pool",
            _ => "updated the pool",
        };
        context.out.talk(&format!(
            "{done} {}: its other {} settings were compared, and all are as they were",
            shelf.pool, updated.compared
        ));
        return Ok(());
    }
    let mut said = vec![format!(
        "\nerror: the pool {} was updated, and is not as it has to be:",
        shelf.pool
    )];
    said.extend(
        lines(&updated.moved)
            .iter()
            .map(|line| format!("  moved: {}", inert::line(line))),
    );
    said.extend(
        updated
            .triggers
            .iter()
            .map(|difference| format!("  {}", inert::line(&difference.to_string()))),
    );
    if !updated.triggers.is_empty() {
        said.push(format!(
            "  next: stop whoever else writes its triggers, then: {}",
            next.again
        ));
    }
    if !updated.moved.is_empty() {
        said.push(format!("  next: {}", next.put_back));
    }
    Err(CliError::telling(said.join("\n")))
}
