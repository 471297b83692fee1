//! Many stacks: all are planned, shown in the order of their files, answered for by one yes, and carried out side by
//! side. What becomes of one is told by its [`Fate`], and stops no other.

mod codes;
mod half_way;
mod summary;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::context::{Context, Interrupted};
use super::deploy::{Asks, Deployment, Planned};
use super::error::{CliError, Interrupt};
use super::progress::during;
use super::recover::is_half_way;
use super::side_by_side::side_by_side;
use crate::aws::StackState;

pub(super) use summary::{in_full, tell};

/// What became of a stack.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is as it is declared, with these outputs.
    Done(BTreeMap<String, String>),
    /// It was as it is declared.
    Nothing(BTreeMap<String, String>),
    /// It was stopped or failed, and this is why.
    Ended(CliError),
    /// Something else ended the run before it was its turn; nothing of it was changed.
    NotBegun,
}

/// How far a stack has come before anything is changed.
enum Stage {
    /// An operation failed and was not undone, or not all of it; it is before anything is planned.
    HalfWay(StackState),
    Planned(Box<Planned>),
    Over(Fate),
}

impl Stage {
    fn of(planned: Result<Planned, CliError>) -> Self {
        match planned {
            Ok(planned) => Self::Planned(Box::new(planned)),
            Err(error) => Self::Over(Fate::Ended(error)),
        }
    }

    fn asks(&self) -> Option<Asks> {
        match self {
            Self::Planned(planned) => Some(planned.asks()),
            Self::HalfWay(_) | Self::Over(_) => None,
        }
    }

    const fn has_ended(&self) -> bool {
        matches!(self, Self::Over(Fate::Ended(_)))
    }

    /// What became of a stack when the run is over.
    fn fate(self) -> Fate {
        match self {
            // All that there is to say of it is said of the run.
            Self::Over(Fate::Ended(error)) if error.is_interrupt() => Fate::NotBegun,
            Self::Over(fate) => fate,
            Self::HalfWay(_) | Self::Planned(_) => Fate::NotBegun,
        }
    }
}

/// Stacks that are to be as they are declared.
pub(super) struct Many<'a> {
    pub(super) deployments: &'a [Deployment<'a>],
    /// Whether one that fails keeps the others from being begun.
    pub(super) fail_fast: bool,
    pub(super) yes: bool,
}

impl<'a> Many<'a> {
    /// Makes the stacks as they are declared. Returns what became of each, in their order, and why the run as a whole
    /// ended before it began, where it did.
    pub(super) async fn deploy(&self, context: &Context) -> (Vec<Fate>, Option<CliError>) {
        match Box::pin(self.run(context)).await {
            Ok(run) => run,
            Err(error) => (self.deployments.iter().map(|_| Fate::NotBegun).collect(), Some(error)),
        }
    }

    async fn run(&self, context: &Context) -> Result<(Vec<Fate>, Option<CliError>), CliError> {
        let mut stages = self.read(context).await?;
        // A plan is one whole: where a stack is not as it was planned, nothing of any is touched.
        let is_whole = self.fail_fast || self.deployments.iter().any(|each| each.pinned.is_some());
        let mut is_recovered = false;
        if !(is_whole && stages.iter().any(Stage::has_ended)) {
            is_recovered = self.recover(context, &mut stages).await;
        }
        let is_off = is_whole && stages.iter().any(Stage::has_ended);
        let mut interrupted = context.is_interrupted().await;
        if !is_off && !interrupted {
            self.codes(context, &mut stages).await;
            interrupted = context.is_interrupted().await;
        }
        if !is_off && !interrupted {
            stages = self.prepare(context, stages).await?;
            interrupted = context.is_interrupted().await;
        }
        if interrupted {
            let why = if is_recovered {
                midway()
            } else {
                // What cannot be taken back is said of its stack.
                CliError {
                    interrupt: Some(Interrupt::TakenBack),
                    ..Interrupted.into()
                }
            };
            return Ok((self.give_back(context, stages).await?, Some(why)));
        }
        self.show(context, &stages);
        let stops = |stage: &Stage| stage.has_ended() || stage.asks() == Some(Asks::Word);
        if is_off || (self.fail_fast && stages.iter().any(stops)) {
            return Ok((self.give_back(context, stages).await?, None));
        }
        if let Err(no) = self.ask(context, &stages).await {
            return Ok((self.give_back(context, stages).await?, Some(no)));
        }
        let fates = self.carry_out(context, stages).await?;
        let interrupted = context.is_interrupted().await;
        Ok((fates, interrupted.then(midway)))
    }

