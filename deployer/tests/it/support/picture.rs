//! What a terminal showed, as an SVG picture, and texts that GitHub renders: kept in `examples/pictures` for the README.
//!
//! `DEPLOYER_TEST_PICTURES=write` writes them anew; without it, one that is not true any more fails its test.

use std::fs;
use std::path::Path;

use anstyle_svg::{Term, WIN10_CONSOLE};

use super::cli::Run;

/// Compares a picture of a run on a terminal with the kept one.
#[track_caller]
pub(crate) fn of_terminal(name: &str, run: &Run) {
    of_part(name, run, "");
}

/// The same from where something is said; what stands above is left out, and the picture says so.
#[track_caller]
pub(crate) fn of_part(name: &str, run: &Run, from: &str) {
    let shown = run.normal(&run.stdout);
    let shown = match shown.find(from).unwrap() {
        0 => shown,
        start => format!("…\n\n{}", &shown[start..]),
    };
    let text = format!("$ \u{1b}[1mdeployer {}\u{1b}[0m\n\n{}", run.command(), shown.trim_end());
    let drawn = Term::new().palette(WIN10_CONSOLE).render_svg(&text);
    as_kept(&format!("{name}.svg"), &drawn);
}

/// Compares a file in `examples/pictures` with what it has to be.
#[track_caller]
pub(crate) fn as_kept(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/pictures")
        .join(name);
    if std::env::var_os("DEPLOYER_TEST_PICTURES").is_some_and(|word| word == "write") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{name} shows something else; look at it, and write it anew by DEPLOYER_TEST_PICTURES=write:\n{text}"
    );
}
