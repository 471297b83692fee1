//! The two programs, each with its own account and stacks of the same resources, as many as are asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::aws::{self, wait};
use crate::ministack::account;
use crate::tools;

/// The function's memory as it is deployed, and as a diff would have it.
const DEPLOYED: u32 = 256;
const DECLARED: u32 = 512;

/// How many stacks CDK may work on at a time; by default it is one.
const AT_A_TIME: &str = "10";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Of stacks of which each is to have another setting.
    Diff,
    /// Of stacks that are as they are declared.
    Apply,
}

/// A program that deploys stacks.
pub(crate) struct Contender {
    tool: Tool,
    account: String,
    /// Its home, and where it works.
    folder: PathBuf,
}

enum Tool {
    Deployer,
    Cdk {
        /// Where it is installed, and its app with it.
        home: PathBuf,
    },
}

impl Contender {
    /// Ours, with a stack file a stack.
    pub(crate) fn deployer() -> Self {
        Self::new("deployer", Tool::Deployer)
    }

    /// AWS CDK, with one app for all stacks: of plain JavaScript, so that nothing has to be compiled in each run.
    pub(crate) fn cdk() -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/cdk/app");
        let home = tools::node("cdk", &project);
        // Modules are looked for beside the file that names them.
        fs::copy(project.join("app.cjs"), home.join("app.cjs")).unwrap();
        Self::new("cdk", Tool::Cdk { home })
    }

    fn new(name: &str, tool: Tool) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cdk").join(name);
        // What an earlier run left.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self {
            tool,
            account: account(),
            folder,
        }
    }

    /// Makes the stacks by the program itself.
    pub(crate) fn deploy(&self, stacks: usize, endpoint: &str) {
        match &self.tool {
            Tool::Deployer => self.make_bucket(endpoint),
            Tool::Cdk { .. } => {
                fs::write(self.folder.join("handler.zip"), aws::echo_zip()).unwrap();
                let mut bootstrap = self.command(endpoint);
                bootstrap.args(["bootstrap", &format!("aws://{}/{}", self.account, aws::REGION)]);
                run(&mut bootstrap);
            }
        }
        run(&mut self.acting(Action::Apply, stacks, endpoint));
    }

    fn make_bucket(&self, endpoint: &str) {
        let bucket = format!("deployer-assets-{}-{}", self.account, aws::REGION);
        wait(aws::bucket(&aws::s3(&aws::config(endpoint, &self.account)), &bucket));
    }

    /// Returns the command that does it.
    pub(crate) fn acting(&self, action: Action, stacks: usize, endpoint: &str) -> Command {
        let memory = match action {
            Action::Diff => DECLARED,
            Action::Apply => DEPLOYED,
        };
        let mut command = self.command(endpoint);
        match (&self.tool, action) {
            (Tool::Deployer, Action::Diff) => command.arg("diff").arg(self.files(memory, stacks)),
            (Tool::Deployer, Action::Apply) => command.args(["apply", "--yes"]).arg(self.files(memory, stacks)),
            // The other method makes a change set and takes twice as long.
            (Tool::Cdk { .. }, Action::Diff) => command.args(["diff", "--method=template"]),
            (Tool::Cdk { .. }, Action::Apply) => command.args([
                "deploy",
                "--all",
                "--require-approval=never",
                "--concurrency",
                AT_A_TIME,
            ]),
        };
        if let Tool::Cdk { home } = &self.tool {
            command.args(["--no-notices", "--no-version-reporting"]);
            command.args(["--no-path-metadata", "--no-asset-metadata"]);
            command
                .arg("--app")
                .arg(format!("node {}", home.join("app.cjs").display()));
            command
                .env("STACKS", stacks.to_string())
                .env("MEMORY", memory.to_string());
        }
        command
    }

    /// Stops unless the program said of each stack what it had to.
    pub(crate) fn check(&self, action: Action, stacks: usize, output: &Output) {
        let said = [&output.stdout, &output.stderr]
            .map(|bytes| String::from_utf8_lossy(bytes))
            .concat();
        assert!(output.status.success(), "{said}");
        let sign = match (&self.tool, action) {
            (Tool::Deployer, Action::Diff) => "MemorySize: 256 → 512\n",
            (Tool::Deployer, Action::Apply) if stacks == 1 => "nothing to do: what is deployed is what is declared\n",
            // A line of the summary.
            (Tool::Deployer, Action::Apply) => "  nothing to do\n",
            (Tool::Cdk { .. }, Action::Diff) => "[+] 512\n",
            (Tool::Cdk { .. }, Action::Apply) => "(no changes)\n",
        };
        assert_eq!(said.matches(sign).count(), stacks, "`{sign}` for each stack:\n{said}");
    }

    fn command(&self, endpoint: &str) -> Command {
        let mut command = match &self.tool {
            Tool::Deployer => Command::new(env!("CARGO_BIN_EXE_deployer")),
            Tool::Cdk { home } => Command::new(home.join("node_modules/.bin/cdk")),
        };
        command
            .current_dir(&self.folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", &self.folder)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_REGION", aws::REGION)
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Nobody is asked how it goes, nor whether there is a newer version.
            .env("CDK_DISABLE_CLI_TELEMETRY", "true")
            .env("CDK_DISABLE_VERSION_CHECK", "true")
            .env("CI", "true")
            // The handler that the tests built is taken from there.
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap(),
            )
            .stdin(Stdio::null());
        command
    }

    /// Returns a folder with the files of so many stacks.
    fn files(&self, memory: u32, stacks: usize) -> PathBuf {
        let folder = self.folder.join(format!("stacks-{memory}-{stacks}"));
        if !folder.exists() {
            fs::create_dir_all(&folder).unwrap();
            for number in 1..=stacks {
                let name = format!("acme-{number:04}");
                fs::write(folder.join(format!("{name}.yaml")), stack_file(&name, memory)).unwrap();
            }
        }
        folder
    }
}

/// Returns what a program said that did as it was told.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A stack of the resources that the app for CDK has.
fn stack_file(name: &str, memory: u32) -> String {
    // Its sources are read for the digest that names the zip.
    let handler = concat!(env!("CARGO_MANIFEST_DIR"), "/../handler");
    let region = aws::REGION;
    format!(
        r#"name: {name}
region: {region}
environment: test
pool:
  new:
    properties:
      UserPoolName: {name}
      UsernameAttributes: [phone_number]
      AutoVerifiedAttributes: [phone_number]
      UserPoolTier: ESSENTIALS
triggers: {{custom_sms_sender: handler}}
key: {{alias: alias/{name}}}
function: {{memory_mb: {memory}, source: "{handler}"}}
providers: {{sns: {{type: sns}}}}
delivery: {{sms: {{countries: [US], registered: [US], routes: [{{via: [sns]}}]}}}}
"#
    )
}
