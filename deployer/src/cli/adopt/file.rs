//! The text of an adopted pool's stack file.
//!
//! It says what is, and nothing that is not: applied, it changes nothing in the pool. Comments stand where
//! somebody has to decide what should be.

use std::fmt::Write as _;

use serde_json::Value;

use super::yaml::{WIDTH, flow, member};
use crate::cli::wrap::wrap;
use crate::plan::Adopted;
use crate::spec::{AccountId, PoolId, Region, StackName, TriggerKind, TriggerVersion, yaml_text};

/// What stands above the pool.
pub(super) struct Header<'a> {
    pub(super) name: &'a StackName,
    pub(super) account: &'a AccountId,
    pub(super) region: &'a Region,
    pub(super) id: &'a PoolId,
}

/// Returns the file's text.
pub(super) fn text(header: &Header<'_>, pool: &Adopted) -> String {
    let mut text = head(header);
    let _ = writeln!(
        text,
        "\npool:\n  import:\n    id: {}\n    # What AWS::Cognito::UserPool takes, by CloudFormation's own names, as the pool has it. From now on this counts:\n    \
         # what is changed elsewhere is put back when the pool is updated next.\n    properties:",
        header.id
    );
    for (name, value) in &pool.properties {
        if name == "DeletionProtection" && value == "INACTIVE" {
            text.push_str(
                "      # Anybody with the right to can delete this pool and its users; ACTIVE would refuse that.\n",
            );
        }
        member(name, value, 6, &mut text);
    }
    if !pool.left_out.is_empty() {
        text.push_str("    # The pool has more, which cannot stand here:\n");
        for left in &pool.left_out {
            let said = wrap(&format!("{}: {}.", left.member, left.why), WIDTH - "    #   ".len());
            let _ = writeln!(text, "    # {}", said.replace('\n', "\n    #   "));
        }
    }
    text.push_str(&triggers(pool));
    text
}

fn head(header: &Header<'_>) -> String {
    format!(
        "# yaml-language-server: $schema=schema.json\n\
         # `deployer diff` shows what this file would make or change, `deployer apply` makes it so.\n\
         name: {}\n\
         account: \"{}\" # any other account is refused\n\
         region: {}\n\
         environment: production # real users; `test` only where nobody would be locked out\n",
        yaml_text(header.name.as_str()),
        header.account,
        header.region,
    )
}

fn triggers(pool: &Adopted) -> String {
    let config = &pool.lambda_config;
    let declared: Vec<(TriggerKind, String)> = TriggerKind::ALL
        .into_iter()
        .filter_map(|kind| Some((kind, trigger(kind, pool)?)))
        .collect();
    if declared.is_empty() {
        return "\n# No function yet: `custom_sms_sender: handler` delivers SMS codes by this stack's own.\ntriggers: {}\n"
            .to_owned();
    }
    let mut text = "\n# Each function may be invoked by the pool already, by a right that somebody else manages: `permission: external`.\n\
                    triggers:\n"
        .to_owned();
    for (kind, value) in &declared {
        let _ = writeln!(text, "  {}: {value}", kind.key());
    }
    let senders: Vec<TriggerKind> = declared
        .into_iter()
        .map(|(kind, _)| kind)
        .filter(|kind| kind.is_sender())
        .collect();
    if let Some(key) = config.get("KMSKeyID").filter(|_| !senders.is_empty()) {
        let _ = writeln!(
            text,
            "\n# Cognito encrypts each code under this key now; the senders above have the right to decrypt: `decrypt: external`.\n\
             key: {{existing: {}}}",
            flow(key)
        );
        text.push_str(&own_sender(&senders));
    }
    text
}

