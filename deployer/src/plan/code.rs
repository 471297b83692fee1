//! A change of the function's code: what the deployed zip holds against what the new one will.
//!
//! CloudFormation sees nothing but the zip's key. So the deployed zip is read, its delivery configuration and texts
//! are shown beside those that are declared, and guards look at both.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Phase, Plan, guard};
use crate::asset::{Asset, Contents, Refused};
use crate::finding::Finding;
use crate::model::logical;

/// What was read of the code that is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedCode {
    /// The digest by which the deployed template names its zip.
    pub digest: String,
    /// Base64 of the SHA-256 that the stack recorded of that zip; nothing for a stack that recorded none.
    pub recorded: Option<String>,
    /// That zip, or why it cannot be read or is not what was recorded.
    pub zip: Result<Vec<u8>, String>,
    /// Base64 of the SHA-256 of the code that the function runs, or why it cannot be told.
    pub runs: Result<String, String>,
}

/// What changes in the files that travel with the handler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryChange {
    /// Why the deployed files cannot be read; then there is nothing to compare.
    pub unread: Option<String>,
    /// Files that differ, by name: the delivery configuration, then texts.
    pub files: Vec<FileChange>,
    /// Whether the handler itself is another build; nothing where that cannot be told.
    pub handler: Option<bool>,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// `delivery`, or the path of a text, such as `messages/en/default.sms.txt`.
    pub name: String,
    /// The deployed content; nothing when the file is new. The delivery configuration is shown as YAML.
    pub old: Option<String>,
    /// The declared content; nothing when the file goes.
    pub new: Option<String>,
}

impl Phase {
    /// Whether the change set gives the function other code.
    pub fn changes_code(&self) -> bool {
        let function = self.diff.change(logical::FUNCTION);
        function
            .into_iter()
            .flat_map(|change| &change.edits)
            .any(|edit| match edit.path.get(1) {
                Some(property) => property == "Code",
                // The whole function is new, or goes.
                None => edit.new.is_some(),
            })
    }
}

impl Plan {
    /// Whether the plan gives the function other code.
    pub fn changes_code(&self) -> bool {
        self.phases.iter().any(Phase::changes_code)
    }

    /// Compares the declared code with the deployed one.
    pub fn compare_code(&mut self, asset: &Asset, deployed: &DeployedCode) {
        let contents = deployed.zip.as_deref().map_err(Clone::clone).and_then(unpacked);
        let (change, found) = match contents {
            Ok((contents, delivery)) => compared(asset, deployed, &contents, &delivery),
            Err(why) => {
                let found = vec![guard::unread(&why, asset)];
                let change = DeliveryChange {
                    unread: Some(why),
                    ..DeliveryChange::default()
                };
                (change, found)
            }
        };
        self.findings.extend(found);
        self.findings.extend(outside(asset, deployed));
        self.delivery = Some(change);
    }
}

fn unpacked(zip: &[u8]) -> Result<(Contents, Value), String> {
    let contents = Contents::read(zip).map_err(|refused| {
        let why: Vec<String> = refused.iter().map(Refused::to_string).collect();
        why.join("; ")
    })?;
    let delivery = serde_json::from_slice(&contents.delivery_json)
        .map_err(|error| format!("its delivery configuration is no JSON: {error}"))?;
    Ok((contents, delivery))
}

fn compared(
    asset: &Asset,
    deployed: &DeployedCode,
    contents: &Contents,
    old: &Value,
) -> (DeliveryChange, Vec<Finding>) {
    // What this program wrote can be read.
    let new: Value = serde_json::from_slice(&asset.delivery_json).unwrap_or_default();
    let mut found = guard::delivery_findings(old, &new);
    let is_build = asset.is_build_of(&deployed.digest, contents);
    if !is_build {
        found.push(guard::from_elsewhere(asset));
    }
    let mut files = Vec::new();
    if *old != new {
        files.push(FileChange {
            name: "delivery".to_owned(),
            old: Some(yaml(old)),
            new: Some(yaml(&new)),
        });
    }
    files.extend(texts(&contents.messages, &asset.messages));
    let change = DeliveryChange {
        unread: None,
        files,
        handler: Some(!is_build),
    };
    (change, found)
}

