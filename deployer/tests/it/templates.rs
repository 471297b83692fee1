//! Whole templates, as snapshots, under cfn-lint and checkov, and in what must hold for all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use deployer::template::Template;
use handler::provider::{Form, Provider, ProviderType, Setting};
use serde_json::{Map, Value, json};

use crate::stacks;
use crate::support::tools;

const CFN_LINT: &str = "cfn-lint==1.58.0";
const CHECKOV: &str = "checkov==3.3.30";

#[test]
fn templates_are_as_reviewed() {
    for (name, stack) in stacks::all() {
        insta::assert_snapshot!(format!("{name}.json"), stacks::template(&stack).to_json());
    }
    insta::assert_snapshot!("full.yaml", stacks::template(&stacks::full()).to_yaml());
}

/// What each type of provider is allowed, with the settings that it must have and with all that it may have.
#[test]
fn each_provider_has_the_rights_that_it_needs() {
    let mut rights = Map::new();
    for kind in Provider::TYPES {
        let all = settings(kind, |_| true);
        let required = settings(kind, |setting| setting.required);
        for (how, settings) in [("required", required), ("all", all)] {
            let mut stack = stacks::by_others();
            let provider = stacks::provider(Value::Object(settings));
            stack.delivery.providers = ["eum", "hook"].map(|name| (name.to_owned(), provider.clone())).into();
            let template = stacks::template(&stack);
            let policy = &template.resource("FunctionRole").unwrap()["Properties"]["Policies"][0]["PolicyDocument"];
            let statements = policy["Statement"].as_array().unwrap()[2..].to_vec();
            rights.insert(format!("{} {how}", kind.name), statements.into());
        }
    }
    insta::assert_json_snapshot!(rights);
}

fn settings(kind: &ProviderType, wanted: fn(&Setting) -> bool) -> Map<String, Value> {
    let example = |setting: &Setting| {
        let text = setting.example.trim_matches('"');
        match setting.form {
            Form::Flag => json!(text == "true"),
            Form::Number { .. } => json!(text.parse::<u32>().unwrap()),
            Form::Texts => json!({}),
            Form::Text { .. } | Form::Choice(_) | Form::Region | Form::Arn(_) | Form::Https => json!(text),
        }
    };
    let settings = kind.settings.iter().filter(|setting| wanted(setting));
    [("type".to_owned(), json!(kind.name))]
        .into_iter()
        .chain(settings.map(|setting| (setting.key.to_owned(), example(setting))))
        .collect()
}

#[test]
fn every_example_is_among_the_templates() {
    let mut names: Vec<String> = fs::read_dir("../examples")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, stacks::EXAMPLES);
}

/// A function that Cognito waits for has nothing to retry, keep or decrypt.
#[test]
fn what_only_senders_need_is_not_there_without_one() {
    let template = stacks::template(&stacks::answered());
    for id in [
        "Key",
        "DecryptPolicy",
        "DeadLetterQueue",
        "QueuePolicy",
        "AsyncConfig",
        "DeadLetterAlarm",
        "DestinationAlarm",
        "SmsAlarm",
    ] {
        assert_eq!(template.resource(id), None, "{id}");
    }
    let config = &template.resource("Pool").unwrap()["Properties"]["LambdaConfig"];
    assert_eq!(config, &json!({"CustomMessage": {"Fn::GetAtt": ["Function", "Arn"]}}));
    let variables = &template.resource("Function").unwrap()["Properties"]["Environment"]["Variables"];
    assert_eq!(variables, &json!({"STACK_NAME": {"Ref": "AWS::StackName"}}));
    for id in ["FunctionPermission", "ErrorAlarm", "MessageAlarm"] {
        assert!(template.resource(id).is_some(), "{id}");
    }
}

#[test]
fn the_same_stack_gives_the_same_bytes() {
    for ((name, one), (_, other)) in stacks::all().into_iter().zip(stacks::all()) {
        let (one, other) = (stacks::template(&one), stacks::template(&other));
        assert_eq!(one.to_json(), other.to_json(), "{name}");
        assert_eq!(one.to_yaml(), other.to_yaml(), "{name}");
    }
}