    /// One question is about all.
    async fn ask(&self, context: &Context, stages: &[Stage]) -> Result<(), CliError> {
        let changing = stages.iter().filter(|stage| stage.asks() == Some(Asks::Change));
        // Of one that changes, its plan says that a message goes out.
        let sending = stages.iter().zip(self.deployments);
        let sending = sending.filter(|(stage, wanted)| stage.asks() == Some(Asks::Nothing) && wanted.rollout.sends());
        let Some(question) = question(changing.count(), sending.count()).filter(|_| !self.yes) else {
            return Ok(());
        };
        match context.ask(&question).await.as_deref() {
            Ok("yes") => Ok(()),
            _ => Err(CliError::failed("not applied; nothing was changed")),
        }
    }

    /// Reads and compares every stack.
    async fn read(&self, context: &Context) -> Result<Vec<Stage>, CliError> {
        let mut items = Vec::new();
        for wanted in self.deployments {
            items.push((wanted.session.region(), (context.beside(wanted.name)?, wanted)));
        }
        let read = |(context, wanted)| async move {
            let stage = Box::pin(read(&context, wanted)).await;
            stage.unwrap_or_else(|error| Stage::Over(Fate::Ended(error)))
        };
        Ok(side_by_side(context, "reading", items, read).await)
    }

    /// Makes the first change set of each stack that changes.
    async fn prepare(&self, context: &Context, stages: Vec<Stage>) -> Result<Vec<Stage>, CliError> {
        let is_off = &Cell::new(false);
        let prepare = |Item {
                           context,
                           wanted,
                           mut planned,
                       }: Item<'a>| async move {
            if is_off.get() || context.is_interrupted().await {
                return Stage::Planned(planned);
            }
            match context.checked(planned.prepare(&context, wanted)).await {
                Ok(()) => Stage::Planned(planned),
                Err(error) => {
                    is_off.set(self.fail_fast);
                    Stage::Over(Fate::Ended(error))
                }
            }
        };
        self.go_on(context, stages, "planning", |asks| asks == Asks::Change, prepare)
            .await
    }

    /// Shows what would become of each stack, in their order; of one that has nothing to do, the summary says so.
    fn show(&self, context: &Context, stages: &[Stage]) {
        for (stage, wanted) in stages.iter().zip(self.deployments) {
            match stage {
                Stage::Planned(planned) if planned.is_news() => planned.show(context, wanted),
                Stage::Over(Fate::Ended(error)) => {
                    let why = error.line();
                    context.out.talk(&format!("{}\n  not planned: {why}", wanted.heading));
                }
                Stage::Planned(_) | Stage::HalfWay(_) | Stage::Over(_) => continue,
            }
            context.out.talk("");
        }
    }

    /// Takes back what was made, where nothing is begun.
    async fn give_back(&self, context: &Context, stages: Vec<Stage>) -> Result<Vec<Fate>, CliError> {
        let give_back = |Item {
                             context,
                             wanted,
                             planned,
                         }: Item<'a>| async move {
            let fate = async {
                match planned.asks() {
                    Asks::Word => Fate::Ended(planned.take_back(wanted, planned.stopped()).await),
                    Asks::Nothing | Asks::Change => given_back(wanted, &planned).await,
                }
            };
            Stage::Over(context.calls.observe(Box::pin(fate)).await)
        };
        let stages = self
            .go_on(context, stages, "letting go of", |_| true, give_back)
            .await?;
        Ok(stages.into_iter().map(Stage::fate).collect())
    }

    /// Makes each stack as it was shown. One that waits for a person's word is left alone.
    async fn carry_out(&self, context: &Context, stages: Vec<Stage>) -> Result<Vec<Fate>, CliError> {
        let is_off = &Cell::new(false);
        let carry_out = |Item {
                             context,
                             wanted,
                             planned,
                         }: Item<'a>| async move {
            if planned.asks() == Asks::Word {
                return Stage::Over(Fate::Ended(planned.take_back(wanted, planned.stopped()).await));
            }
            if is_off.get() || context.is_interrupted().await {
                return Stage::Over(given_back(wanted, &planned).await);
            }
            let fate = Box::pin(carried_out(&context, wanted, *planned)).await;
            is_off.set(is_off.get() || (self.fail_fast && matches!(fate, Fate::Ended(_))));
            Stage::Over(fate)
        };
        let stages = self.go_on(context, stages, "applying", |_| true, carry_out).await?;
        Ok(stages.into_iter().map(Stage::fate).collect())
    }

    /// Goes on side by side with planned stacks that ask for what is chosen; all others stay as they are.
    async fn go_on<F: Future<Output = Stage>>(
        &self,
        context: &Context,
        stages: Vec<Stage>,
        what: &str,
        chosen: impl Fn(Asks) -> bool,
        work: impl Fn(Item<'a>) -> F,
    ) -> Result<Vec<Stage>, CliError> {
        let mut items = Vec::new();
        let mut others = Vec::new();
        for (stage, wanted) in stages.into_iter().zip(self.deployments) {
            others.push(match stage {
                Stage::Planned(planned) if chosen(planned.asks()) => {
                    let context = context.beside(wanted.name)?;
                    items.push((
                        wanted.session.region(),
                        Item {
                            context,
                            wanted,
                            planned,
                        },
                    ));
                    None
                }
                other => Some(other),
            });
        }
        let mut worked = side_by_side(context, what, items, work).await.into_iter();
        let stages = others.into_iter().filter_map(|other| other.or_else(|| worked.next()));
        Ok(stages.collect())
    }
}

