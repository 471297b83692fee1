//! Work on many stacks at once: so many of each Region, and no more.
//!
//! A run has one account, so its Regions are what services count by.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use super::context::Context;
use super::progress::Wait;
use crate::spec::Region;

/// How many stacks of a Region are worked on at once. CloudFormation says no early: more would wait longer.
const AT_ONCE: usize = 10;

/// Works on each item, with others of its Region beside it, and returns what came of them in their order.
///
/// Nothing is dropped in the middle: each piece of work hears of an interrupt by itself. `what` says what all of it is,
/// such as `reading`.
pub(super) async fn side_by_side<T, R, F>(
    context: &Context,
    what: &str,
    items: Vec<(&Region, T)>,
    work: impl Fn(T) -> F,
) -> Vec<R>
where
    F: Future<Output = R>,
{
    let all = items.len();
    let mut turns: BTreeMap<&Region, Semaphore> = BTreeMap::new();
    for (region, _) in &items {
        turns.entry(region).or_insert_with(|| Semaphore::new(AT_ONCE));
    }
    let (turns, work) = (&turns, &work);
    let mut running: FuturesUnordered<_> = items
        .into_iter()
        .enumerate()
        .map(|(index, (region, item))| async move {
            // No turn is ever taken away: the semaphores are not closed.
            let turn = match turns.get(region) {
                Some(turns) => turns.acquire().await.ok(),
                None => None,
            };
            let done = work(item).await;
            drop(turn);
            (index, done)
        })
        .collect();
    let words = |done: usize| {
        let stacks = if all == 1 { "stack" } else { "stacks" };
        format!("{what} {all} {stacks}: {done} done")
    };
    let mut wait = Wait::new(context, &words(0));
    let mut done = Vec::with_capacity(all);
    while done.len() < all {
        let next = pin!(running.next());
        tokio::select! {
            biased;
            each = next => {
                done.extend(each);
                wait.say(&words(done.len()));
            }
            () = wait.silence() => wait.speak(&words(done.len())),
        }
    }
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, each)| each).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::cli::global::Global;

    #[tokio::test]
    async fn each_region_has_so_many_turns_and_the_order_is_kept() {
        let context = Context::new(Global::default()).unwrap();
        let regions = ["eu-west-1", "us-west-2"].map(|name| Region::parse(name).unwrap());
        let now = [Cell::new(0), Cell::new(0)];
        let most = [Cell::new(0), Cell::new(0)];
        let (now, most) = (&now, &most);
        let mut items = Vec::new();
        for index in 0..40_u64 {
            let which = usize::from(index >= 25);
            items.push((regions.get(which).unwrap(), (index, which)));
        }
        let work = |(index, which): (u64, usize)| async move {
            let (now, most) = (now.get(which).unwrap(), most.get(which).unwrap());
            now.set(now.get() + 1);
            most.set(now.get().max(most.get()));
            // The last to begin are the first to end.
            tokio::time::sleep(Duration::from_millis(50 - index)).await;
            now.set(now.get() - 1);
            index
        };
        let done = side_by_side(&context, "counting", items, work).await;
        assert_eq!(done, (0..40).collect::<Vec<_>>());
        assert_eq!((most[0].get(), most[1].get()), (AT_ONCE, AT_ONCE));
        let none: Vec<(&Region, ())> = Vec::new();
        assert_eq!(side_by_side(&context, "counting", none, |()| async {}).await, []);
    }
}