fn texts(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<FileChange> {
    let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    paths
        .into_iter()
        .filter(|path| old.get(*path) != new.get(*path))
        .map(|path| FileChange {
            name: format!("{}/{path}", handler::compose::FOLDER_NAME),
            old: old.get(path).cloned(),
            new: new.get(path).cloned(),
        })
        .collect()
}

/// Without brackets and commas, so that only lines that mean something differ.
fn yaml(value: &Value) -> String {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    // A JSON value has nothing that YAML cannot say, and JSON is YAML.
    serde_saphyr::to_string_with_options(value, options).unwrap_or_else(|_| format!("{value:#}"))
}

/// Code that CloudFormation knows nothing of.
fn outside(asset: &Asset, deployed: &DeployedCode) -> Option<Finding> {
    let runs = match &deployed.runs {
        Ok(runs) => runs,
        Err(why) => return Some(guard::unchecked(why)),
    };
    // A stack that recorded nothing records with this deployment; until then nothing proves what it should run.
    let recorded = deployed.recorded.as_deref()?;
    (runs != recorded).then(|| guard::changed_outside(runs, recorded, asset))
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::asset::{Origin, Sha256, zip};
    use crate::finding::Code;
    use crate::plan::{Desired, DesiredPool, Situation};
    use crate::spec::Architecture;

    /// An asset with a delivery configuration and two texts.
    pub(in crate::plan) fn asset(architecture: Architecture) -> Asset {
        Asset {
            digest: Sha256::of(b"zip"),
            binary_digest: Sha256::of(b"binary"),
            architecture,
            origin: Origin::Sources {
                folder: PathBuf::new(),
                root: PathBuf::new(),
                features: None,
            },
            delivery_json: br#"{"sms":{"countries":{"only":["CA","US"]}}}"#.to_vec(),
            messages: texts_of(&[("en/default.sms.txt", "Your code"), ("es/default.sms.txt", "Su clave")]),
        }
    }

    fn texts_of(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
        texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()
    }

    fn plan() -> Plan {
        let desired = Desired {
            template: serde_json::json!({}),
            tags: BTreeMap::new(),
            termination_protection: false,
            keys: Vec::new(),
            pool: DesiredPool::Owned,
            code: None,
        };
        Plan::of(Situation::Update, None, &desired, None)
    }

    /// What a plan says of a deployed zip; the function runs `runs`, or the zip itself.
    fn compared_with(
        zip: Result<Vec<u8>, String>,
        runs: Option<Result<String, String>>,
    ) -> (DeliveryChange, Vec<Code>) {
        let sha256 = zip.as_deref().map(|zip| Sha256::of(zip).base64()).unwrap_or_default();
        let deployed = DeployedCode {
            digest: "another".to_owned(),
            runs: runs.unwrap_or_else(|| Ok(sha256.clone())),
            recorded: Some(sha256),
            zip,
        };
        let mut plan = plan();
        plan.compare_code(&asset(Architecture::Arm64), &deployed);
        let codes = plan.findings.iter().map(|finding| finding.code).collect();
        (plan.delivery.unwrap_or_default(), codes)
    }

    #[test]
    fn files_that_differ_are_named_with_both_contents() {
        let texts = texts_of(&[("de/default.sms.txt", "Ihr Code"), ("en/default.sms.txt", "A code")]);
        let old = zip(b"x", br#"{"sms":{"countries":{"only":["US"]}}}"#, &texts).ok();
        let (change, codes) = compared_with(Ok(old.unwrap_or_default()), None);
        assert_eq!(codes, [Code::CountriesWidened, Code::HandlerChanged]);
        let file = |name: &str, old: Option<&str>, new: Option<&str>| FileChange {
            name: name.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        let delivery = "sms:\n  countries:\n    only:\n";
        assert_eq!(
            change.files,
            [
                file(
                    "delivery",
                    Some(&format!("{delivery}    - US\n")),
                    Some(&format!("{delivery}    - CA\n    - US\n"))
                ),
                file("messages/de/default.sms.txt", Some("Ihr Code"), None),
                file("messages/en/default.sms.txt", Some("A code"), Some("Your code")),
                file("messages/es/default.sms.txt", None, Some("Su clave")),
            ]
        );
        assert_eq!((change.handler, change.unread), (Some(true), None));
    }

    #[test]
    fn what_cannot_be_read_or_is_something_else_is_said() {
        let asset = asset(Architecture::Arm64);
        let same = zip(b"x", &asset.delivery_json, &asset.messages).unwrap_or_default();
        let refused = || Err("lambda:GetFunctionConfiguration: no right".to_owned());
        for (zip, runs, wanted) in [
            (Ok(same.clone()), None, &[Code::HandlerChanged][..]),
            (
                Ok(same.clone()),
                Some(Ok("AAAA".to_owned())),
                &[Code::HandlerChanged, Code::CodeChangedOutside],
            ),
            (Ok(same), Some(refused()), &[Code::HandlerChanged, Code::CodeUnchecked]),
            (Err("no right".to_owned()), None, &[Code::DeliveryUnread]),
            (Ok(b"PK and no more".to_vec()), None, &[Code::DeliveryUnread]),
            (
                Ok(zip(b"x", b"no JSON", &BTreeMap::new()).unwrap_or_default()),
                None,
                &[Code::DeliveryUnread],
            ),
        ] {
            let (change, codes) = compared_with(zip, runs);
            assert_eq!(codes, wanted, "{change:?}");
            assert_eq!(change.unread.is_some(), wanted == [Code::DeliveryUnread]);
            assert!(change.files.is_empty());
        }
    }
}
