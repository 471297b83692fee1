//! An endpoint that takes connections and never answers.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::support::cli::Workspace;

/// A workspace whose endpoint never answers, and that endpoint.
fn silent() -> (TcpListener, Workspace) {
    // The kernel completes the connections of a listener that accepts none.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let workspace = Workspace::offline().at(format!("http://{address}")).with_idle_handler();
    workspace.file(
        "stacks/acme.yaml",
        "name: acme\nregion: us-west-2\npool: {new: {properties: {UserPoolName: acme}}}\n",
    );
    (listener, workspace)
}

/// It takes 40 s, which is how long a service is waited for.
#[test]
fn a_command_ends_within_45_seconds_and_names_the_service() {
    let (_listener, workspace) = silent();
    let began = Instant::now();
    let commands = [&["status"][..], &["diff"], &["drift"], &["logs"]];
    let running: Vec<_> = commands.iter().map(|words| workspace.spawn(words)).collect();
    for running in running {
        let run = running.wait().expect(1);
        assert!(run.stderr.contains("sts:GetCallerIdentity"), "{}", run.stderr);
        assert!(
            run.stderr.contains("still waiting for sts:GetCallerIdentity"),
            "{}",
            run.stderr
        );
    }
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
}

/// It takes three seconds, of which a terminal is silent for at most two.
#[test]
fn a_terminal_shows_the_call_and_an_interrupt_ends_it() {
    let (_listener, workspace) = silent();
    let workspace = workspace.env("TERM", "xterm");
    let shown = workspace.converse(&["status"], &[("waiting for sts:GetCallerIdentity", "\u{3}")]);
    assert!(
        shown.stdout.contains("waiting for sts:GetCallerIdentity"),
        "{}",
        shown.stdout
    );
    assert!(shown.expect(1).stdout.contains("interrupted"));
}
