//! The role by which a live pool sends SMS messages: what Cognito needs of it, and what stands against that.
//!
//! Cognito looks at the role with every update of the pool. What IAM says of it is read elsewhere; here it becomes
//! findings, before anything is touched.

use serde_json::{Map, Value, json};

use super::statement::{Admits, admits};
use crate::aws::{Decision, RoleState, Simulated};
use crate::finding::{Code, Finding};
use crate::spec::Arn;

/// Who takes on the role.
const COGNITO: &str = "cognito-idp.amazonaws.com";

/// The place that findings name, and acknowledgements too.
const RESOURCE: &str = "Pool.SmsConfiguration";

/// What a live pool says of its SMS role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsRole {
    /// The role's ARN.
    pub arn: String,
    /// What it must be allowed to do.
    pub action: &'static str,
    /// The resource of that: an ARN where messages go out by one, else `*`.
    pub resource: String,
    /// The Region in which messages are sent; nothing is the pool's own.
    pub region: Option<String>,
    external_id: Option<String>,
    pool_arn: String,
    /// What the pool itself says of its SMS messages.
    failure: String,
}

/// What could be read of a role.
#[derive(Clone, Debug, PartialEq)]
pub enum RoleSeen {
    /// It is there.
    There(RoleState),
    /// There is none of that name.
    Gone,
    /// The credentials lack this right.
    Unread(&'static str),
}

/// What IAM says of what a role may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightSeen {
    /// Its answer.
    Told(Simulated),
    /// The credentials lack this right.
    Unread(&'static str),
}

impl SmsRole {
    /// Returns the role that a pool of `DescribeUserPool` names; nothing when it names none.
    pub fn of(pool: &Map<String, Value>) -> Option<Self> {
        let text = |value: &Value, member: &str| {
            let text = value.get(member).and_then(Value::as_str).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let sms = pool.get("SmsConfiguration")?;
        let general = |value: &Value, member: &str| text(value, member).unwrap_or_default();
        let pool = Value::Object(pool.clone());
        let (pool_arn, failure) = (general(&pool, "Arn"), general(&pool, "SmsConfigurationFailure"));
        // One or the other: End User Messaging has taken the place of SNS.
        if let Some(eums) = sms.get("EumsSms").filter(|eums| text(eums, "CallerArn").is_some()) {
            let identity = text(eums, "OriginationIdentity").filter(|identity| identity.starts_with("arn:"));
            return Some(Self {
                arn: general(eums, "CallerArn"),
                action: "sms-voice:SendTextMessage",
                resource: identity.unwrap_or_else(|| "*".to_owned()),
                region: text(eums, "Region"),
                external_id: text(eums, "ExternalId"),
                pool_arn,
                failure,
            });
        }
        Some(Self {
            arn: text(sms, "SnsCallerArn")?,
            action: "sns:Publish",
            // A phone number has no ARN.
            resource: "*".to_owned(),
            region: text(sms, "SnsRegion"),
            external_id: text(sms, "ExternalId"),
            pool_arn,
            failure,
        })
    }

    /// Whether the role is of the pool's own account, so that IAM can be asked about it.
    pub fn is_near(&self) -> bool {
        Arn::parse(&self.arn).is_ok_and(|role| role.account() == self.account())
    }

    fn account(&self) -> String {
        Arn::parse(&self.pool_arn).map_or_else(|_| String::new(), |pool| pool.account().to_owned())
    }

    /// Returns what stands against the role. `right` is IAM's word on [`Self::action`], when it was asked.
    pub fn findings(&self, role: &RoleSeen, right: Option<&RightSeen>) -> Vec<Finding> {
        let found = match role {
            RoleSeen::Gone => vec![self.gone("it is not there")],
            RoleSeen::There(there) if there.arn != self.arn => {
                vec![self.gone(&format!("the role of that name is {}", there.arn))]
            }
            RoleSeen::There(there) => self.trust(&there.trust).into_iter().chain(self.right(right)).collect(),
            RoleSeen::Unread(action) => vec![self.unread(action)],
        };
        // The pool's own word is from the last time that Cognito looked, and no more than that.
        if self.failure.contains("InvalidSmsRole") && !found.iter().any(|finding| finding.code == Code::SmsRoleDead) {
            let says = format!("the pool says `{}` of its SMS role {}", self.failure, self.arn);
            return match role {
                RoleSeen::Unread(action) => {
                    let message = format!("{says}, and the credentials have no right to {action} to see why");
                    vec![self.dead(message).hint(self.trust_hint()).hint(self.right_hint())]
                }
                RoleSeen::There(_) | RoleSeen::Gone => {
                    let message = format!("{says}, and nothing is wrong with it that could be seen");
                    let mut found = found;
                    found.push(self.unchecked(message));
                    found
                }
            };
        }
        found
    }

    fn trust(&self, trust: &Value) -> Option<Finding> {
        let account = self.account();
        let known = [
            ("sts:ExternalId", self.external_id.as_deref()),
            ("aws:SourceArn", Some(self.pool_arn.as_str())),
            ("aws:SourceAccount", Some(account.as_str())),
        ];
        let role = &self.arn;
        let message = match admits(trust, COGNITO, "sts:AssumeRole", &known) {
            Admits::Yes => return None,
            Admits::Unknown(key) => {
                let message = format!(
                    "whether the SMS role {role} lets Cognito take it on cannot be told: its trust policy asks for {key}"
                );
                return Some(self.unchecked(message));
            }
            Admits::No => format!("the SMS role {role} does not let {COGNITO} take it on"),
            Admits::Denied => {
                let message = format!("a statement of the SMS role {role} forbids {COGNITO} to take it on");
                return Some(
                    self.dead(message)
                        .hint("take that statement out of its trust policy, or narrow it"),
                );
            }
            Admits::But(key) => {
                let given = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key));
                let given = match given.and_then(|(_, value)| *value) {
                    Some(value) => format!("{key} is `{value}` for this pool"),
                    None => format!("this pool has no {key}"),
                };
                format!(
                    "the SMS role {role} does not let Cognito take it on: {given}, and its trust policy asks for another"
                )
            }
        };
        Some(self.dead(message).hint(self.trust_hint()))
    }

