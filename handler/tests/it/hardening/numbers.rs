//! Countries of numbers, compared with libphonenumber's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use handler::delivery::{Countries, Country};
use handler::event::PhoneNumber;
use handler::guard::{check, country_of};

use super::count;
use crate::tools;

const PHONENUMBERS: &str = "phonenumbers==9.0.40";

/// A number of no country is refused where countries are listed, one of another country may be sent what it must not.
#[test]
fn no_number_is_given_another_country_than_libphonenumber_gives_it() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("numbers.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/phone_numbers.py");
    let numbers = count("COMPARED_NUMBERS", 12_000).to_string();
    let python = tools::python("numbers", &[PHONENUMBERS]).join("python");
    let output = Command::new(python)
        .arg(script)
        .arg(&file)
        .arg(numbers)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compared: Vec<(String, Option<String>)> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let (mut same, mut other) = (0, Vec::new());
    for (text, theirs) in &compared {
        let ours = PhoneNumber::new(text).and_then(|number| country_of(&number));
        match (ours.map(|country| country.to_string()), theirs) {
            (Some(ours), Some(theirs)) if ours == *theirs => same += 1,
            (Some(ours), Some(theirs)) => other.push(format!("{text}: {ours}, and {theirs} by libphonenumber")),
            (None, Some(theirs)) => {
                // Whichever one country is served, the calling code must not give it a number of another.
                let number = PhoneNumber::new(text);
                let given = Country::codes().filter(|code| code != theirs).filter_map(|code| {
                    let served = Countries::Only(Country::from_code(code).into_iter().collect());
                    check(number.as_ref()?, &served).ok().flatten()
                });
                other.extend(given.map(|given| format!("{text}: {given}, and {theirs} by libphonenumber")));
            }
            (Some(_) | None, _) => {}
        }
    }
    assert!(other.is_empty(), "{} of {}: {other:#?}", other.len(), compared.len());
    assert!(same > compared.len() / 4, "{same} of {} have a country", compared.len());
}
