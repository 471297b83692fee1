//! `deployer redrive`: the failed events of a stack's queue, listed, and those still worth it sent again.
//!
//! `hold` keeps messages from others while a run is at work, `checks` asks who put them there and whom they go to,
//! `list` says what is to become of each, `resend` does it,
//! `shown` prints. Of an event nothing is printed but its purpose, its channel, its age and the codes of its errors.

mod checks;
mod hold;
mod lifetimes;
mod list;
mod resend;
mod shown;

use std::time::Duration;

use tokio::time::Instant;

use super::args::{Format, RedriveArgs};
use super::context::Context;
use super::declared;
use super::deployed::Deployed;
use super::error::CliError;
use super::exit::ExitStatus;
use super::observe::Sessions;
use super::progress::during;
use crate::aws::Session;
use crate::redrive::{Examined, Origin, is_of_another_key};
use crate::spec::{LogLevel, Stack};
use checks::Users;
use hold::Hold;
use list::{Action, Item};

pub(super) async fn run(context: &Context, args: &RedriveArgs) -> Result<ExitStatus, CliError> {
    let stack = declared::stack(context, &args.path, "redrive")?;
    let named = std::iter::once((&stack.name, &stack.region, stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let session = sessions.of(&stack.region)?;
    let deployed = context.unless_interrupted(Deployed::read(session, &stack)).await??;
    let Some(queue) = &deployed.queue else {
        return Err(CliError::failed(format!(
            "{} has no queue: Cognito waits for its function, and hears of every failure itself",
            stack.name
        )));
    };
    let origin = context
        .unless_interrupted(checks::origin(context, session, &deployed))
        .await??;
    let mut hold = Hold::of(session, queue);
    let run = Run {
        context,
        args,
        stack: &stack,
        session,
        deployed: &deployed,
        origin: &origin,
        queue,
        began: Instant::now(),
    };
    let ended = run.work(&mut hold).await;
    // Whatever became of it: what is held here is for others again.
    match context.unless_interrupted(hold.release_all()).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) | Err(_) => context
            .out
            .talk("  warning what stays in the queue is seen again after five minutes only"),
    }
    ended
}

/// One run of the command.
struct Run<'a> {
    context: &'a Context,
    args: &'a RedriveArgs,
    stack: &'a Stack,
    session: &'a Session,
    deployed: &'a Deployed,
    origin: &'a Origin,
    queue: &'a str,
    began: Instant,
}

impl Run<'_> {
    /// Milliseconds since 1970: a run may take longer than a code lasts.
    fn now_ms(&self) -> i64 {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.context.milliseconds().saturating_add(passed)
    }

    async fn work(&self, hold: &mut Hold<'_>) -> Result<ExitStatus, CliError> {
        let (context, stack) = (self.context, self.stack);
        let untouched = || CliError::failed("interrupted; nothing was sent and nothing was dropped");
        let reading = async {
            let failed = hold.receive().await?;
            let examined: Vec<Examined> = failed.into_iter().map(|failed| self.origin.examine(failed)).collect();
            let judging = async {
                let (pool, tried) = (&self.deployed.pool, stack.function.asynchronous.max_event_age_s);
                let tried = Duration::from_secs(tried.into());
                let lifetimes = lifetimes::read(context, self.session, pool, tried, &examined).await;
                let mut users = Users::of(context, self.session, pool);
                users.judge(examined, &lifetimes, self.now_ms()).await
            };
            Ok::<_, CliError>(hold.during(judging).await?)
        };
        let read = during(context, "reading the queue", reading).await;
        let judged = read.map_err(|_| untouched())??;
        let mut items: Vec<Item> = judged.into_iter().map(|judged| Item::of(judged, self.args)).collect();
        let listed = shown::listed(stack, &items, self.now_ms());
        if self.args.format == Format::Text {
            context.out.page(&listed);
        }
        for line in shown::advice(&items) {
            context.out.talk(&line);
        }
        let to_do = items.iter().any(|item| item.action != Action::Leave);
        if self.args.dry_run || !to_do || (!self.args.yes && !context.interactive) {
            if to_do {
                let file = stack.source.path().display();
                let next = format!("  next: deployer redrive {file}{} --yes", self.words());
                context.out.talk(&next);
            }
            if !self.args.unchecked && items.iter().any(Item::is_unchecked) {
                let file = stack.source.path().display();
                let next = format!("  next: deployer redrive {file}{} --unchecked", self.words());
                context
                    .out
                    .talk(&format!("{next} # sends also what could not be checked"));
            }
            self.print_json(&items);
            return Ok(ExitStatus::Done);
        }
        self.tells_outcomes(&items)?;
        if !self.args.yes {
            if self.args.format == Format::Json {
                context.out.talk(listed.trim_end());
            }
            let question = context.ask("Send and drop them as listed? Only `yes` goes on:");
            let answer = hold.during(question).await.map_err(|_| untouched())?;
            if answer != "yes" {
                return Err(CliError::failed("nothing was sent and nothing was dropped"));
            }
        }
        let carried_out = self.carry_out(&mut items, hold).await;
        match self.args.format {
            Format::Text => context.out.page(&shown::done(stack, &items)),
            Format::Json => self.print_json(&items),
        }
        carried_out?;
        let failed = |item: &Item| item.became.as_ref().is_some_and(|became| became.error().is_some());
        if items.iter().any(failed) {
            let file = stack.source.path().display();
            let of_another_key = |item: &Item| {
                let code = item.became.as_ref().and_then(|became| became.error());
                code.is_some_and(is_of_another_key)
            };
            if items.iter().any(of_another_key) {
                context.out.talk(
                    "  next: where the key was swapped, name the one of before (key: {previous: ARN}), apply, and run this again",
                );
            }
            context
                .out
                .talk(&format!("  next: deployer logs {file} --outcome failed"));
            return Ok(ExitStatus::Failed);
        }
        Ok(ExitStatus::Done)
    }

    /// What becomes of a message is told by the handler's log, so nothing is sent by a function that keeps it.
    fn tells_outcomes(&self, items: &[Item]) -> Result<(), CliError> {
        let sends = items.iter().any(|item| item.action == Action::Send);
        match self.stack.function.log_level {
            LogLevel::Trace | LogLevel::Debug | LogLevel::Info => Ok(()),
            LogLevel::Warn | LogLevel::Error | LogLevel::Fatal if !sends => Ok(()),
            level @ (LogLevel::Warn | LogLevel::Error | LogLevel::Fatal) => Err(CliError::failed(format!(
                "the log level of the function is {}, by which it does not tell what was delivered; nothing was sent",
                level.name()
            ))
            .hint("write into the stack file: function: {log_level: INFO}, apply it, and run the same command again")),
        }
    }

    /// The words that a person has typed beside the file, for the same once more.
    fn words(&self) -> String {
        let mut words = String::new();
        for purpose in &self.args.only {
            words.push_str(" --only ");
            words.push_str(purpose.name());
        }
        for (said, word) in [
            (self.args.keep, " --keep"),
            (self.args.drop_unreadable, " --drop-unreadable"),
            (self.args.unchecked, " --unchecked"),
        ] {
            words.push_str(if said { word } else { "" });
        }
        words
    }

    fn print_json(&self, items: &[Item]) {
        if self.args.format == Format::Json {
            let json = shown::json(self.stack, self.queue, items, self.now_ms());
            self.context.out.json(&json);
        }
    }
}