    fn right(&self, right: Option<&RightSeen>) -> Option<Finding> {
        let (role, action) = (&self.arn, self.action);
        let told = match right? {
            RightSeen::Unread(missing) => return Some(self.unread(missing)),
            RightSeen::Told(told) => told,
        };
        // Who may send by one number only is asked by that number's ARN, which the pool need not name.
        let by_name = self.action != "sns:Publish" && self.resource == "*";
        match told.decision {
            Decision::Allowed => None,
            Decision::ExplicitDeny => {
                let message = format!("a policy of the SMS role {role} forbids it {action}");
                Some(
                    self.dead(message)
                        .hint("take that statement out of its policies, or narrow it"),
                )
            }
            Decision::ImplicitDeny if by_name || !told.missing_context.is_empty() => {
                let why = if told.missing_context.is_empty() {
                    "the pool does not name the ARN that messages go out by".to_owned()
                } else {
                    format!("its policies ask for {}", told.missing_context.join(", "))
                };
                let message = format!("whether the SMS role {role} may use {action} cannot be told: {why}");
                Some(self.unchecked(message))
            }
            Decision::ImplicitDeny => {
                let message = format!("no policy of the SMS role {role} lets it use {action}");
                Some(self.dead(message).hint(self.right_hint()))
            }
        }
    }

    /// The role does not exist: how it comes back.
    fn gone(&self, what: &str) -> Finding {
        let path = self.arn.split_once(":role").map_or("/", |(_, path)| path);
        let (folder, name) = path.rsplit_once('/').unwrap_or_default();
        let message = format!("the pool sends SMS messages by the role {}, but {what}", self.arn);
        let trust = json!({ "Version": "2012-10-17", "Statement": [self.trust_statement()] });
        let rights = json!({ "Version": "2012-10-17", "Statement": [self.right_statement()] });
        let finding = self.dead(message);
        finding
            .hint(format!(
                "make it again: aws iam create-role --path {folder}/ --role-name {name} --assume-role-policy-document {}",
                quoted(&trust)
            ))
            .hint(format!(
                "then: aws iam put-role-policy --role-name {name} --policy-name Publish --policy-document {}",
                quoted(&rights)
            ))
    }

    fn trust_hint(&self) -> String {
        format!("let its trust policy hold this statement: {}", self.trust_statement())
    }

    fn right_hint(&self) -> String {
        format!(
            "let one of its policies hold this statement: {}",
            self.right_statement()
        )
    }

    /// The least by which Cognito may take on the role for this pool.
    fn trust_statement(&self) -> Value {
        let mut equals = json!({ "aws:SourceAccount": self.account() });
        if let Some(id) = &self.external_id {
            equals = json!({ "sts:ExternalId": id, "aws:SourceAccount": self.account() });
        }
        json!({
            "Effect": "Allow",
            "Principal": { "Service": COGNITO },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": equals, "ArnLike": { "aws:SourceArn": self.pool_arn } },
        })
    }

    /// What Cognito's console gives such a role. Less may do for SNS, but IAM is asked about no number in particular.
    fn right_statement(&self) -> Value {
        json!({ "Effect": "Allow", "Action": self.action, "Resource": self.resource })
    }

    fn dead(&self, message: String) -> Finding {
        Finding::guard(Code::SmsRoleDead, RESOURCE, self.arn.as_str(), message)
    }

    fn unread(&self, action: &str) -> Finding {
        self.unchecked(format!(
            "the credentials have no right to {action}, so nobody has checked whether Cognito can use the SMS role {}",
            self.arn
        ))
    }

    /// A role of which something cannot be told.
    pub fn unchecked(&self, message: String) -> Finding {
        let name = self.arn.rsplit('/').next().unwrap_or_default();
        Finding::guard(Code::SmsRoleUnchecked, RESOURCE, "", message)
            .hint(format!("look at it: aws iam get-role --role-name {name}"))
    }
}

/// What a pool says of its e-mails, where it says that they fail.
pub fn email_finding(pool: &Map<String, Value>) -> Option<Finding> {
    let failure = pool.get("EmailConfigurationFailure").and_then(Value::as_str)?;
    if failure.is_empty() {
        return None;
    }
    let source = pool.get("EmailConfiguration").and_then(|email| email.get("SourceArn"));
    let identity = source.and_then(Value::as_str).unwrap_or("that it sends by");
    let message = format!("the pool says `{failure}` of the e-mail identity {identity}");
    Some(
        Finding::guard(Code::EmailIdentityRefused, "Pool.EmailConfiguration", "", message)
            .hint(format!("let the identity's policy in SES admit {COGNITO}")),
    )
}

/// JSON as one word of a shell.
fn quoted(value: &Value) -> String {
    format!("'{}'", value.to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
