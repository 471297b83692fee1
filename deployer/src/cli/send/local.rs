//! What the handler would send: its library, a key of this run, and no call.

use handler::compose::Composer;
use handler::decrypt::KeyArns;
use handler::event::PoolId;
use serde_json::json;

use super::shown::{self, Printed};
use super::{CliError, Context, Encryption, ExitStatus, SendArgs, Wanted};
use crate::simulate::{LocalKey, Preview, Stop, preview};
use crate::spec::Stack;

/// Asks the handler's library what it would send, or why it would not.
pub(in crate::cli) async fn previewed(stack: &Stack, wanted: &Wanted) -> Result<Result<Preview, Stop>, CliError> {
    // Which pool it is plays no part where one run encrypts and decrypts.
    let pool = PoolId::new(&format!("{}_EXAMPLE", stack.region))
        .ok_or_else(|| CliError::failed(format!("`{}` makes no id of a pool", stack.region)))?;
    let key = LocalKey::new(stack.region.as_str())?;
    let code = match wanted.secret() {
        Some(secret) => {
            let encryption = Encryption::for_pool(&pool)?;
            let data_key = key.generate(encryption.context())?;
            Some(encryption.seal(&secret, key.arn(), &data_key)?)
        }
        None => None,
    };
    let event = wanted.event(stack, &pool, code.as_ref());
    // Texts that cannot be read are findings of the file, and stop every command.
    let composer = Composer::new(&stack.messages, &stack.delivery.messages)
        .map_err(|_| CliError::failed(format!("the messages of {} cannot be read", stack.name)))?;
    let keys = KeyArns {
        current: key.arn().to_owned(),
        previous: None,
    };
    Ok(preview(&event, &stack.delivery, &composer, &keys, &key).await)
}

pub(super) async fn show(
    context: &Context,
    args: &SendArgs,
    stack: &Stack,
    wanted: &Wanted,
) -> Result<ExitStatus, CliError> {
    let result = previewed(stack, wanted).await?;
    let mut printed = Printed::new(stack, &wanted.source());
    let status = match &result {
        Ok(preview) => {
            printed.put("outcome", json!("would-send"));
            shown::preview(&mut printed, preview);
            ExitStatus::Done
        }
        Err(stop) => {
            printed.put("outcome", json!(if stop.refused { "refused" } else { "failed" }));
            printed.put("error", json!(stop.code));
            printed.put("reason", json!(stop.to_string()));
            ExitStatus::Failed
        }
    };
    printed.note(if wanted.is_made_up(args) {
        "nothing was called and nothing was sent; the code is made up"
    } else {
        "nothing was called and nothing was sent"
    });
    shown::print(context, &[printed], args.format);
    Ok(status)
}
