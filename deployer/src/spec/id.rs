//! Names and identifiers of AWS that a stack file may hold, each checked when it is made.

use std::fmt;

use thiserror::Error;

/// Why a text is not the identifier that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {wanted}")]
pub struct IdError {
    /// What was wanted, with an example.
    pub wanted: &'static str,
}

macro_rules! text_id {
    ($(#[$attribute:meta])* $name:ident, $wanted:literal, $check:expr) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(IdError { wanted: $wanted }) }
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A CloudFormation stack name: a letter, then letters, digits and hyphens, 128 at most.
    StackName, "a stack name: a letter, then letters, digits and hyphens, 128 characters at most", |text| {
        text.len() <= 128
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    }
}

text_id! {
    /// A 12-digit AWS account id.
    AccountId, "an account id of 12 digits, such as \"111122223333\"", |text| {
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

text_id! {
    /// An AWS Region, such as `us-west-2`.
    Region, "a Region, such as us-west-2", is_region
}

text_id! {
    /// A user pool's id, `REGION_ID`, 55 characters at most (`UserPoolIdType`).
    PoolId, "a user pool id, such as us-west-2_AbCdEf123", |text| {
        text.len() <= 55
            && text.split_once('_').is_some_and(|(region, id)| {
                is_region(region) && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
    }
}

text_id! {
    /// A KMS alias, `alias/NAME`; `alias/aws/` belongs to AWS.
    AliasName, "a KMS alias, such as alias/acme-cognito (alias/aws/ belongs to AWS)", |text| {
        text.len() <= 256
            && !text.starts_with("alias/aws/")
            && text.strip_prefix("alias/").is_some_and(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_-".contains(c))
            })
    }
}

text_id! {
    /// The path of IAM roles, such as `/identity/`: 512 characters at most, a slash at both ends.
    RolePath, "a path of IAM, such as /identity/: up to 512 visible ASCII characters, a slash at both ends", |text| {
        text.len() <= 512
            && text.starts_with('/')
            && text.ends_with('/')
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

text_id! {
    /// A subnet's id.
    SubnetId, "a subnet's id, such as subnet-0123456789abcdef0", |text| is_hex_id(text, "subnet-")
}

text_id! {
    /// A security group's id.
    SecurityGroupId, "a security group's id, such as sg-0123456789abcdef0", |text| is_hex_id(text, "sg-")
}

fn is_hex_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| matches!(id.len(), 8 | 17) && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)))
}

fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let letters = |part: &str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let first = parts.next().is_some_and(|part| part.len() == 2 && letters(part));
    let rest: Vec<&str> = parts.collect();
    let number = rest
        .last()
        .is_some_and(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit()));
    first && number && (2..=3).contains(&rest.len()) && rest.iter().rev().skip(1).all(|part| letters(part))
}

/// An Amazon Resource Name, `arn:partition:service:region:account:resource`.
///
/// Source: "Identify AWS resources with ARNs", IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    /// The resource's first byte.
    resource: usize,
}

