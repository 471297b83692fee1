//! Failed events of a dead-letter queue: read, and judged whether they are still worth sending.
//!
//! `record` reads an envelope and keeps of its user nothing but digests; `origin` examines who put it there and
//! `recipient` whom it goes to, and each `doubt` holds it back; `lifetime` says how long a code lasts; `verdict` judges
//! all events of a queue beside each other. It stands beside the flow, calls nothing and knows no clock.

mod doubt;
mod lifetime;
mod origin;
mod recipient;
mod record;
mod verdict;

pub use doubt::Doubt;
pub use lifetime::Lifetimes;
pub use origin::{Examined, Origin};
pub use recipient::Addressee;
pub use record::{Failed, FailedEvent, Identity};
pub use verdict::{Judged, Why, is_of_another_key, judge};
