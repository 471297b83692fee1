//! Tests of the real binary and of what it renders, in one test binary to keep builds lean.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first thing that is not as it should be, and says so"
)]

mod assets;
mod ci;
mod commands;
mod fixtures;
mod flows;
mod global;
mod inert;
mod init;
mod live_pools;
mod output;
mod pipelines;
mod policies;
mod reach;
mod real;
mod release;
mod schema;
mod send;
mod silence;
mod stacks;
mod support;
mod templates;