#[test]
fn json_reads_back() {
    for (name, stack) in stacks::all() {
        let template = stacks::template(&stack);
        assert_eq!(Template::from_text(&template.to_json()).unwrap(), template, "{name}");
    }
}

/// CloudFormation reads YAML as PyYAML does, by version 1.1: more words are no strings there.
#[test]
fn yaml_means_the_same_to_other_readers() {
    let hostile = [
        "NO",
        "yes",
        "on",
        "~",
        "null",
        "012345678901",
        "1_000",
        "0x1f",
        "1e3",
        "12:30:45",
        "2012-10-17",
        "=",
        "<<",
        "",
        " x ",
        "a: b",
        "a #b",
        "- a",
        "{####}",
        "%x",
        "@x",
        "`x`",
        "&x",
        "*x",
        "!x",
        "|",
        ">",
        "'",
        "\"",
        "\\",
        "a\nb\n",
        "\n a\n\n  b ",
        "\t",
        "\u{a0}\u{2028}",
        "코드: {####}",
        "🔑",
    ];
    let long = "word ".repeat(100);
    let hostile: Vec<Value> = hostile
        .into_iter()
        .chain([long.as_str(), long.trim()])
        .map(Value::from)
        .collect();
    let members = hostile
        .iter()
        .filter_map(|text| Some((text.as_str()?.to_owned(), text.clone())))
        .collect::<Map<_, _>>();
    let hostile = json!({"Resources": {"Strings": hostile, "Members": members, "Numbers": [0, -1, 1.5, true, null]}});
    let mut templates = vec![Template::from_value(hostile).unwrap()];
    templates.extend(stacks::all().iter().map(|(_, stack)| stacks::template(stack)));
    let python = tools::python("cfn-lint", &[CFN_LINT]).join("python");
    let script = "import json, sys, yaml; print(json.dumps([yaml.safe_load(t) for t in json.load(sys.stdin)]))";
    let yaml: Vec<String> = templates.iter().map(Template::to_yaml).collect();
    // Read from a file: together they are more than a command line takes.
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates.json");
    fs::write(&file, serde_json::to_string(&yaml).unwrap()).unwrap();
    let output = Command::new(python)
        .args(["-c", script])
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let read: Vec<Value> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!(read.len(), templates.len());
    for ((template, yaml), read) in templates.iter().zip(&yaml).zip(&read) {
        assert_eq!(read, template.value(), "{yaml}");
        assert_eq!(
            &serde_saphyr::from_str::<Value>(yaml).unwrap(),
            template.value(),
            "{yaml}"
        );
    }
}

/// Resources stand in an order in which they can be made: nothing refers to what comes after it.
#[test]
fn references_have_no_way_back() {
    for (name, stack) in stacks::all() {
        let template = stacks::template(&stack);
        let mut made = BTreeSet::new();
        for (id, _) in template.resources() {
            for reference in template.references(id) {
                assert!(
                    made.contains(&reference),
                    "{name}: `{id}` refers to `{reference}`, which comes later"
                );
            }
            made.insert(id.to_owned());
        }
    }
}

/// What fails after the pool is made leaves a pool to roll back, so only what must comes after it.
#[test]
fn the_pool_waits_for_all_that_does_not_need_it() {
    for (name, stack) in stacks::all() {
        let template = stacks::template(&stack);
        let reached = reached(&template, "Pool");
        for (id, _) in template.resources().filter(|_| template.resource("Pool").is_some()) {
            let needs_pool = id == "Pool" || self::reached(&template, id).contains("Pool");
            assert!(
                needs_pool || reached.contains(id),
                "{name}: the pool does not wait for `{id}`"
            );
        }
    }
}

fn reached(template: &Template, id: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = template.references(id);
    while let Some(id) = open.pop() {
        open.extend(template.references(&id));
        reached.insert(id);
    }
    reached
}