/// A stack that is worked on beside others.
struct Item<'a> {
    context: Context,
    wanted: &'a Deployment<'a>,
    planned: Box<Planned>,
}

/// Of a run that was interrupted after something was begun.
fn midway() -> CliError {
    CliError::failed("interrupted; what was not begun is as before")
}

/// What is asked where so many stacks change, and so many others send a message; nothing where none does.
fn question(changing: usize, sending: usize) -> Option<String> {
    let stacks = |count: usize| if count == 1 { "stack" } else { "stacks" };
    let change = format!("Apply these changes to {changing} {}", stacks(changing));
    let send = "really send a made-up code";
    let asked = match (changing, sending) {
        (0, 0) => return None,
        (_, 0) => change,
        (0, _) => format!("Let the functions of {sending} {} {send}", stacks(sending)),
        (_, _) => format!("{change}, and let the functions of {sending} more {send}"),
    };
    Some(format!("{asked}? Only `yes` goes on:"))
}

async fn read(context: &Context, wanted: &Deployment<'_>) -> Result<Stage, CliError> {
    let reading = format!("reading the stack {}", wanted.name);
    let state = during(context, &reading, wanted.session.stack(wanted.name)).await??;
    match state {
        // What has to be recovered first is not as it was planned.
        Some(state) if wanted.pinned.is_none() && is_half_way(&state) => Ok(Stage::HalfWay(state)),
        state => Ok(Stage::of(Planned::of(context, wanted, state).await)),
    }
}

async fn carried_out(context: &Context, wanted: &Deployment<'_>, planned: Planned) -> Fate {
    let changes = planned.asks() == Asks::Change;
    if changes {
        context.begin_lane();
    }
    let made = context.checked(planned.carry_out(context, wanted)).await;
    context.end_lane();
    match made {
        Ok(outputs) if changes => Fate::Done(outputs),
        Ok(outputs) => Fate::Nothing(outputs),
        Err(error) => {
            context.out.talk("ended early; why is told at the end");
            Fate::Ended(error)
        }
    }
}

/// Takes back what was made of a stack that is not begun.
async fn given_back(wanted: &Deployment<'_>, planned: &Planned) -> Fate {
    let error = planned.take_back(wanted, Interrupted.into()).await;
    if error.hints.is_empty() {
        Fate::NotBegun
    } else {
        let why = CliError::failed("not begun; nothing was changed");
        Fate::Ended(error.hints.into_iter().fold(why, CliError::hint))
    }
}

#[cfg(test)]
mod tests {
    use super::question;

    #[test]
    fn one_question_says_what_changes_and_what_is_sent() {
        let rest = "? Only `yes` goes on:";
        for (changing, sending, asked) in [
            (0, 0, None),
            (1, 0, Some("Apply these changes to 1 stack")),
            (2, 0, Some("Apply these changes to 2 stacks")),
            (0, 1, Some("Let the functions of 1 stack really send a made-up code")),
            (0, 3, Some("Let the functions of 3 stacks really send a made-up code")),
            (
                2,
                1,
                Some("Apply these changes to 2 stacks, and let the functions of 1 more really send a made-up code"),
            ),
        ] {
            assert_eq!(question(changing, sending), asked.map(|asked| format!("{asked}{rest}")));
        }
    }
}
