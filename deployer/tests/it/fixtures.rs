//! Stack files, good and bad: each code that a stack file can earn has a file that earns it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use deployer::finding::{Area, Code, Finding, Level, Source};
use deployer::spec::{self, Environment, KeySource, Loaded, Pool, Stack, TriggerKind, TriggerVersion};
use handler::delivery::Countries;
use proptest::prelude::*;

/// Paths are relative to the package's folder, where cargo runs the tests, so that findings read the same everywhere.
const FIXTURES: &str = "tests/fixtures";

fn file_codes() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| code.entry().area == Area::File)
}

/// Returns what the command line would be given to see the code.
fn arguments(code: Code) -> PathBuf {
    let folder = Path::new(FIXTURES).join(code.entry().name);
    match code {
        Code::FileNotFound => folder.with_extension("yaml"),
        _ if folder.is_dir() => folder,
        _ => folder.with_extension("yaml"),
    }
}

fn findings(paths: &[PathBuf]) -> Vec<Finding> {
    match spec::collect(paths).and_then(|sources| spec::load(&sources)) {
        Ok(Loaded { warnings, .. }) => warnings,
        Err(findings) => findings,
    }
}

fn text_of(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        if let Some(place) = &finding.place {
            let (line, column) = place.line_and_column();
            let path = place.source.path().display().to_string().replace('\\', "/");
            write!(text, "{}:{line}:{column} ", path.trim_start_matches("tests/fixtures/")).unwrap();
            let under: String = place.source.text()[place.span.clone()].chars().take(40).collect();
            write!(text, "{under:?} ").unwrap();
        }
        writeln!(text, "{}: {}", finding.code, finding.message).unwrap();
        for hint in &finding.hints {
            writeln!(text, "    hint: {hint}").unwrap();
        }
    }
    text
}

fn good(path: &str) -> Stack {
    let sources = spec::collect(&[PathBuf::from(path)]).unwrap();
    let loaded = spec::load(&sources).unwrap_or_else(|findings| panic!("{}", text_of(&findings)));
    assert_eq!(text_of(&loaded.warnings), "");
    let [stack] = <[Stack; 1]>::try_from(loaded.stacks).unwrap();
    stack
}

fn properties(stack: &Stack) -> &serde_json::Map<String, serde_json::Value> {
    let Pool::New { properties } = &stack.pool else {
        panic!("{:?}", stack.pool)
    };
    properties
}

#[test]
fn each_code_has_a_stack_file_that_earns_it() {
    let mut all = String::new();
    for code in file_codes() {
        let findings = findings(&[arguments(code)]);
        assert!(
            findings.iter().any(|finding| finding.code == code),
            "{code} from {}",
            text_of(&findings)
        );
        assert!(
            findings.iter().all(|finding| !finding.hints.is_empty()),
            "{}",
            text_of(&findings)
        );
        writeln!(all, "== {code}\n{}", text_of(&findings)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn each_fixture_is_named_after_a_code() {
    let names: BTreeSet<String> = file_codes().map(|code| code.entry().name.to_owned()).collect();
    for entry in fs::read_dir(FIXTURES).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(name == "good" || names.contains(name), "{name}");
    }
}

#[test]
fn no_message_shows_a_secret() {
    let findings = findings(&[arguments(Code::UnknownKey)]);
    assert!(
        !text_of(&findings).contains("a secret that no message shows"),
        "{}",
        text_of(&findings)
    );
}

#[test]
fn findings_of_all_files_come_at_once() {
    let paths = [
        arguments(Code::BadAccount),
        arguments(Code::BadRegion),
        arguments(Code::ProviderUnused),
    ];
    let codes: BTreeSet<Code> = findings(&paths).iter().map(|finding| finding.code).collect();
    assert!(
        [Code::BadAccount, Code::BadRegion, Code::ProviderUnused]
            .iter()
            .all(|code| codes.contains(code)),
        "{codes:?}"
    );
    let missing = [PathBuf::from("nowhere.yaml"), arguments(Code::FolderEmpty)];
    let codes: Vec<Code> = findings(&missing).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::FileNotFound, Code::FolderEmpty]);
}