#[test]
fn what_holds_data_stays() {
    for (name, stack) in stacks::all() {
        let template = stacks::template(&stack);
        for id in ["Pool", "Key", "LogGroup"] {
            let Some(resource) = template.resource(id) else {
                continue;
            };
            let deletion = if name == "imported_pool" && id == "Pool" {
                "Retain"
            } else {
                "RetainExceptOnCreate"
            };
            assert_eq!(resource["DeletionPolicy"], deletion, "{name}: {id}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}: {id}");
        }
    }
}

/// A physical name would collide when a stack is made again beside what the last one left behind.
#[test]
fn nothing_but_the_alias_has_a_physical_name() {
    let names = [
        "FunctionName",
        "RoleName",
        "LogGroupName",
        "QueueName",
        "AlarmName",
        "ManagedPolicyName",
    ];
    for (name, stack) in stacks::all() {
        for (id, resource) in stacks::template(&stack).resources() {
            let properties = resource["Properties"].as_object().unwrap();
            for property in names.into_iter().filter(|property| properties.contains_key(*property)) {
                // The function that these two speak of, not a name that they give.
                let kind = resource["Type"].as_str().unwrap();
                let speaks_of = ["AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Permission"].contains(&kind);
                assert!(property == "FunctionName" && speaks_of, "{name}: {id} has a {property}");
            }
        }
    }
}

#[test]
fn a_template_needs_no_zip_to_be_checked() {
    let stack = stacks::minimal();
    let checked = deployer::template::render(&deployer::model::Model::of(&stack, None));
    assert_eq!(checked.to_json().len(), stacks::template(&stack).to_json().len());
    assert_eq!(deployer::check::check(&checked, &checked.to_json()), []);
}

/// All templates in one call: the tool takes a second or two to start and little for each template.
#[test]
fn cfn_lint_finds_nothing() {
    let folder = written("cfn-lint");
    let tools = tools::python("cfn-lint", &[CFN_LINT]);
    let output = Command::new(tools.join("cfn-lint"))
        .args([
            "--include-checks",
            "I",
            "--regions",
            "us-west-2",
            "--format",
            "parseable",
            "--non-zero-exit-code",
            "informational",
        ])
        .arg("--")
        .args(files(&folder))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

/// All templates in one call: the tool takes many seconds to start and little for each template.
#[test]
fn checkov_fails_nothing_and_every_skip_has_a_reason() {
    let folder = written("checkov");
    let tools = tools::python("checkov", &[CHECKOV]);
    let output = Command::new(tools.join("checkov"))
        .args([
            "--framework",
            "cloudformation",
            "--compact",
            "--quiet",
            "--output",
            "json",
            "--skip-download",
            "--soft-fail",
        ])
        .args(["--directory".as_ref(), folder.as_os_str()])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
    assert_eq!(report["summary"]["parsing_errors"], 0, "{report}");
    assert!(
        report["summary"]["passed"].as_u64() > Some(100),
        "{}",
        report["summary"]
    );
    let failed = report["results"]["failed_checks"].as_array().unwrap();
    let failed: Vec<String> = failed
        .iter()
        .map(|check| {
            format!(
                "{} {} {} {}",
                check["check_id"], check["file_path"], check["resource"], check["check_name"]
            )
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    for (name, stack) in stacks::all() {
        for (id, resource) in stacks::template(&stack).resources() {
            let skips = resource["Metadata"]["checkov"]["skip"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            for skip in skips {
                assert!(skip["comment"].as_str().unwrap().len() > 40, "{name}: {id}: {skip}");
            }
        }
    }
}

/// Writes every template into a folder of its own, JSON and YAML.
fn written(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("templates-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    for (name, stack) in stacks::all() {
        let template = stacks::template(&stack);
        fs::write(folder.join(format!("{name}.json")), template.to_json()).unwrap();
        fs::write(folder.join(format!("{name}.yaml")), template.to_yaml()).unwrap();
    }
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
