//! A route walked in order and in rounds, inside the deadline.
//!
//! Lambda waits a minute before it retries an asynchronous event, by which time a code may be
//! worthless; so the retries that matter are made here, within one invocation.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Accepted, Message, ProviderError, Providers, Retry};
use crate::delivery::Route;

/// The longest that one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How often each provider is tried at most.
const ROUNDS: u32 = 3;

/// The pause before the second round; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(200);

/// A message that a provider took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// How many attempts it took, this one included.
    pub attempt: u32,
    /// What the provider said.
    pub accepted: Accepted,
}

/// Why no provider took the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Nobody can deliver to this recipient.
    #[error("deliver the message: {0}, which is final for the recipient")]
    Recipient(ProviderError),
    /// Every provider of the route refused or failed.
    #[error("deliver the message: no provider took it; at last {0}")]
    Exhausted(ProviderError),
    /// The deadline came first.
    #[error("deliver the message: no provider took it in time")]
    TimedOut,
    /// The route names no provider that there is.
    #[error("deliver the message: its route names no provider of the stack")]
    NoProvider,
}

impl DeliveryError {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recipient(_) => "send-recipient-refused",
            Self::Exhausted(_) => "send-exhausted",
            Self::TimedOut => "send-timed-out",
            Self::NoProvider => "send-no-provider",
        }
    }
}