#[test]
fn one_name_and_region_may_stand_in_two_accounts() {
    let file = |path: &str, account: &str| {
        let text = format!(
            "name: acme\nregion: us-west-2\naccount: {account}\npool: {{new: {{properties: {{UserPoolName: acme}}}}}}\n"
        );
        Source::new(path, text)
    };
    assert_eq!(
        spec::load(&[file("a.yaml", "111122223333"), file("b.yaml", "444455556666")])
            .unwrap()
            .stacks
            .len(),
        2
    );
    let twice = spec::load(&[file("a.yaml", "111122223333"), file("b.yaml", "111122223333")]).unwrap_err();
    assert_eq!(
        twice.iter().map(|finding| finding.code).collect::<Vec<_>>(),
        [Code::StackTwice]
    );
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let examples = Path::new("../examples");
    let paths = [
        examples.to_owned(),
        examples.join("sns-only.yaml"),
        PathBuf::from("../examples/./sns-only.yaml"),
    ];
    let sources = spec::collect(&paths).unwrap();
    let names: Vec<_> = sources
        .iter()
        .map(|source| source.path().file_name().unwrap().to_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.iter().filter(|name| **name == "sns-only.yaml").count(), 1);
}

#[test]
fn the_smallest_example_has_defaults_for_the_rest() {
    let stack = good("../examples/sns-only.yaml");
    assert_eq!(stack.environment, Environment::Production);
    assert!(stack.termination_protection && stack.uses_handler() && stack.has_sender());
    assert_eq!(
        stack.key.source,
        KeySource::Managed {
            alias: None,
            rotation_days: 365
        }
    );
    assert_eq!(
        (
            stack.function.memory_mb,
            stack.function.timeout_s,
            stack.function.log_retention_days
        ),
        (256, 20, 30)
    );
    assert_eq!(
        (
            stack.function.asynchronous.max_event_age_s,
            stack.function.asynchronous.max_retries
        ),
        (150, 1)
    );
    assert_eq!(
        stack.triggers[&TriggerKind::CustomSmsSender].version,
        Some(TriggerVersion::V1_0)
    );
    assert_eq!(stack.function.source, None);
}

#[test]
fn every_key_of_the_large_example_is_read() {
    let stack = good("../examples/production.yaml");
    insta::assert_snapshot!(format!("{:#?}", Shown(&stack)));
    // The order of the file is the order of the template.
    let names: Vec<&String> = properties(&stack).keys().take(3).collect();
    assert_eq!(names, ["UserPoolName", "UserPoolTier", "UsernameAttributes"]);
}

/// A stack without its file's text and the places in it.
struct Shown<'a>(&'a Stack);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stack = self.0;
        let triggers: Vec<_> = stack
            .triggers
            .iter()
            .map(|(kind, trigger)| (kind.member(), &trigger.target, trigger.version, trigger.permission))
            .collect();
        f.debug_struct("Stack")
            .field("name", &stack.name)
            .field("account", &stack.account)
            .field("region", &stack.region)
            .field("environment", &stack.environment)
            .field("termination_protection", &stack.termination_protection)
            .field("tags", &stack.tags)
            .field("assets_bucket", &stack.assets_bucket)
            .field("cloudformation", &stack.cloudformation)
            .field("roles", &stack.roles)
            .field("properties", &serde_json::to_string(properties(stack)).unwrap())
            .field("triggers", &triggers)
            .field("key", &stack.key)
            .field("function", &stack.function)
            .field("delivery", &serde_json::to_string(&stack.delivery).unwrap())
            .finish()
    }
}

#[test]
fn scalars_are_read_as_they_are_written() {
    let stack = good("tests/fixtures/good/as-written.yaml");
    assert_eq!(stack.name.as_str(), "on");
    assert_eq!(stack.account.as_ref().unwrap().as_str(), "012345678901");
    let mut tags: Vec<&str> = stack.tags.values().map(String::as_str).collect();
    let mut written = [
        "yes",
        "007",
        "NO",
        "0x1F",
        "1e3",
        "1_000",
        "12:30:45",
        "1.10",
        "2026-12-31",
        "0o17",
        "y",
        "+1",
        "-0",
        ".5",
        "True",
        "12345678901234567890",
        "off",
        "0b11",
        ".inf",
        "none",
    ];
    written.sort_unstable();
    tags.sort_unstable();
    assert_eq!(tags, written);
    assert_eq!(
        serde_json::to_string(properties(&stack)).unwrap(),
        r#"{"UserPoolName":"1e3","SmsConfiguration":{"ExternalId":"0123","SnsCallerArn":"arn:aws:iam::012345678901:role/sms"},"Schema":[{"Name":"off","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"1","MaxLength":"007"}}]}"#
    );
    let Countries::Only(countries) = &stack.delivery.sms.as_ref().unwrap().countries else {
        panic!()
    };
    assert_eq!(countries.iter().map(ToString::to_string).collect::<Vec<_>>(), ["NO"]);
    let sns = serde_json::to_value(&stack.delivery.providers["sns"]).unwrap();
    assert_eq!(sns["sender_id"], "1e3");
    assert!(!stack.termination_protection, "a test stack may be deleted");
}

