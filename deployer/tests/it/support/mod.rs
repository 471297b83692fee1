//! What the tests stand on: tools of other languages, emulators, and a workspace of their own.

pub(crate) mod action;
pub(crate) mod aws;
pub(crate) mod cli;
pub(crate) mod cognito;
pub(crate) mod documented;
pub(crate) mod github;
pub(crate) mod handler;
pub(crate) mod hostile;
pub(crate) mod http;
pub(crate) mod ministack;
pub(crate) mod moto;
pub(crate) mod node;
pub(crate) mod normalise;
pub(crate) mod picture;
pub(crate) mod pools;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod tools;

mod self_test;
