//! The real binary in a home of its own: nothing of the developer's environment reaches it.
//!
//! A [`Workspace`] is a folder with stack files, an account that no other test uses, and an endpoint;
//! without one the binary gets an address that nobody answers, so a call that should not be made fails.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::ministack::{self, Ministack};
use super::moto::{Moto, Pools};
use super::{aws, normalise};

/// How long a run may take; a build of the handler is the longest.
const LIMIT: Duration = Duration::from_mins(15);

/// A folder, an account and an endpoint for one test.
pub(crate) struct Workspace {
    path: PathBuf,
    binary: PathBuf,
    account: String,
    endpoint: String,
    environment: Vec<(OsString, OsString)>,
}

impl Workspace {
    /// Returns an empty workspace where no call can succeed.
    pub(crate) fn offline() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "workspace-{}-{}",
            std::process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(path.join("home")).unwrap();
        Self {
            path: path.canonicalize().unwrap(),
            binary: env!("CARGO_BIN_EXE_deployer").into(),
            account: ministack::account(),
            // Nothing listens on the port for "discard".
            endpoint: "http://127.0.0.1:9".to_owned(),
            environment: Vec::new(),
        }
    }

    /// Returns an empty workspace on the shared emulator.
    pub(crate) fn online() -> Self {
        Self::offline().at(Ministack::shared().endpoint())
    }

    /// Lets the binary call another endpoint, such as a proxy's.
    pub(crate) fn at(mut self, endpoint: String) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Lets Cognito be moto, whose update of a pool resets what it leaves out, as AWS's does; all else stays
    /// where it is.
    pub(crate) fn with_live_pools(self) -> Self {
        self.with_pools_at(&Moto::shared().endpoint())
    }

    /// As [`Workspace::with_live_pools`], by another way, such as a proxy's.
    pub(crate) fn with_pools_at(self, endpoint: &str) -> Self {
        self.env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", endpoint)
    }

    /// Returns the account's pools at moto, to make, read and change them past the binary.
    pub(crate) fn live_pools(&self) -> Pools {
        Moto::shared().pools(&self.account)
    }

    /// Sets a variable of the binary's environment.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Takes another deployer, which is copied into the folder, and a path on which no program is.
    pub(crate) fn alone_with(mut self, binary: &Path) -> Self {
        self.binary = self.path.join("deployer");
        fs::copy(binary, &self.binary).unwrap();
        self.env("PATH", "")
    }

    /// Writes a file; `$ACCOUNT` in it is the workspace's account.
    pub(crate) fn file(&self, name: &str, content: &str) -> &Self {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.replace("$ACCOUNT", &self.account)).unwrap();
        self
    }

    /// Adds a handler at `handler` that builds in a second and does nothing, for tests that never invoke it.
    ///
    /// All workspaces share its builds.
    pub(crate) fn with_idle_handler(self) -> Self {
        self.with_handler("idle-handler", "fn main() {\n    std::thread::park();\n}\n")
    }

    /// Adds a handler at `handler` that builds in a second and becomes the one of this checkout when it is run.
    pub(crate) fn with_real_handler(self) -> Self {
        let program = super::handler::built().display();
        let main = format!(
            "use std::os::unix::process::CommandExt as _;\n\nfn main() {{\n    \
             panic!(\"{{}}\", std::process::Command::new(\"{program}\").exec());\n}}\n"
        );
        self.with_handler("real-handler", &main)
    }

    /// As [`Workspace::with_real_handler`], with no way to SNS: it can do all but send.
    pub(crate) fn with_mute_handler(self) -> Self {
        let program = super::handler::built().display();
        let main = format!(
            "use std::os::unix::process::CommandExt as _;\n\nfn main() {{\n    let mut handler = \
             std::process::Command::new(\"{program}\");\n    handler.env(\"AWS_ENDPOINT_URL_SNS\", \
             \"http://127.0.0.1:9\");\n    panic!(\"{{}}\", handler.exec());\n}}\n"
        );
        self.with_handler("mute-handler", &main)
    }

    /// Adds a handler of one file; workspaces that say the same of it share its builds in `target`.
    pub(crate) fn with_handler(self, target: &str, main: &str) -> Self {
        // The empty table keeps cargo from looking for a workspace in the folders above.
        let manifest = "[package]\nname = \"handler\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [workspace]\n\n[profile.lambda]\ninherits = \"release\"\n";
        let lock = "version = 4\n\n[[package]]\nname = \"handler\"\nversion = \"0.1.0\"\n";
        self.file("handler/Cargo.toml", manifest)
            .file("handler/Cargo.lock", lock)
            .file("handler/src/main.rs", main);
        self.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(target))
    }

    /// Lets the project's own handler be built where the tests themselves are, so that it is built once.
    pub(crate) fn with_project_target(self) -> Self {
        self.env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap(),
        )
    }

    /// Returns the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the account.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Returns the configuration of SDK clients that see what the binary does.
    pub(crate) fn sdk(&self) -> aws_config::SdkConfig {
        aws::config(&self.endpoint, &self.account)
    }

    /// Runs `deployer` to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Run {
        self.spawn(arguments).wait()
    }

    /// Starts `deployer`, for a test that interrupts it.
    pub(crate) fn spawn<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Running {
        self.start(Command::new(&self.binary), arguments, &[])
    }

    /// Runs `deployer` with an access key of somebody else.
    pub(crate) fn run_as<S: AsRef<OsStr>>(&self, (id, secret): (&str, &str), arguments: &[S]) -> Run {
        let credentials = [("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret)];
        self.start(Command::new(&self.binary), arguments, &credentials).wait()
    }

    /// Runs `deployer` by a shell, whose script has the command line as `"$@"`.
    pub(crate) fn run_by(&self, script: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(&self.binary);
        self.start(command, arguments, &[]).wait()
    }

    /// Runs `deployer` on a terminal of its own and answers its question; stdout and stderr arrive as one.
    pub(crate) fn answer(&self, arguments: &[&str], question: &str, answer: &str) -> Run {
        self.converse(arguments, &[(question, answer)])
    }

    /// As [`Workspace::answer`], with several questions in their order.
    pub(crate) fn converse(&self, arguments: &[&str], questions: &[(&str, &str)]) -> Run {
        let mut command = Command::new("python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/terminal.py"));
        command.arg(serde_json::to_string(questions).unwrap());
        command.arg(&self.binary);
        self.start(command, arguments, &[]).wait()
    }

    fn start<S: AsRef<OsStr>>(&self, mut command: Command, arguments: &[S], last: &[(&str, &str)]) -> Running {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let tool =
            |variable: &str, folder: &str| std::env::var_os(variable).unwrap_or_else(|| home.join(folder).into());
        let mut child = command
            .args(arguments)
            .current_dir(&self.path)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            // `build` runs cargo, which lives in the developer's home.
            .env("CARGO_HOME", tool("CARGO_HOME", ".cargo"))
            .env("RUSTUP_HOME", tool("RUSTUP_HOME", ".rustup"))
            .env("HOME", self.path.join("home"))
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(last.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            command: arguments
                .iter()
                .map(|argument| argument.as_ref().to_string_lossy().into_owned())
                .collect(),
            stdout: read(child.stdout.take().unwrap()),
            stderr: read(child.stderr.take().unwrap()),
            child,
            replacements: vec![
                (self.path.to_string_lossy().into_owned(), "$WORKSPACE".to_owned()),
                (self.account.clone(), "111122223333".to_owned()),
            ],
        }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // What a failed test leaves is worth a look.
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn read(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The binary at work.
pub(crate) struct Running {
    command: Vec<String>,
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    replacements: Vec<(String, String)>,
}

impl Running {
    /// Does what Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    }

    /// Ends the process at once: it hears nothing of it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.wait();
    }

    /// Whether the process has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Run {
        let limit = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > limit {
                self.child.kill().unwrap();
                panic!("`deployer {}` runs for more than {LIMIT:?}", self.command.join(" "));
            }
            thread::sleep(Duration::from_millis(5));
        };
        Run {
            code: status.code(),
            stdout: self.stdout.join().unwrap(),
            stderr: self.stderr.join().unwrap(),
            command: self.command,
            replacements: self.replacements,
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output, as it was.
    pub(crate) stdout: String,
    /// Standard error, as it was.
    pub(crate) stderr: String,
    command: Vec<String>,
    replacements: Vec<(String, String)>,
}

impl Run {
    /// Stops the test unless the exit code is this one.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "`deployer {}`\n--- stdout\n{}\n--- stderr\n{}",
            self.command.join(" "),
            self.stdout,
            self.stderr
        );
        self
    }

    /// Returns the command's words.
    pub(crate) fn command(&self) -> String {
        self.command.join(" ")
    }

    /// Returns command, code and both streams for a snapshot, with what changes by itself replaced.
    pub(crate) fn snapshot(&self) -> String {
        let code = self.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        let command = self.command();
        self.normal(&format!(
            "$ deployer {command}\n{}\n--- stderr\n{}\n--- exit {code}\n",
            self.stdout, self.stderr
        ))
    }

    /// Returns `text` with paths, the account, ids, hashes, ports and times replaced.
    pub(crate) fn normal(&self, text: &str) -> String {
        let text = self
            .replacements
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        normalise::normalise(&text)
    }
}
