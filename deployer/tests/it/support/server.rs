//! A server that the tests start: it prints its port when it answers there, and lives as long as its standard
//! input is open, so it ends with the test process, however that ends.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
pub(crate) struct Server {
    process: Child,
    lifeline: Option<ChildStdin>,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts `launcher` with the Python in a folder of programs; it removes its log, the argument, when it ends.
    pub(crate) fn start(name: &str, programs: &Path, launcher: &Path, environment: &[(&str, &str)]) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}.log", std::process::id()));
        let mut process = Command::new(programs.join("python"))
            .arg(launcher)
            .arg(&log)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let lifeline = process.stdin.take();
        let mut first = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        let port = first
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("{name} did not start:\n{}", tail(&log)));
        Self {
            process,
            lifeline,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            log,
        }
    }

    /// Returns where the server listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the process id, which is its process group's too.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Returns the last lines of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends itself, with the processes that it started, when its standard input closes.
        drop(self.lifeline.take());
        let _ = self.process.wait();
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