/// What the schema does not know is passed through, and only the word that nothing needed stays to be
/// reported.
#[test]
fn an_acknowledged_property_is_passed_through() {
    let stack = good("tests/fixtures/good/acknowledged-property.yaml");
    assert_eq!(
        serde_json::to_string(properties(&stack)).unwrap(),
        r#"{"UserPoolName":"acme","Policies":{"PasswordPolicy":{"MinimumLength":12,"BannedWords":["acme","true",7]}},"DcrConfiguration":{"Enabled":true,"Limits":{"PerDay":10,"Label":"0010","Since":"1e3"}}}"#
    );
    let left: Vec<&str> = stack.acknowledge.iter().map(|word| word.resource.as_str()).collect();
    assert_eq!(left, ["Pool.Gone"]);
}

#[test]
fn maps_merge_lists_replace_and_the_resolved_text_is_the_same_stack() {
    let stack = good("tests/fixtures/good/extends");
    assert_eq!(
        stack
            .tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>(),
        ["country=SE", "owner=007"]
    );
    assert_eq!((stack.function.memory_mb, stack.function.timeout_s), (512, 10));
    assert_eq!(
        stack.function.source,
        Some(PathBuf::from("tests/fixtures/good/extends/./handler"))
    );
    let resolved = spec::resolved(&stack.source).unwrap();
    insta::assert_snapshot!("resolved", resolved);
    let (again, findings) = spec::parse(&Source::new("tests/fixtures/good/extends/acme.yaml", resolved.clone()));
    assert_eq!(text_of(&findings), "");
    let again = again.unwrap();
    assert_eq!(format!("{:?}", Shown(&again)), format!("{:?}", Shown(&stack)));
    assert_eq!(spec::resolved(&again.source), Some(resolved));
}

/// The mistakes of a file that is extended are reported there, and a place is never one of another file.
#[test]
fn a_finding_points_into_the_file_that_holds_the_value() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extends");
    fs::create_dir_all(&folder).unwrap();
    let base = "region: us-west\npool: {new: {properties: {UserPoolName: acme, Colour: red}}}\ntriggers: {custom_sms_sender: handler}\n";
    fs::write(folder.join("_base.yaml"), base).unwrap();
    fs::write(folder.join("acme.yaml"), "extends: _base.yaml\nname: 1acme\n").unwrap();
    let findings = findings(std::slice::from_ref(&folder));
    let places: Vec<(Code, &str, &str)> = findings
        .iter()
        .map(|finding| {
            let place = finding.place.as_ref().unwrap();
            let file = place.source.path().file_name().unwrap().to_str().unwrap();
            (finding.code, file, &place.source.text()[place.span.clone()])
        })
        .collect();
    assert_eq!(
        places,
        [
            (Code::BadName, "acme.yaml", "1acme"),
            (Code::BadRegion, "_base.yaml", "us-west"),
            (Code::UnknownProperty, "_base.yaml", "Colour"),
            (Code::SmsDeliveryMissing, "_base.yaml", "custom_sms_sender"),
        ]
    );
}

#[test]
fn a_path_that_no_file_has_is_refused_and_not_printed() {
    for extends in [r#""a\u001b[31mb""#, "."] {
        let text = format!("extends: {extends}\nname: acme\nregion: us-west-2\npool: {{new: {{properties: {{}}}}}}\n");
        let (stack, findings) = spec::parse(&Source::new("tests/any.yaml", text));
        assert!(stack.is_none());
        let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::ExtendsUnreadable]);
        assert!(!findings[0].message.contains(char::is_control), "{:?}", findings[0]);
    }
}

