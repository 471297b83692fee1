//! The change set that takes a live pool into a stack.
//!
//! CloudFormation lets an `IMPORT` change set do nothing else: the template is the deployed one, or none, with the
//! pool added to it exactly as it is. No output and no stack tag changes with it. What the file wants beyond that
//! comes afterwards, as an update. Source: "Import AWS resources into a CloudFormation stack", AWS CloudFormation
//! User Guide.

use serde_json::{Map, Value, json};

use super::{Adopted, adopted};
use crate::finding::{Code, Finding};
use crate::model::{logical, output};
use crate::plan::diff::{diff, section};
use crate::plan::{Deployed, DesiredPool, Live, Phase};
use crate::spec::PoolId;
use crate::template::imported_pool;

/// The title of the change set that imports.
const TAKE_IN: &str = "take the pool into the stack as it is; nothing of it changes";
/// The title of the one behind it, where that is one.
const FINISH: &str = "bring what the file adds and changes";

/// A pool that is to be taken in.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Import {
    /// The pool.
    id: PoolId,
    /// The template of the change set that imports.
    pub(in crate::plan) template: Value,
    /// What the pool has and would lose.
    pub(in crate::plan) findings: Vec<Finding>,
}

impl Import {
    /// Returns what is to be imported; nothing where the stack has its pool already.
    pub(in crate::plan) fn of(deployed: Option<&Deployed>, pool: &DesiredPool, live: Option<&Live>) -> Option<Self> {
        let (DesiredPool::Import { id }, Some(live)) = (pool, live) else {
            return None;
        };
        let mut template = deployed.map_or_else(
            || json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": {} }),
            |deployed| deployed.template.clone(),
        );
        let resources = template.get_mut("Resources")?.as_object_mut()?;
        if resources.contains_key(logical::POOL) {
            return None;
        }
        let pool = adopted(&live.now);
        let mut properties = pool.properties.clone();
        let config = own_named(&Value::Object(pool.lambda_config.clone()), deployed);
        properties.insert("LambdaConfig".to_owned(), config);
        resources.insert(logical::POOL.to_owned(), imported_pool(properties));
        Some(Self {
            id: id.clone(),
            template,
            findings: unspeakable_triggers(&pool),
        })
    }

    /// Puts the change set that imports before the others.
    pub(in crate::plan) fn precede(&self, old: &Value, phases: &mut Vec<Phase>) {
        if let [only] = phases.as_mut_slice() {
            only.title = Some(FINISH);
        }
        let import = Phase {
            title: Some(TAKE_IN),
            template: self.template.clone(),
            diff: diff(old, &self.template),
            import: Some(self.id.clone()),
        };
        phases.insert(0, import);
    }
}

