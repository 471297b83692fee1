//! One change set that brings a template, beside those of a plan: what leaves a pool on the way to something else.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::apply::{self, Bucket, Parameters, Preparation};
use crate::aws::{ChangeSetKind, ChangeSetRequest, Session, Watch};
use crate::cli::context::{Context, Interrupted};
use crate::cli::error::{CliError, apply_error};
use crate::cli::next::Next;
use crate::cli::progress::{self, during};
use crate::cli::undone::{not_started, taken_back};
use crate::template::Template;

/// A template that a stack is to have.
pub(in crate::cli) struct Bring<'a> {
    pub(in crate::cli) session: &'a Session,
    pub(in crate::cli) bucket: &'a Bucket,
    pub(in crate::cli) stack: &'a str,
    pub(in crate::cli) template: &'a Value,
    /// The values of the template's parameters that the stack has.
    pub(in crate::cli) parameters: &'a BTreeMap<String, String>,
    /// Those that this sets.
    pub(in crate::cli) set: &'a BTreeMap<String, String>,
    pub(in crate::cli) tags: &'a BTreeMap<String, String>,
    pub(in crate::cli) role: Option<&'a str>,
    pub(in crate::cli) notify: &'a [String],
    /// What is watched meanwhile.
    pub(in crate::cli) watch: &'a Watch,
    pub(in crate::cli) next: &'a Next,
    /// The command that goes on where this ends early.
    pub(in crate::cli) again: &'a str,
    /// What it does, after "making the change set that".
    pub(in crate::cli) does: &'a str,
    /// Said when it begins.
    pub(in crate::cli) title: &'a str,
}

impl Bring<'_> {
    /// Makes the change set, executes it and follows it; nothing where CloudFormation sees no change.
    pub(in crate::cli) async fn carry_out(&self, context: &Context) -> Result<(), CliError> {
        let region = self.session.region();
        let template =
            Template::from_value(self.template.clone()).map_err(|error| CliError::failed(error.to_string()))?;
        let parameters = Parameters {
            set: self.set.clone(),
            deployed: self.parameters.clone(),
        };
        let parameters = parameters.of(&template);
        let template = template.to_json();
        let name = apply::name(&template, &parameters, self.tags);
        let request = ChangeSetRequest {
            stack: self.stack,
            name: &name,
            kind: ChangeSetKind::Update,
            import: None,
            template: &template,
            parameters: &parameters,
            tags: self.tags,
            role: self.role,
            notify: self.notify,
            watch: Some(self.watch),
        };
        let what = format!("making the change set that {}", self.does);
        let making = apply::prepare(self.session, self.bucket, &request);
        let made = match during(context, &what, making).await {
            Ok(made) => made.map_err(|error| apply_error(error, region).hint("nothing was changed")),
            Err(Interrupted) => Err(Interrupted.into()),
        };
        let prepared = match made {
            Ok(Preparation::Ready(prepared)) => prepared,
            Ok(Preparation::Nothing) => return Ok(()),
            Err(why) => {
                let withdrawn = apply::withdraw(self.session, self.bucket, &request).await;
                return Err(taken_back(why, withdrawn));
            }
        };
        context.out.talk(&format!("\n{}", self.title));
        let operation = match apply::execute(self.session, &prepared, false).await {
            Ok(operation) => operation,
            Err(error) => {
                let discarded = apply::discard(self.session, self.stack, &prepared.change_set.id, request.kind).await;
                return Err(not_started(error, region, discarded).hint(format!("go on from there: {}", self.again)));
            }
        };
        let resources = Some(prepared.changes.len());
        progress::complete(context, self.session, &operation, self.stack, resources, self.next).await
    }
}