/// A pool that two files attach to is one pool, whatever their stacks are called.
#[test]
fn two_files_may_not_name_one_pool() {
    let file = |name: &str| {
        let text = format!("name: {name}\nregion: us-west-2\npool: {{existing: us-west-2_AbCdEf123}}\n");
        Source::new(format!("{name}.yaml"), text)
    };
    let found = spec::load(&[file("one"), file("other")]).unwrap_err();
    let twice = found
        .iter()
        .find(|finding| finding.code == Code::ResourceTwice)
        .unwrap();
    assert_eq!(
        twice.message,
        "the pool `us-west-2_AbCdEf123` belongs to the stack of one.yaml:3:18 already"
    );
}

#[test]
fn a_byte_order_mark_and_windows_lines_are_no_content() {
    let text = "\u{feff}name: acme\r\nregion: us-west-2\r\npool:\r\n  new:\r\n    properties: {UserPoolName: acme}\r\n";
    let (stack, findings) = spec::parse(&Source::new("a.yaml", text));
    assert_eq!(text_of(&findings), "");
    assert_eq!(stack.unwrap().region.as_str(), "us-west-2");
}

#[test]
fn places_count_bytes_and_columns_count_characters() {
    let source = Source::new("a.yaml", "# ✉ é\nname: ñame\nrégion: 'üs'\ntags: {日本: 語, ж: [x]}\n");
    let (stack, findings) = spec::parse(&source);
    assert!(stack.is_none());
    let under: Vec<(&str, (usize, usize))> = findings
        .iter()
        .filter_map(|finding| finding.place.as_ref())
        .map(|place| (&source.text()[place.span.clone()], place.line_and_column()))
        .collect();
    assert_eq!(
        under,
        [
            ("", (2, 1)),
            ("", (2, 1)),
            ("ñame", (2, 7)),
            ("région", (3, 1)),
            ("ж", (4, 15))
        ]
    );
}

#[test]
fn each_code_explains_itself() {
    let mut names = BTreeSet::new();
    for code in Code::ALL {
        let entry = code.entry();
        assert!(names.insert(entry.name), "{} stands twice", entry.name);
        assert_eq!(Code::from_name(entry.name), Some(*code));
        for text in [entry.why, entry.instead] {
            assert!(
                text.ends_with('.') && text.len() > 10 && !text.contains("  "),
                "{}: {text}",
                entry.name
            );
        }
        assert!(!entry.title.ends_with('.') && !entry.title.is_empty(), "{}", entry.name);
    }
}

/// Whatever a text holds, reading it ends, every place is inside it, an error never comes with a stack, and a
/// stack's resolved text is the same stack.
fn check(text: &str) -> Result<(), TestCaseError> {
    let source = Source::new("any.yaml", text);
    let (stack, findings) = spec::parse(&source);
    for finding in &findings {
        let span = finding
            .place
            .as_ref()
            .map(|place| place.span.clone())
            .unwrap_or_default();
        prop_assert!(text.get(span.clone()).is_some(), "{span:?} of {finding:?}");
    }
    let wrong = findings
        .iter()
        .any(|finding| finding.code.entry().level == Level::Error);
    prop_assert_eq!(stack.is_none(), wrong, "{}", text_of(&findings));
    if let Some(stack) = stack {
        let resolved = spec::resolved(&source).unwrap();
        let (again, findings) = spec::parse(&Source::new("any.yaml", resolved.clone()));
        prop_assert!(again.is_some(), "{}\n{resolved}", text_of(&findings));
        prop_assert_eq!(
            format!("{:?}", Shown(&again.unwrap())),
            format!("{:?}", Shown(&stack)),
            "{}",
            resolved
        );
    }
    Ok(())
}

fn full() -> &'static str {
    include_str!("../../../examples/production.yaml")
}

/// A piece of text that tends to matter in YAML.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "",
        "\n",
        "\t",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "#",
        "&a ",
        "*a",
        "!x ",
        "|\n",
        ">\n",
        "? ",
        "---\n",
        "...\n",
        "<<: ",
        "~",
        "null",
        "é",
        "日本",
        "\u{feff}",
        "\u{2028}",
        "\r\n",
        "\\",
        "%",
        "@",
        "0",
        "true",
        "properties",
        "new",
    ];
    prop_oneof![
        prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        any::<char>().prop_map(String::from)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_pieces_of_yaml_are_read(pieces in prop::collection::vec(piece(), 0..40)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn any_change_of_a_good_file_is_read(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30, piece()), 1..4),
    ) {
        let mut text = full().to_owned();
        for (at, length, piece) in changes {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &piece);
        }
        check(&text)?;
    }
}
