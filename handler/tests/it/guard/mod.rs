//! The guard against a real table, on the emulator ministack: simultaneous deliveries, ends in the middle, bad days.
//!
//! A delivery that meets another one's lease waits for three seconds and one that may not go out unasked for two, so
//! some of these take as long.

mod crashes;
mod duplicates;
mod failures;
mod processes;
mod proxy;
mod rates;
mod world;