/// How the stack's own function would take a foreign sender's place.
fn own_sender(senders: &[TriggerKind]) -> String {
    let (mut providers, mut delivery) = (Vec::new(), Vec::new());
    for kind in senders {
        if *kind == TriggerKind::CustomSmsSender {
            providers.push("sns: {type: sns}");
            delivery.push("sms: {countries: [US, CA], routes: [{via: [sns]}]}");
        } else {
            providers.push("ses: {type: ses, from: no-reply@acme.example}");
            delivery.push("email: {via: [ses]}");
        }
    }
    let mut text =
        "\n# To deliver by this stack's own function instead, write `handler` for the sender, and say by whom"
            .to_owned();
    text.push_str(if senders.contains(&TriggerKind::CustomSmsSender) {
        " and, for\n# SMS, to which countries: everything else is refused and counted.\n"
    } else {
        ":\n"
    });
    let _ = writeln!(
        text,
        "# providers: {{{}}}\n# delivery: {{{}}}",
        providers.join(", "),
        delivery.join(", ")
    );
    text
}

/// A trigger as the file declares it; nothing where the pool has none.
fn trigger(kind: TriggerKind, pool: &Adopted) -> Option<String> {
    let config = &pool.lambda_config;
    let with_version = match kind {
        TriggerKind::PreTokenGeneration => config.get("PreTokenGenerationConfig"),
        _ => config.get(kind.member()),
    };
    let function = with_version
        .and_then(|value| value.get("LambdaArn"))
        .or_else(|| config.get(kind.member()))?;
    let mut members = vec![format!("function: {}", flow(function))];
    let version = with_version
        .and_then(|value| value.get("LambdaVersion"))
        .and_then(Value::as_str);
    let usual = kind.versions().first().copied().map(TriggerVersion::name);
    members.extend(
        version
            .filter(|version| Some(*version) != usual)
            .map(|version| format!("version: {version}")),
    );
    members.push("permission: external".to_owned());
    if kind.is_sender() {
        members.push("decrypt: external".to_owned());
    }
    Some(format!("{{{}}}", members.join(", ")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use serde_json::{Map, json};

    use super::*;
    use crate::aws::LivePool;
    use crate::finding::Source;
    use crate::plan::adopted;
    use crate::spec::{KeySource, Permission, Pool, Stack, Target, parse};

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn file(pool: &Value, mfa: &Value) -> (String, Adopted) {
        let found = adopted(&LivePool {
            pool: map(pool),
            mfa: map(mfa),
        });
        let header = Header {
            name: &StackName::parse("acme").unwrap(),
            account: &AccountId::parse("111122223333").unwrap(),
            region: &Region::parse("us-west-2").unwrap(),
            id: &PoolId::parse("us-west-2_AbCdEf123").unwrap(),
        };
        (text(&header, &found), found)
    }

    /// Read as every stack file is, with no remark of any level.
    fn read(text: &str) -> Stack {
        let (stack, findings) = parse(&Source::new("stacks/acme.yaml", text));
        assert_eq!(findings, [], "{text}");
        stack.unwrap()
    }

    fn everything() -> (Value, Value) {
        let function = "arn:aws:lambda:us-west-2:111122223333:function:checks:live";
        let role = "arn:aws:iam::111122223333:role/sms";
        let sender = json!({ "LambdaArn": function, "LambdaVersion": "V1_0" });
        let pool = json!({
            "Id": "us-west-2_AbCdEf123", "Name": "NO", "UserPoolTier": "PLUS", "DeletionProtection": "INACTIVE",
            "Policies": {
                "PasswordPolicy": { "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
                    "RequireNumbers": true, "RequireSymbols": false, "PasswordHistorySize": 0,
                    "TemporaryPasswordValidityDays": 7 },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] },
            },
            "LambdaConfig": {
                "PreSignUp": function, "CustomMessage": function, "PostConfirmation": function,
                "PreAuthentication": function, "PostAuthentication": function, "DefineAuthChallenge": function,
                "CreateAuthChallenge": function, "VerifyAuthChallengeResponse": function,
                "PreTokenGeneration": function, "UserMigration": function,
                "PreTokenGenerationConfig": { "LambdaArn": function, "LambdaVersion": "V3_0" },
                "CustomSMSSender": sender, "InboundFederation": sender,
                "KMSKeyID": "arn:aws:kms:us-west-2:111122223333:key/0c45-47db",
            },
            "SchemaAttributes": [
                { "Name": "custom:0123", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false,
                  "Mutable": false, "Required": false,
                  "NumberAttributeConstraints": { "MinValue": "0", "MaxValue": "9" } },
                { "Name": "email", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
                  "Required": true, "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } },
            ],
            "AutoVerifiedAttributes": ["email", "phone_number"], "AliasAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
            "VerificationMessageTemplate": {
                "SmsMessage": "code: {####}", "EmailMessage": "- {####} # \"no comment\"\n", "EmailSubject": "コード",
                "DefaultEmailOption": "CONFIRM_WITH_CODE",
            },
            "SmsVerificationMessage": "code: {####}", "EmailVerificationSubject": "コード",
            "SmsAuthenticationMessage": "{####}",
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
            "MfaConfiguration": "OPTIONAL",
            "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": true },
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER", "From": "Acme <no-reply@acme.example>",
                "SourceArn": "arn:aws:ses:us-west-2:111122223333:identity/acme.example",
                "ReplyToEmailAddress": "help@acme.example", "ConfigurationSet": "acme",
            },
            "SmsConfiguration": { "SnsCallerArn": role, "ExternalId": "0123", "SnsRegion": "us-west-2" },
            "UserPoolTags": { "team": "yes", "cost centre": "012", "aws:cloudformation:stack-name": "old" },
            "AdminCreateUserConfig": {
                "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 7,
                "InviteMessageTemplate": { "SMSMessage": "{username} {####}", "EmailMessage": "{username} {####}",
                    "EmailSubject": "~" },
            },
            "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT",
                "AdvancedSecurityAdditionalFlows": { "CustomAuthMode": "ENFORCED" } },
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] },
            "KeyConfiguration": { "KeyType": "AWS_OWNED_KEY" },
            "IssuerConfiguration": { "Type": "ORIGINAL" },
            "DcrConfiguration": { "EnableStatus": "Disabled" },
        });
        let mfa = json!({
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": { "SmsAuthenticationMessage": "{####}", "SmsConfiguration": { "SnsCallerArn": role } },
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": { "Message": "{####} here", "Subject": "[code]" },
            "WebAuthnConfiguration": { "RelyingPartyId": "acme.example", "UserVerification": "required",
                "FactorConfiguration": "SINGLE_FACTOR" },
        });
        (pool, mfa)
    }

    #[test]
    fn every_setting_is_read_back_as_it_was() {
        let (pool, mfa) = everything();
        let (text, found) = file(&pool, &mfa);
        let stack = read(&text);
        let Pool::Import { id, properties } = &stack.pool else {
            panic!("{text}");
        };
        assert_eq!(id.as_str(), "us-west-2_AbCdEf123");
        assert_eq!(Value::Object(properties.clone()), Value::Object(found.properties));
        // All but what only an empty or a default pool lacks, and the two older members that are repeated.
        assert_eq!(properties.len(), 27, "{text}");
        assert!(matches!(&stack.key.source, KeySource::Existing(key) if key.as_str().ends_with("0c45-47db")));
        assert_eq!(stack.triggers.len(), 12);
        for (kind, trigger) in &stack.triggers {
            assert!(matches!(&trigger.target, Target::Function(arn) if arn.as_str().ends_with(":checks:live")));
            assert_eq!(trigger.permission, Permission::External);
            assert_eq!(trigger.may_decrypt, kind.is_sender());
        }
        let version = stack.triggers.get(&TriggerKind::PreTokenGeneration).unwrap().version;
        assert_eq!(version, Some(TriggerVersion::V3_0));
        assert!(
            text.lines()
                .all(|line| !line.starts_with('#') || line.chars().count() <= WIDTH),
            "{text}"
        );
    }

    #[test]
    fn a_bare_pool_gives_a_bare_file() {
        let (text, _) = file(&json!({ "Name": "acme" }), &json!({ "MfaConfiguration": "OFF" }));
        let stack = read(&text);
        assert!(stack.triggers.is_empty());
        assert!(text.ends_with("triggers: {}\n"), "{text}");
    }
}
