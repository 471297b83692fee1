//! The policies among the examples are what the table of rights says.
//!
//! `DEPLOYER_TEST_POLICIES=write` writes them anew; without it, one that is not true any more fails its test.

use std::fs;
use std::path::Path;

use deployer::doctor::rights::{Place, apply_policy, cloudformation_policy, diff_policy};
use serde_json::Value;

use super::ACCOUNT;

/// `stacks` are the names that a role is for; an example's whole account is too much for one that changes things.
const fn place(stacks: &str) -> Place<'_> {
    Place {
        partition: "aws",
        account: ACCOUNT,
        region: "us-west-2",
        bucket: "deployer-assets-111122223333-us-west-2",
        stacks,
        stack_role: "arn:aws:iam::111122223333:role/pools-cloudformation",
    }
}

fn examples() -> [(&'static str, Value); 3] {
    [
        ("diff-policy.json", diff_policy(place("*"))),
        ("ci/apply-policy.json", apply_policy(place("acme-*"))),
        ("ci/cloudformation-policy.json", cloudformation_policy(place("acme-*"))),
    ]
}

#[test]
fn the_policies_among_the_examples_are_those_of_the_table() {
    for (file, policy) in examples() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(file);
        let text = format!("{policy:#}\n");
        if std::env::var_os("DEPLOYER_TEST_POLICIES").is_some_and(|word| word == "write") {
            fs::write(&path, &text).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            written, text,
            "{file} is not what the table of rights says: write it anew by DEPLOYER_TEST_POLICIES=write"
        );
    }
}

/// A managed policy has at most 6,144 characters, white space not counted.
#[test]
fn the_policies_among_the_examples_fit_a_managed_policy() {
    for (file, policy) in examples() {
        let length = policy.to_string().len();
        assert!(length <= 6_144, "{file}: {length}");
    }
}
