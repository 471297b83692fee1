//! What identifiers look like, as patterns that every dialect of regular expressions reads alike.

/// A 12-digit account id.
pub(super) const ACCOUNT: &str = "[0-9]{12}";
/// A Region.
pub(super) const REGION: &str = "[a-z]{2}(-[a-z]{2,}){1,2}-[0-9]";
/// A stack's name.
pub(super) const STACK: &str = "[A-Za-z][A-Za-z0-9-]{0,127}";
/// A bucket's name.
pub(super) const BUCKET: &str = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";
/// The path of a role.
pub(super) const ROLE_PATH: &str = "/([!-~]*/)?";
/// A key's alias.
pub(super) const ALIAS: &str = "alias/[A-Za-z0-9/_-]+";
/// A subnet's id.
pub(super) const SUBNET: &str = "subnet-([0-9a-f]{8}|[0-9a-f]{17})";
/// A security group's id.
pub(super) const SECURITY_GROUP: &str = "sg-([0-9a-f]{8}|[0-9a-f]{17})";
/// A name that the file gives to a provider.
pub(super) const PROVIDER: &str = "[A-Za-z0-9_-]{1,64}";

/// An address that begins with `https://`.
pub(super) const HTTPS: &str = r#"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?([/?][!-"$-?A-~]*)?"#;

/// A language.
pub(super) const LOCALE: &str = "[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*";
/// Text that says something.
pub(super) const WORDS: &str = r"\S";
/// What tags may hold; of other scripts than ASCII only the rules know what is a letter.
pub(super) const TAG: &str = r"^[^!-*,;<>?\[-\^`{-~]*$";
/// A day, `YYYY-MM-DD`.
pub(super) const DATE: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/// Returns the pattern of a user pool's id.
pub(super) fn pool_id() -> String {
    format!("{REGION}_[A-Za-z0-9]+")
}

/// Returns the pattern of a function's ARN, with or without a version or alias.
pub(super) fn function_arn() -> String {
    let part = "[A-Za-z0-9$_-]+";
    arn("lambda", REGION, ACCOUNT, &format!("function:{part}(:{part})?"))
}

/// Returns the pattern of a key's ARN.
pub(super) fn key_arn() -> String {
    arn("kms", REGION, ACCOUNT, "key/[A-Za-z0-9-]+")
}

/// Returns the pattern of a role's ARN.
pub(super) fn role_arn() -> String {
    arn("iam", "", ACCOUNT, "role/[!-~]+")
}

/// Returns the pattern of a policy's ARN; those of AWS have `aws` for the account.
pub(super) fn policy_arn() -> String {
    arn("iam", "", &format!("({ACCOUNT}|aws)"), "policy/[!-~]+")
}

/// Returns the pattern of a topic's ARN.
pub(super) fn topic_arn() -> String {
    arn("sns", REGION, ACCOUNT, r"[A-Za-z0-9_.-]+")
}

/// Returns the pattern of an ARN of one of these services that names one resource.
pub(super) fn arn_of(services: &[&str]) -> String {
    let name = "[A-Za-z0-9_.:/@+=,-]+";
    let arns: Vec<String> = services
        .iter()
        .map(|service| {
            let kind = match *service {
                "kms" => "key/",
                "secretsmanager" => "secret:",
                "ssm" => "parameter/",
                _ => "",
            };
            arn(service, REGION, ACCOUNT, &format!("{kind}{name}"))
        })
        .collect();
    format!("({})", arns.join("|"))
}

fn arn(service: &str, region: &str, account: &str, resource: &str) -> String {
    format!("arn:aws(-[a-z]+)*:{service}:{region}:{account}:{resource}")
}
