//! What CloudFormation's drift detection and a hash say of other resources.

use serde_json::Value;

use super::compare::same;
use super::{Drift, Standing};
use crate::aws::{PropertyDrift, ResourceDrift};
use crate::model::logical;

/// Returns what differs in a resource that CloudFormation compared with the deployed template; nothing where it is in
/// sync, and where CloudFormation could not tell. What the file declares as it is live by now (`declared` are the
/// resource's properties) is no drift either.
pub fn resource(found: &ResourceDrift, declared: Option<&Value>) -> Vec<Drift> {
    let whole = Drift {
        resource: found.logical_id.clone(),
        resource_type: found.resource_type.clone(),
        path: Vec::new(),
        declared: Some(Value::from("there")),
        live: None,
        standing: Standing::Drifted,
    };
    match found.status.as_str() {
        "DELETED" => vec![whole],
        "MODIFIED" => {
            let member = |difference: &PropertyDrift| Drift {
                path: steps(&difference.path),
                declared: difference.expected.as_deref().map(value),
                live: difference.actual.as_deref().map(value),
                ..whole.clone()
            };
            let is_declared = |drift: &Drift| {
                let value = drift.path.iter().try_fold(declared?, |value, step| value.get(step))?;
                Some(same(value, drift.live.as_ref()?))
            };
            let drifts = found.differences.iter().map(member);
            drifts.filter(|drift| is_declared(drift) != Some(true)).collect()
        }
        _ => Vec::new(),
    }
}

/// Compares the hash of the code that runs with that of the zip that was deployed.
pub fn code(deployed: &str, live: &str) -> Option<Drift> {
    (deployed != live).then(|| Drift {
        resource: logical::FUNCTION.to_owned(),
        resource_type: "AWS::Lambda::Function".to_owned(),
        path: vec!["Code".to_owned(), "SHA-256".to_owned()],
        declared: Some(Value::from(deployed)),
        live: Some(Value::from(live)),
        standing: Standing::Drifted,
    })
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    let step = |step: &str| step.replace("~1", "/").replace("~0", "~");
    pointer.split('/').skip(1).map(step).collect()
}

/// Lists and objects come as JSON in a text, and so do numbers and booleans.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(status: &str, differences: Vec<PropertyDrift>) -> ResourceDrift {
        ResourceDrift {
            logical_id: "DeadLetterQueue".to_owned(),
            resource_type: "AWS::SQS::Queue".to_owned(),
            status: status.to_owned(),
            reason: None,
            differences,
        }
    }

    #[test]
    fn only_what_cloudformation_found_changed_or_gone_is_drift() {
        for status in ["IN_SYNC", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED"] {
            assert_eq!(resource(&found(status, Vec::new()), None), []);
        }
        let gone = resource(&found("DELETED", Vec::new()), None);
        assert_eq!(gone.iter().map(|drift| drift.live.clone()).collect::<Vec<_>>(), [None]);
        let changed = PropertyDrift {
            path: "/RedrivePolicy/a~1b".to_owned(),
            expected: Some("345600".to_owned()),
            actual: Some("[\"x\"]".to_owned()),
        };
        let found = found("MODIFIED", vec![changed]);
        let changed = resource(&found, None);
        let told: Vec<_> = changed
            .iter()
            .map(|drift| (drift.member(), &drift.declared, &drift.live))
            .collect();
        assert_eq!(
            told,
            [(
                "RedrivePolicy.a/b".to_owned(),
                &Some(json!(345_600)),
                &Some(json!(["x"]))
            )]
        );
        // The file has caught up.
        assert_eq!(resource(&found, Some(&json!({"RedrivePolicy": {"a/b": ["x"]}}))), []);
        assert_eq!(
            resource(&found, Some(&json!({"RedrivePolicy": {"a/b": 345_600}}))).len(),
            1
        );
    }

    #[test]
    fn code_is_compared_by_its_hash() {
        assert_eq!(code("AAAA", "AAAA"), None);
        assert!(code("AAAA", "BBBB").is_some_and(|drift| drift.member() == "Code.SHA-256"));
    }
}
