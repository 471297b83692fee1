//! Whom the roles of the examples for CI trust.

use serde_json::Value;

use super::read;

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITLAB: &str = "gitlab.com";
const STS: &str = "sts.amazonaws.com";

/// Whether a role's trust policy admits a token with these claims, by the two operators that the examples use.
fn admits(policy: &Value, provider: &str, aud: &str, sub: &str) -> bool {
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    let statement = &statements[0];
    assert_eq!(
        (&statement["Effect"], &statement["Action"]),
        (&"Allow".into(), &"sts:AssumeRoleWithWebIdentity".into())
    );
    let federated = format!("arn:aws:iam::111122223333:oidc-provider/{provider}");
    assert_eq!(statement["Principal"], serde_json::json!({"Federated": federated}));
    let conditions = statement["Condition"].as_object().unwrap();
    let mut named = Vec::new();
    let holds = conditions.iter().all(|(operator, keys)| {
        keys.as_object().unwrap().iter().all(|(key, values)| {
            let claim = key.strip_prefix(provider).unwrap();
            named.push(claim.to_owned());
            let claim = match claim {
                ":aud" => aud,
                ":sub" => sub,
                other => panic!("no claim {other}"),
            };
            let values = match values {
                Value::Array(values) => values.clone(),
                value => vec![value.clone()],
            };
            values
                .iter()
                .any(|value| matches(operator, value.as_str().unwrap(), claim))
        })
    });
    // Without the first nobody's audience counts, without the second every repository of the service is admitted.
    if holds {
        named.sort();
        assert_eq!(named, [":aud", ":sub"]);
    }
    holds
}

fn matches(operator: &str, value: &str, claim: &str) -> bool {
    match (operator, value.split_once('*')) {
        ("StringEquals", None) => claim == value,
        // One star at the end, after the whole name of a repository and what follows it.
        ("StringLike", Some((start, ""))) => {
            assert!(start.ends_with(':'), "{value}");
            claim.starts_with(start)
        }
        _ => panic!("{operator} {value}"),
    }
}

#[test]
fn the_roles_for_github_trust_one_repository_s_branch_and_environment() {
    let [plan, apply] = ["plan", "apply"].map(|name| read(&format!("examples/ci/github-{name}-trust.json")));
    for (sub, plans, applies) in [
        ("repo:acme/identity:pull_request", true, false),
        ("repo:acme/identity:ref:refs/heads/main", true, false),
        ("repo:acme/identity:environment:production", false, true),
        ("repo:acme/identity:environment:staging", false, false),
        ("repo:acme/identity:ref:refs/heads/feature", false, false),
        ("repo:acme/identity:ref:refs/tags/main", false, false),
        ("repo:acme/identity-fork:pull_request", false, false),
        ("repo:acme/other:environment:production", false, false),
        ("repo:else/identity:environment:production", false, false),
    ] {
        assert_eq!(admits(&plan, GITHUB, STS, sub), plans, "plan: {sub}");
        assert_eq!(admits(&apply, GITHUB, STS, sub), applies, "apply: {sub}");
        for policy in [&plan, &apply] {
            assert!(!admits(policy, GITHUB, "https://github.com/acme", sub), "{sub}");
        }
    }
}

#[test]
fn the_roles_for_gitlab_trust_one_project_and_its_main_branch() {
    let [plan, apply] = ["plan", "apply"].map(|name| read(&format!("examples/ci/gitlab-{name}-trust.json")));
    for (sub, plans, applies) in [
        ("project_path:acme/identity:ref_type:branch:ref:main", true, true),
        ("project_path:acme/identity:ref_type:branch:ref:feature", true, false),
        ("project_path:acme/identity:ref_type:branch:ref:main2", true, false),
        ("project_path:acme/identity:ref_type:tag:ref:main", false, false),
        ("project_path:acme/identity-fork:ref_type:branch:ref:main", false, false),
        ("project_path:else/identity:ref_type:branch:ref:main", false, false),
    ] {
        assert_eq!(admits(&plan, GITLAB, STS, sub), plans, "plan: {sub}");
        assert_eq!(admits(&apply, GITLAB, STS, sub), applies, "apply: {sub}");
        for policy in [&plan, &apply] {
            assert!(!admits(policy, GITLAB, "https://gitlab.com", sub), "{sub}");
        }
    }
}
