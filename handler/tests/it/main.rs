//! The real binary against a runtime API, a KMS and an SNS of a few lines each.
//!
//! `HANDLER_UNDER_TEST` names another command to run, such as one for another architecture:
//! `qemu-aarch64-static -L /usr/aarch64-linux-gnu target/aarch64-unknown-linux-gnu/lambda/handler`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]

mod channels;
mod corpus;
mod decrypt;
mod delivery;
mod examples;
mod function;
mod guard;
mod hardening;
#[path = "../../../deployer/tests/it/support/http.rs"]
mod http;
mod keep_alive;
#[path = "../../../deployer/tests/it/support/server.rs"]
#[expect(dead_code, reason = "the deployer's tests use more of it")]
mod launched;
mod probe;
mod readme;
mod redaction;
mod server;
mod services;
mod start;
#[path = "../../../deployer/tests/it/support/tools.rs"]
mod tools;
mod vendors;
