//! Known vulnerabilities are looked up on every push and daily, and nowhere in silence not.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{jobs, path, read, steps};

#[test]
fn advisories_are_looked_up_on_every_push_and_daily() {
    let workflow = read(".github/workflows/advisories.yaml");
    let on = workflow["on"].as_object().unwrap();
    // Nothing after `push`: on every branch.
    assert_eq!(on.get("push"), Some(&json!(null)));
    let schedule = on["schedule"][0]["cron"].as_str().unwrap();
    let fields: Vec<&str> = schedule.split(' ').collect();
    assert_eq!((fields.len(), &fields[2..]), (5, &["*", "*", "*"][..]), "{schedule}");
    let mut run = steps(&jobs(&workflow)["advisories"])
        .iter()
        .filter_map(|step| step["run"].as_str());
    // Not to reach the database is a failure there.
    assert_eq!(run.next_back(), Some(".ci/advisories --required"));
    let whole = fs::read_to_string(path(".ci/run")).unwrap();
    assert!(whole.contains("\n.ci/advisories\n"));
}

/// A home for cargo with all that the real one has, but for databases.
fn cargo_home(folder: &Path) -> PathBuf {
    let real = std::env::var_os("CARGO_HOME").map_or_else(
        || Path::new(&std::env::var_os("HOME").unwrap()).join(".cargo"),
        PathBuf::from,
    );
    let home = folder.join("cargo");
    fs::create_dir_all(&home).unwrap();
    for entry in fs::read_dir(real).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "advisory-dbs" {
            std::os::unix::fs::symlink(entry.path(), home.join(entry.file_name())).unwrap();
        }
    }
    home
}

/// A database with one advisory for a crate.
fn database(folder: &Path, krate: &str) -> String {
    let database = folder.join(format!("database-{krate}"));
    let crates = database.join("crates").join(krate);
    fs::create_dir_all(&crates).unwrap();
    let advisory = format!(
        "```toml\n[advisory]\nid = \"RUSTSEC-2026-9999\"\npackage = \"{krate}\"\ndate = \"2026-01-01\"\n\n[versions]\n\
         patched = [\">= 99.0.0\"]\n```\n\n# A hole that was made up\n\nFor a test.\n"
    );
    fs::write(crates.join("RUSTSEC-2026-9999.md"), advisory).unwrap();
    let script =
        "git init -q -b main . && git add . && git -c user.name=a -c user.email=a@b.example commit -qm advisory";
    let made = Command::new("sh")
        .args(["-c", script])
        .current_dir(&database)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    format!("file://{}", database.display())
}

/// Runs the script with another database in place of the real one; returns the exit code and what it printed.
fn look(folder: &Path, instead: &str, words: &[&str]) -> (Option<i32>, String) {
    let home = folder.join(format!("home-{}", fs::read_dir(folder).unwrap().count()));
    fs::create_dir_all(&home).unwrap();
    let mut script = Command::new(path(".ci/advisories"));
    script
        .args(words)
        .env("ADVISORIES_SECONDS", "4")
        .env("CARGO_HOME", cargo_home(&home));
    // Git's own way to take another address.
    script.env("GIT_CONFIG_COUNT", "1");
    script.env("GIT_CONFIG_KEY_0", format!("url.{instead}.insteadOf"));
    script.env("GIT_CONFIG_VALUE_0", "https://github.com/RustSec/advisory-db");
    let output = script.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn an_advisory_fails_and_an_unreachable_database_is_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("advisories-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();

    let (code, text) = look(&folder, &database(&folder, "serde_json"), &[]);
    assert!(code == Some(1) && text.contains("RUSTSEC-2026-9999"), "{text}");
    let (code, text) = look(&folder, &database(&folder, "no-crate-of-ours"), &["--required"]);
    assert!(code == Some(0) && text.contains("advisories: checked"), "{text}");

    let nowhere = "http://127.0.0.1:9/advisory-db";
    let (code, text) = look(&folder, nowhere, &[]);
    assert!(code == Some(0) && text.contains("advisories: NOT CHECKED"), "{text}");
    let (code, text) = look(&folder, nowhere, &["--required"]);
    assert!(code == Some(1) && text.contains("advisories: NOT CHECKED"), "{text}");

    // One that takes the call and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/advisory-db", silent.local_addr().unwrap());
    let began = Instant::now();
    let (code, text) = look(&folder, &address, &[]);
    assert!(code == Some(0) && text.contains("advisories: NOT CHECKED"), "{text}");
    assert!(began.elapsed() < Duration::from_mins(1));
    fs::remove_dir_all(folder).unwrap();
}
