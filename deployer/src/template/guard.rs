//! The guard table, the secret behind its recipients, and the function's rights to both.

use handler::guard;
use serde_json::{Map, Value, json};

use super::resource::{Retention, Skip, resource};
use super::value::{attribute, one_or_many, reference};
use crate::model::{Guard, logical};

/// More than the 43 of 62 letters and digits that hold 256 bits.
const KEY_LENGTH: u8 = 64;

const TABLE_SKIPS: [Skip; 2] = [
    Skip {
        id: "CKV_AWS_28",
        comment: "Leases and counts of the last hours: there is nothing to restore, and an old state would refuse \
                  messages that are due",
    },
    Skip {
        id: "CKV_AWS_119",
        comment: "DynamoDB encrypts the table under the account's AWS managed key; recipients in it are HMACs, and \
                  there is no code in it",
    },
];

const SECRET_SKIPS: [Skip; 2] = [
    Skip {
        id: "CKV_AWS_149",
        comment: "Secrets Manager encrypts it under the account's AWS managed key; only the function's role and \
                  administrators read it",
    },
    Skip {
        id: "CKV2_AWS_57",
        comment: "With another key every recipient would be counted anew, so that a rotation would lift every rate",
    },
];

/// Renders table and secret: nothing of theirs is worth keeping without the stack.
pub(super) fn render(guard: Guard, resources: &mut Map<String, Value>) {
    resources.insert(logical::GUARD_TABLE.to_owned(), table());
    if guard.counts_recipients {
        resources.insert(logical::GUARD_SECRET.to_owned(), secret());
    }
}

fn table() -> Value {
    let properties = json!({
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": guard::KEY, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": guard::KEY, "KeyType": "HASH"}],
        "TimeToLiveSpecification": {"AttributeName": guard::EXPIRES, "Enabled": true},
        "SSESpecification": {"SSEEnabled": true},
    });
    resource("AWS::DynamoDB::Table", Retention::Delete, &TABLE_SKIPS, properties)
}

fn secret() -> Value {
    let properties = json!({
        "Description": "The key under which the guard table knows recipients",
        "GenerateSecretString": {
            "SecretStringTemplate": "{}",
            "GenerateStringKey": guard::SECRET_MEMBER,
            "PasswordLength": KEY_LENGTH,
            "ExcludePunctuation": true,
        },
    });
    resource(
        "AWS::SecretsManager::Secret",
        Retention::Delete,
        &SECRET_SKIPS,
        properties,
    )
}

/// Returns what the function's role may do with both.
pub(super) fn statements(guard: Guard) -> Vec<Value> {
    let table = json!({
        "Sid": "AskGuard",
        "Effect": "Allow",
        "Action": one_or_many(guard::ACTIONS.iter().copied().map(Value::from).collect()),
        "Resource": attribute(logical::GUARD_TABLE, "Arn"),
    });
    let secret = guard.counts_recipients.then(|| {
        json!({
            "Sid": "ReadGuardSecret",
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": reference(logical::GUARD_SECRET),
        })
    });
    std::iter::once(table).chain(secret).collect()
}

/// Returns the variables by which the function finds both.
pub(super) fn environment(guard: Guard) -> Vec<(&'static str, Value)> {
    let table = (handler::env::GUARD_TABLE, reference(logical::GUARD_TABLE));
    let secret = (handler::env::GUARD_SECRET_ARN, reference(logical::GUARD_SECRET));
    std::iter::once(table)
        .chain(guard.counts_recipients.then_some(secret))
        .collect()
}
