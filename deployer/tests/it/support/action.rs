//! Runs the steps of a composite action as GitHub does: `if`, `env` and `run` as they stand in the file.
//!
//! Expressions are those that the action uses: names, comparisons with a text, and `&&`. A name that is not known ends
//! the test, as does an expression inside of a script, where a value could become code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A job that uses an action.
pub(crate) struct Job {
    steps: Vec<Value>,
    folder: PathBuf,
    temp: PathBuf,
    /// What expressions may name.
    context: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    path: String,
    /// What the steps printed, in one.
    pub(crate) talk: String,
}

impl Job {
    /// Reads an action; inputs that are not given have their defaults. The job works in `folder` and has `temp` for
    /// what no later job sees.
    pub(crate) fn new(
        action: &Path,
        inputs: &[(&str, &str)],
        context: &[(&str, &str)],
        folder: &Path,
        temp: &Path,
    ) -> Self {
        let document: Value = serde_saphyr::from_str(&fs::read_to_string(action).unwrap()).unwrap();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in context {
            known.insert((*name).to_owned(), (*value).to_owned());
        }
        for (name, input) in document["inputs"].as_object().unwrap() {
            let given = inputs.iter().find(|(given, _)| given == name);
            let value = given.map_or_else(
                || filled(input["default"].as_str().unwrap(), &known),
                |(_, value)| (*value).to_owned(),
            );
            known.insert(format!("inputs.{name}"), value);
        }
        for (name, _) in inputs {
            assert!(known.contains_key(&format!("inputs.{name}")), "no input {name}");
        }
        fs::create_dir_all(temp).unwrap();
        Self {
            steps: document["runs"]["steps"].as_array().unwrap().clone(),
            folder: folder.to_owned(),
            temp: temp.to_owned(),
            context: known,
            environment: BTreeMap::new(),
            path: std::env::var("PATH").unwrap(),
            talk: String::new(),
        }
    }

    /// Sets a variable of the job.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Puts a folder on the job's path.
    pub(crate) fn on_path(mut self, folder: &Path) -> Self {
        self.path = format!("{}:{}", folder.display(), self.path);
        self
    }

    /// Runs the steps, with these variables in place of the file's, and returns the first exit code that is not 0.
    pub(crate) fn run(&mut self, instead: &[(&str, &str)]) -> i32 {
        for step in self.steps.clone() {
            let condition = step["if"].as_str().unwrap();
            if !condition.split(" && ").all(|term| self.holds(term)) {
                continue;
            }
            let output = self.step(&step, instead);
            self.talk += &String::from_utf8_lossy(&output.stdout);
            self.talk += &String::from_utf8_lossy(&output.stderr);
            if !output.status.success() {
                return output.status.code().unwrap();
            }
        }
        0
    }

    /// Returns the commands that a runner would carry out, found as it finds them: behind `::` at the beginning of a line
    /// or behind `##[` anywhere, unless they are stopped. The action's own, which stop and resume them, are left out.
    pub(crate) fn commands(&self) -> Vec<String> {
        let mut commands = Vec::new();
        let mut token: Option<&str> = None;
        for line in self.talk.lines() {
            let line = line.trim();
            let new = line.strip_prefix("::").and_then(|line| line.split_once("::"));
            let old = line.split_once("##[").and_then(|(_, line)| line.split_once(']'));
            let Some((command, data)) = new.or(old) else { continue };
            match (token, command) {
                (Some(stopped), command) if stopped == command => token = None,
                (Some(_), _) => {}
                (None, "stop-commands") => token = Some(data),
                (None, _) => commands.push(line.to_owned()),
            }
        }
        assert!(token.is_none(), "commands stay stopped");
        commands
    }

    /// Returns an output of a step.
    pub(crate) fn output(&self, name: &str) -> &str {
        &self.context[name]
    }

    /// Returns what the job shows in its summary.
    pub(crate) fn summary(&self) -> String {
        fs::read_to_string(self.temp.join("summary")).unwrap_or_default()
    }

    fn step(&mut self, step: &Value, instead: &[(&str, &str)]) -> Output {
        let (name, script) = (step["name"].as_str().unwrap(), step["run"].as_str().unwrap());
        assert_eq!(step["shell"], "bash", "{name}");
        assert!(!script.contains("${{"), "{name}: a value could become code");
        let file = self.temp.join("step.sh");
        fs::write(&file, script).unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&file);
        bash.current_dir(&self.folder).env_clear().envs(&self.environment);
        bash.env("PATH", &self.path).env("HOME", &self.temp).env("CI", "true");
        bash.env("RUNNER_TEMP", &self.temp).env("GITHUB_RUN_ID", "1");
        let files = ["output", "env", "path"].map(|kind| (kind, self.temp.join(kind)));
        for (kind, file) in &files {
            fs::write(file, "").unwrap();
            bash.env(format!("GITHUB_{}", kind.to_uppercase()), file);
        }
        bash.env("GITHUB_STEP_SUMMARY", self.temp.join("summary"));
        for (name, value) in step["env"].as_object().unwrap() {
            let replaced = instead.iter().find(|(replaced, _)| replaced == name);
            let value = replaced.map_or_else(
                || filled(value.as_str().unwrap(), &self.context),
                |(_, value)| (*value).to_owned(),
            );
            bash.env(name, value);
        }
        let output = bash.output().unwrap();
        let [outputs, variables, folders] = files.map(|(_, file)| fs::read_to_string(file).unwrap());
        for (name, value) in outputs.lines().filter_map(|line| line.split_once('=')) {
            let id = step["id"].as_str().unwrap();
            self.context
                .insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        for (name, value) in variables.lines().filter_map(|line| line.split_once('=')) {
            self.environment.insert(name.to_owned(), value.to_owned());
        }
        for folder in folders.lines() {
            self.path = format!("{folder}:{}", self.path);
        }
        output
    }

    fn holds(&self, term: &str) -> bool {
        let text = |operand: &str| match operand.strip_prefix('\'') {
            Some(text) => text.strip_suffix('\'').unwrap().to_owned(),
            None => self.context[operand].clone(),
        };
        match (term.split_once(" == "), term.split_once(" != ")) {
            (Some((left, right)), _) => text(left) == text(right),
            (_, Some((left, right))) => text(left) != text(right),
            (None, None) => !text(term).is_empty(),
        }
    }
}

/// Fills the expressions of a value.
fn filled(text: &str, context: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{ ") {
        let (name, after) = after.split_once(" }}").unwrap();
        filled += before;
        filled += context.get(name).unwrap_or_else(|| panic!("no value of {name}"));
        rest = after;
    }
    filled + rest
}
