//! What an account demands of every stack: who deploys it, who hears of it, and how its roles are fenced in.

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::{CloudFormation, PolicyArn, RoleArn, RolePath, Roles, TopicArn};

/// `NotificationARNs`, `CreateChangeSet`.
const MAX_TOPICS: usize = 5;

/// Reads `cloudformation_role` and `notification_arns`.
pub(in crate::spec) fn cloudformation(
    role: Option<Field<'_>>,
    topics: Option<Field<'_>>,
    home: &Home,
    report: &mut Report<'_>,
) -> CloudFormation {
    let role = role.and_then(|field| {
        let role = field.id(Code::BadArn, RoleArn::parse, "copy the ARN from the role", report)?;
        let hint = "name a role of the stack's account: CloudFormation takes on no other";
        home.check_account(&field, role.arn(), "role", hint, report);
        Some(role)
    });
    let Some(field) = topics else {
        return CloudFormation {
            role,
            notify: Vec::new(),
        };
    };
    let items = field.list(report).unwrap_or_default();
    if items.len() > MAX_TOPICS {
        let wanted = format!("{MAX_TOPICS} topics at most, found {}", items.len());
        field.refuse(Code::OutOfRange, &wanted, "remove some", report);
    }
    let topic = |field: &Field<'_>| {
        let topic = field.id(Code::BadArn, TopicArn::parse, "copy the ARN from the topic", report)?;
        home.check_region(field, topic.arn(), "topic", report);
        Some(topic)
    };
    CloudFormation {
        role,
        notify: items.iter().filter_map(topic).collect(),
    }
}

/// Reads `permissions_boundary` and `role_path`.
pub(in crate::spec) fn roles(
    boundary: Option<Field<'_>>,
    path: Option<Field<'_>>,
    home: &Home,
    report: &mut Report<'_>,
) -> Roles {
    let boundary = boundary.and_then(|field| {
        let policy = field.id(Code::BadArn, PolicyArn::parse, "copy the ARN from the policy", report)?;
        // AWS's own policies belong to every account.
        if policy.arn().account() != "aws" {
            let hint = "name a policy of the stack's account: IAM takes no other";
            home.check_account(&field, policy.arn(), "policy", hint, report);
        }
        Some(policy)
    });
    let hint = "write it like /identity/";
    let path = path.and_then(|field| field.id(Code::BadName, RolePath::parse, hint, report));
    Roles { boundary, path }
}