/// Names the deployed stack's own function and key as its template does, so that a pool that called them before
/// it was taken in is seen to call nothing new.
fn own_named(value: &Value, deployed: Option<&Deployed>) -> Value {
    let Some(deployed) = deployed else {
        return value.clone();
    };
    let is = |text: &str, id: &str, output: &str| {
        section(&deployed.template, "Resources").contains_key(id)
            && deployed.outputs.get(output).is_some_and(|arn| arn == text)
    };
    match value {
        Value::String(text) if is(text, logical::FUNCTION, output::FUNCTION_ARN) => {
            json!({ "Fn::GetAtt": [logical::FUNCTION, "Arn"] })
        }
        Value::String(text) if is(text, logical::KEY, output::KEY_ARN) => {
            json!({ "Fn::GetAtt": [logical::KEY, "Arn"] })
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), own_named(value, Some(deployed))));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// A trigger that no template can name is lost with the first update of the pool, and no two templates show it.
fn unspeakable_triggers(pool: &Adopted) -> Vec<Finding> {
    let triggers = pool.left_out.iter().filter_map(|left| {
        let member = left.member.strip_prefix("LambdaConfig.")?;
        (!pool.lambda_config.contains_key(member)).then_some(member)
    });
    let finding = |member: &str| {
        Finding::guard(
            Code::TriggerDropped,
            &format!("{}.{member}", logical::POOL),
            "none",
            format!("the trigger {member} would leave the pool: no stack file has a word for it"),
        )
    };
    triggers.map(finding).collect()
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::collections::BTreeMap;

    use super::*;
    use crate::aws::LivePool;
    use crate::plan::{Desired, Plan, Situation, phases};

    const ID: &str = "us-west-2_AbCdEf123";
    const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:own";

    fn import() -> DesiredPool {
        DesiredPool::Import {
            id: PoolId::parse(ID).unwrap(),
        }
    }

    fn live(config: &Value) -> Live {
        let pool = json!({ "Id": ID, "Name": "acme", "MfaConfiguration": "OFF", "LambdaConfig": config });
        Live {
            now: LivePool {
                pool: pool.as_object().cloned().unwrap(),
                mfa: Map::new(),
            },
            saved: None,
        }
    }

    fn deployed() -> Deployed {
        Deployed {
            template: json!({ "Resources": { "Function": { "Type": "AWS::Lambda::Function" } }, "Outputs": { "A": 1 } }),
            tags: BTreeMap::from([("team".to_owned(), "old".to_owned())]),
            termination_protection: false,
            own_key: None,
            outputs: BTreeMap::from([(output::FUNCTION_ARN.to_owned(), FUNCTION.to_owned())]),
            parameters: BTreeMap::new(),
        }
    }

    fn desired(config: &Value) -> Desired {
        let pool = json!({
            "Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
            "Properties": { "UserPoolName": "acme", "MfaConfiguration": "OFF", "LambdaConfig": config },
        });
        Desired {
            template: json!({
                "Resources": { "Function": { "Type": "AWS::Lambda::Function" }, "Pool": pool },
                "Outputs": { "PoolId": { "Value": { "Ref": "Pool" } } },
            }),
            tags: BTreeMap::from([("team".to_owned(), "new".to_owned())]),
            termination_protection: false,
            keys: Vec::new(),
            pool: import(),
            code: None,
        }
    }

    #[test]
    fn the_pool_comes_in_as_it_is_before_anything_else() {
        let sign_up = json!({ "PreSignUp": "arn:x" });
        let plan = Plan::of(
            Situation::Create { shell: false },
            None,
            &desired(&sign_up),
            Some(&live(&sign_up)),
        );
        let [first, second] = plan.phases.as_slice() else {
            panic!("{:?}", plan.phases);
        };
        assert_eq!(first.import.as_ref().map(PoolId::as_str), Some(ID));
        assert_eq!((first.title, second.title), (Some(TAKE_IN), Some(FINISH)));
        assert_eq!(
            first.template,
            json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": { "Pool": {
                "Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
                "Properties": { "UserPoolName": "acme", "MfaConfiguration": "OFF", "LambdaConfig": sign_up },
            } } })
        );
        assert_eq!(second.import, None);
        assert!(second.diff.change("Pool").is_none(), "{:?}", second.diff);
        assert_eq!(plan.findings, []);
    }

    #[test]
    fn a_stack_that_has_resources_keeps_them_through_the_import() {
        let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
        let plan = Plan::of(
            Situation::Update,
            Some(&deployed()),
            &desired(&json!({ "CustomMessage": own })),
            Some(&live(&json!({ "CustomMessage": FUNCTION }))),
        );
        let first = &plan.phases[0];
        assert_eq!(first.template["Outputs"], json!({ "A": 1 }));
        assert_eq!(
            first.template["Resources"]["Pool"]["Properties"]["LambdaConfig"]["CustomMessage"],
            own
        );
        let changed: Vec<&str> = first
            .diff
            .changes
            .iter()
            .map(|change| change.logical_id.as_str())
            .collect();
        assert_eq!(changed, ["Pool"]);
        assert_eq!(plan.phases.len(), 2);
        assert_eq!(plan.findings, []);
    }

    #[test]
    fn guards_compare_with_the_live_pool() {
        let pool = live(&json!({ "PreSignUp": "arn:x", "NewTrigger": "arn:y" }));
        let plan = Plan::of(
            Situation::Create { shell: false },
            None,
            &desired(&json!({})),
            Some(&pool),
        );
        let found: Vec<_> = plan
            .findings
            .iter()
            .map(|each| (each.code, each.resource.as_deref().unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (Code::TriggerDropped, "Pool.PreSignUp"),
                (Code::TriggerDropped, "Pool.NewTrigger")
            ]
        );
    }

    #[test]
    fn attributes_are_compared_with_their_defaults_filled_in() {
        let mut pool = live(&json!({}));
        let attribute = json!({
            "Name": "custom:third_party_id", "AttributeDataType": "String", "Mutable": true, "Required": false,
            "DeveloperOnlyAttribute": false, "StringAttributeConstraints": {},
        });
        pool.now.pool.insert("SchemaAttributes".to_owned(), json!([attribute]));
        let plan = |attribute: Value| {
            let mut wanted = desired(&json!({}));
            wanted.template["Resources"]["Pool"]["Properties"]["Schema"] = json!([attribute]);
            Plan::of(Situation::Create { shell: false }, None, &wanted, Some(&pool)).findings
        };
        let declared = json!({ "Name": "third_party_id", "AttributeDataType": "String", "Mutable": true });
        assert_eq!(plan(declared.clone()), []);
        let mut full = declared.clone();
        full["DeveloperOnlyAttribute"] = json!(false);
        full["Required"] = json!(false);
        assert_eq!(plan(full), []);
        let mut other = declared;
        other["Mutable"] = json!(false);
        let found = plan(other);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(found.code, Code::ImmutableProperty);
        assert!(
            found.message.ends_with(": `Mutable` was true and is now false"),
            "{}",
            found.message
        );
    }

    /// The pool that is in calls nothing new in the first change set, and what it is going to call comes before it.
    #[test]
    fn a_pool_that_gains_a_function_takes_three() {
        let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
        let wanted = desired(&json!({ "CustomMessage": own }));
        let plan = Plan::of(
            Situation::Create { shell: false },
            None,
            &wanted,
            Some(&live(&json!({}))),
        );
        assert_eq!(plan.phases.len(), 3);
        let second = &plan.phases[1].template["Resources"];
        assert_eq!(second["Pool"], plan.phases[0].template["Resources"]["Pool"]);
        assert_eq!(plan.phases[2].template, wanted.template);
        // Interrupted in between, the next plan is the rest of this one.
        let rest = phases(&plan.phases[0].template, &wanted.template, None);
        assert_eq!(rest.len(), 2);
    }

    #[test]
    fn a_stack_that_has_its_pool_imports_nothing() {
        let mut deployed = deployed();
        deployed.template = desired(&json!({})).template;
        assert!(Import::of(Some(&deployed), &import(), Some(&live(&json!({})))).is_none());
        assert!(Import::of(None, &DesiredPool::Owned, Some(&live(&json!({})))).is_none());
    }
}
