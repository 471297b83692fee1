//! The handler of this checkout as the tests have built it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Returns the handler's binary with the features of the tests, so that nothing is compiled for it alone.
pub(crate) fn built() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args([
                "test",
                "--locked",
                "--workspace",
                "--test",
                "it",
                "--no-run",
                "--message-format=json",
            ])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let artifacts = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut found = artifacts
            .filter(|artifact| artifact["target"]["name"] == "handler" && artifact["target"]["kind"][0] == "bin");
        found
            .find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from))
            .unwrap()
    })
}