impl Arn {
    /// Checks the text.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let wanted = IdError {
            wanted: "an ARN: arn:partition:service:region:account:resource",
        };
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(wanted);
        };
        let well_formed = *arn == "arn"
            && (*partition == "aws" || partition.starts_with("aws-"))
            && !service.is_empty()
            && (region.is_empty() || is_region(region))
            && (account.is_empty()
                || AccountId::parse(account).is_ok()
                // AWS's own policies.
                || (*service == "iam" && *account == "aws"))
            && !resource.is_empty()
            && !text.chars().any(char::is_whitespace);
        if well_formed {
            Ok(Self {
                text: text.to_owned(),
                resource: text.len() - resource.len(),
            })
        } else {
            Err(wanted)
        }
    }

    fn part(&self, index: usize) -> &str {
        self.text.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service, such as `lambda`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region; empty for global services.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// All that follows the account.
    pub fn resource(&self) -> &str {
        self.text.get(self.resource..).unwrap_or_default()
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

macro_rules! arn_of {
    ($(#[$attribute:meta])* $name:ident, $wanted:literal, $check:expr) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arn);

        impl $name {
            /// Checks the text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let check: fn(&Arn) -> bool = $check;
                Arn::parse(text).ok().filter(|arn| check(arn)).map(Self).ok_or(IdError { wanted: $wanted })
            }

            /// Returns the ARN.
            pub fn arn(&self) -> &Arn {
                &self.0
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

fn regional(arn: &Arn, service: &str) -> bool {
    arn.service() == service && !arn.region().is_empty() && !arn.account().is_empty()
}

arn_of! {
    /// A Lambda function's ARN, with or without a version or alias.
    FunctionArn, "a function's ARN, such as arn:aws:lambda:us-west-2:111122223333:function:checks", |arn| {
        regional(arn, "lambda")
            && arn.resource().strip_prefix("function:").is_some_and(|rest| {
                let parts: Vec<&str> = rest.split(':').collect();
                parts.len() <= 2
                    && parts.iter().all(|part| {
                        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "$-_".contains(c))
                    })
            })
    }
}

arn_of! {
    /// A KMS key's ARN; an alias will not do, since a code's data key names the key itself.
    KeyArn, "a key's ARN (no alias), such as arn:aws:kms:us-west-2:111122223333:key/1234abcd-…", |arn| {
        regional(arn, "kms")
            && arn.resource().strip_prefix("key/").is_some_and(|id| {
                !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            })
    }
}

arn_of! {
    /// An IAM role's ARN.
    RoleArn, "a role's ARN, such as arn:aws:iam::111122223333:role/deploy", |arn| {
        arn.service() == "iam"
            && arn.region().is_empty()
            && !arn.account().is_empty()
            && arn.resource().strip_prefix("role/").is_some_and(|name| !name.is_empty())
    }
}

arn_of! {
    /// An IAM policy's ARN; those of AWS have `aws` for the account.
    PolicyArn, "a policy's ARN, such as arn:aws:iam::111122223333:policy/boundary", |arn| {
        arn.service() == "iam"
            && arn.region().is_empty()
            && !arn.account().is_empty()
            && arn.resource().strip_prefix("policy/").is_some_and(|name| !name.is_empty())
    }
}

arn_of! {
    /// An SNS topic's ARN.
    TopicArn, "a topic's ARN, such as arn:aws:sns:us-west-2:111122223333:alerts", |arn| {
        regional(arn, "sns") && !arn.resource().contains(':')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_checked() {
        for good in ["us-west-2", "ap-southeast-4", "us-gov-east-1", "us-iso-east-1"] {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "us-west", "us_west_2", "US-WEST-2", "us-west-22", "west-2"] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
        assert!(PoolId::parse("us-west-2_AbCdEf123").is_ok());
        assert!(PoolId::parse("us-west-2-AbCdEf123").is_err());
        assert!(AccountId::parse("012345678901").is_ok());
        assert!(AccountId::parse("12345678901").is_err());
        assert!(AliasName::parse("alias/acme-cognito").is_ok());
        assert!(AliasName::parse("alias/aws/x").is_err());
        assert!(StackName::parse("acme-prod").is_ok());
        assert!(StackName::parse("1acme").is_err());
        assert!(RolePath::parse("/").is_ok() && RolePath::parse("/team/identity/").is_ok());
        assert!(RolePath::parse("/team").is_err() && RolePath::parse("/two words/").is_err());
        assert!(SubnetId::parse("subnet-0123456789abcdef0").is_ok());
        assert!(SubnetId::parse("subnet-xyz").is_err() && SubnetId::parse("sg-01234567").is_err());
        assert!(SecurityGroupId::parse("sg-01234567").is_ok());
    }

    #[test]
    fn arns_are_checked_by_kind() {
        let function = FunctionArn::parse("arn:aws:lambda:us-west-2:111122223333:function:checks:live");
        assert_eq!(
            function.map(|function| function.arn().resource().to_owned()),
            Ok("function:checks:live".to_owned())
        );
        assert!(FunctionArn::parse("arn:aws:lambda:us-west-2:111122223333:layer:checks").is_err());
        assert!(KeyArn::parse("arn:aws:kms:us-west-2:111122223333:key/0c45-47db").is_ok());
        assert!(KeyArn::parse("arn:aws:kms:us-west-2:111122223333:alias/acme").is_err());
        assert!(RoleArn::parse("arn:aws-cn:iam::111122223333:role/team/deploy").is_ok());
        assert!(PolicyArn::parse("arn:aws:iam::aws:policy/PowerUserAccess").is_ok());
        assert!(PolicyArn::parse("arn:aws:iam::111122223333:role/deploy").is_err());
        assert!(TopicArn::parse("arn:aws:sns:us-west-2:111122223333:alerts").is_ok());
        assert!(Arn::parse("arn:aws:sns:us-west-2:1111:alerts").is_err());
    }
}