/// Tries the route's providers in order until one takes `message`; `failed` hears of every other attempt.
///
/// A provider that will not take it is left out of further rounds, and one that kept failing lately
/// comes last. No attempt may use up the time of those that follow it in the round.
pub async fn deliver<'a>(
    route: &'a Route,
    providers: &Providers,
    message: &Message,
    deadline: Instant,
    mut failed: impl FnMut(&str, u32, &ProviderError),
) -> Result<Delivered<'a>, DeliveryError> {
    let known = |name: &'a String| providers.get(name).map(|member| (name.as_str(), member));
    let mut candidates: Vec<_> = route.via.iter().filter_map(known).collect();
    let now = Instant::now();
    // A stable sort: among those that work, the route's order stays.
    candidates.sort_by_key(|(_, member)| member.breaker.is_open(now));
    let mut last = DeliveryError::NoProvider;
    let mut attempt = 0;
    for round in 0..ROUNDS {
        if round > 0 {
            let pause = PAUSE * 2_u32.pow(round - 1);
            if left(deadline) <= pause {
                break;
            }
            sleep(pause).await;
        }
        let mut again = Vec::new();
        let mut waiting = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        for (name, member) in candidates {
            let share = left(deadline) / waiting;
            if share.is_zero() {
                return Err(DeliveryError::TimedOut);
            }
            waiting -= 1;
            attempt += 1;
            let answer = timeout(share.min(ATTEMPT), member.provider.send(message)).await;
            let error = match answer {
                Ok(Ok(accepted)) => {
                    member.breaker.answered();
                    return Ok(Delivered {
                        provider: name,
                        attempt,
                        accepted,
                    });
                }
                Ok(Err(error)) => error,
                Err(_) => ProviderError::new(Retry::Anywhere, "timeout"),
            };
            failed(name, attempt, &error);
            match error.retry {
                Retry::Never => {
                    member.breaker.answered();
                    return Err(DeliveryError::Recipient(error));
                }
                // A refusal comes at once and may be about this country or text alone: it says nothing of the next message.
                Retry::Elsewhere => {}
                Retry::Anywhere => {
                    member.breaker.failed(Instant::now());
                    again.push((name, member));
                }
            }
            last = DeliveryError::Exhausted(error);
        }
        if again.is_empty() {
            break;
        }
        candidates = again;
    }
    Err(last)
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should fail where it stands"
)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::Redacted;
    use crate::event::{PhoneNumber, Purpose};
    use crate::send::{Content, Provider, Sending, Sms};

    /// Gives its answers one after the other, then never answers.
    struct Scripted(Mutex<Vec<Result<Accepted, ProviderError>>>);

    impl Provider for Scripted {
        fn send<'a>(&'a self, _: &'a Message) -> Sending<'a> {
            let answer = self.0.lock().unwrap().pop();
            Box::pin(async {
                if let Some(answer) = answer {
                    answer
                } else {
                    std::future::pending().await
                }
            })
        }
    }

    const NO: Result<(), Retry> = Err(Retry::Elsewhere);
    const BUSY: Result<(), Retry> = Err(Retry::Anywhere);
    const NEVER: Result<(), Retry> = Err(Retry::Never);
    const YES: Result<(), Retry> = Ok(());

    fn scripted(scripts: &[(&str, &[Result<(), Retry>])]) -> Providers {
        let script = |answers: &[Result<(), Retry>]| {
            let answers = answers.iter().rev();
            let answers = answers.map(|answer| {
                answer
                    .map(|()| Accepted::default())
                    .map_err(|retry| ProviderError::new(retry, &format!("{retry:?}")))
            });
            Box::new(Scripted(Mutex::new(answers.collect()))) as Box<dyn Provider>
        };
        scripts
            .iter()
            .map(|(name, answers)| ((*name).to_owned(), script(answers)))
            .collect()
    }

    fn route(via: &[&str]) -> Route {
        Route {
            countries: None,
            purposes: None,
            via: via.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn message() -> Message {
        Message {
            id: "00".repeat(16),
            purpose: Purpose::SignUp,
            country: None,
            locale: "en".to_owned(),
            code: None,
            content: Content::Sms(Sms {
                to: PhoneNumber::new("+12025550173").unwrap(),
                text: Redacted::new("123456".to_owned()),
            }),
        }
    }

    async fn run(scripts: &[(&str, &[Result<(), Retry>])], time: Duration) -> (String, Vec<String>) {
        let via: Vec<&str> = scripts.iter().map(|(name, _)| *name).chain(["gone"]).collect();
        run_with(&scripted(scripts), &via, time).await
    }

    async fn run_with(providers: &Providers, via: &[&str], time: Duration) -> (String, Vec<String>) {
        let (route, message) = (route(via), message());
        let failures = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&failures);
        let outcome = deliver(
            &route,
            providers,
            &message,
            Instant::now() + time,
            |name, attempt, error| {
                noted.lock().unwrap().push(format!("{attempt} {name}: {}", error.name));
            },
        )
        .await;
        let outcome = match outcome {
            Ok(delivered) => format!("{} at {}", delivered.provider, delivered.attempt),
            Err(error) => error.code().to_owned(),
        };
        let failures = failures.lock().unwrap().clone();
        (outcome, failures)
    }

    #[tokio::test]
    async fn the_next_provider_is_tried_when_one_fails() {
        let long = Duration::from_secs(30);
        assert_eq!(
            run(&[("a", &[YES]), ("b", &[])], long).await,
            ("a at 1".to_owned(), vec![])
        );
        let (outcome, failures) = run(&[("a", &[NO]), ("b", &[BUSY]), ("c", &[YES])], long).await;
        assert_eq!(
            (outcome.as_str(), failures),
            ("c at 3", vec!["1 a: Elsewhere".into(), "2 b: Anywhere".into()])
        );
        let (outcome, failures) = run(&[("a", &[NO]), ("b", &[BUSY, YES])], long).await;
        assert_eq!((outcome.as_str(), failures.len()), ("b at 3", 2));
    }

    #[tokio::test]
    async fn what_is_final_stops_the_route() {
        let long = Duration::from_secs(30);
        let (outcome, failures) = run(&[("a", &[NEVER]), ("b", &[YES])], long).await;
        assert_eq!((outcome.as_str(), failures.len()), ("send-recipient-refused", 1));
        let (outcome, failures) = run(&[("a", &[NO]), ("b", &[NO])], long).await;
        assert_eq!((outcome.as_str(), failures.len()), ("send-exhausted", 2));
        let (outcome, failures) = run(&[("a", &[BUSY, BUSY, BUSY, YES])], long).await;
        assert_eq!((outcome.as_str(), failures.len()), ("send-exhausted", 3));
        assert_eq!(run(&[], long).await.0, "send-no-provider");
    }

    #[tokio::test]
    async fn one_that_keeps_failing_is_asked_last_until_it_answers() {
        let long = Duration::from_secs(30);
        let providers = scripted(&[("a", &[BUSY, BUSY, BUSY, YES, YES]), ("b", &[YES, YES, YES, YES, BUSY])]);
        let both = ["a", "b"];
        for _ in 0..3 {
            assert_eq!(run_with(&providers, &both, long).await.0, "b at 2");
        }
        assert_eq!(run_with(&providers, &both, long).await, ("b at 1".to_owned(), vec![]));
        let (outcome, failures) = run_with(&providers, &both, long).await;
        assert_eq!((outcome.as_str(), failures), ("a at 2", vec!["1 b: Anywhere".into()]));
        assert_eq!(run_with(&providers, &both, long).await.0, "a at 1");
    }

    #[tokio::test]
    async fn one_that_hangs_leaves_time_for_the_next() {
        let start = Instant::now();
        let (outcome, failures) = run(&[("a", &[]), ("b", &[YES])], Duration::from_millis(200)).await;
        assert_eq!((outcome.as_str(), failures), ("b at 2", vec!["1 a: timeout".into()]));
        let (outcome, _) = run(&[("a", &[])], Duration::from_millis(100)).await;
        assert_eq!(outcome, "send-exhausted");
        assert_eq!(run(&[("a", &[YES])], Duration::ZERO).await.0, "send-timed-out");
        assert!(start.elapsed() < Duration::from_secs(2));
    }

    /// Each hanging provider has an equal share of what is left.
    #[tokio::test]
    async fn time_is_shared_among_those_that_wait() {
        let began = Instant::now();
        let ends = Arc::new(Mutex::new(Vec::new()));
        let providers = scripted(&[("a", &[]), ("b", &[]), ("c", &[])]);
        let noted = Arc::clone(&ends);
        let (route, message) = (route(&["a", "b", "c"]), message());
        let deadline = began + Duration::from_millis(600);
        let ended = deliver(&route, &providers, &message, deadline, |_, _, _| {
            noted.lock().unwrap().push(began.elapsed());
        });
        ended.await.unwrap_err();
        let ends = ends.lock().unwrap();
        assert!(ends[0] >= Duration::from_millis(200), "{ends:?}");
        assert!(ends[1] >= ends[0] + Duration::from_millis(150), "{ends:?}");
        assert!(ends[2] >= Duration::from_millis(590), "{ends:?}");
    }

    #[tokio::test]
    async fn rounds_are_200_and_400_ms_apart() {
        let began = Instant::now();
        let (outcome, _) = run(&[("a", &[BUSY, BUSY, YES])], Duration::from_secs(30)).await;
        assert_eq!(outcome, "a at 3");
        let pauses = began.elapsed();
        assert!(pauses >= Duration::from_millis(600), "{pauses:?}");
        assert!(pauses < Duration::from_secs(2), "{pauses:?}");
    }
}
