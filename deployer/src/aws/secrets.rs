//! Secrets Manager and Parameter Store: which members a provider's secret has. What they hold stays here.

use std::collections::BTreeMap;

use handler::Redacted;
use serde_json::{Value, json};

use super::plain::{Call, Service};
use super::{AwsError, Plain};

const SECRETS: Service = Service {
    id: "Secrets Manager",
    host: "secretsmanager",
    signing_name: "secretsmanager",
    content_type: "application/x-amz-json-1.1",
};
const PARAMETERS: Service = Service {
    id: "SSM",
    host: "ssm",
    signing_name: "ssm",
    content_type: "application/x-amz-json-1.1",
};

/// A secret, by what it holds and not what that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretShape {
    /// There is none of that ARN, or it has no value.
    Missing,
    /// Its value is no JSON object.
    NoObject,
    /// The names of its members, and whether each is a text that is not empty.
    Members(BTreeMap<String, bool>),
}

impl Plain {
    /// Reads the shape of a secret by its ARN, in the Region that the ARN names.
    pub async fn secret_shape(&self, arn: &str) -> Result<SecretShape, AwsError> {
        let mut parts = arn.split(':').skip(2);
        let (service, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (call, pointer) = match service {
            "ssm" => (
                post(
                    PARAMETERS,
                    "ssm:GetParameter",
                    "AmazonSSM.GetParameter",
                    &json!({ "Name": arn, "WithDecryption": true }),
                ),
                "/Parameter/Value",
            ),
            _ => (
                post(
                    SECRETS,
                    "secretsmanager:GetSecretValue",
                    "secretsmanager.GetSecretValue",
                    &json!({ "SecretId": arn }),
                ),
                "/SecretString",
            ),
        };
        let answer = match self.call(region, &call).await {
            Ok(answer) => answer.json(call.action)?,
            Err(error) if error.is(&["ResourceNotFoundException", "ParameterNotFound"]) => {
                return Ok(SecretShape::Missing);
            }
            Err(error) => return Err(error),
        };
        let value = answer.pointer(pointer).and_then(Value::as_str);
        let value = value.map(|value| Redacted::new(value.to_owned()));
        Ok(value.as_ref().map_or(SecretShape::NoObject, shape))
    }
}

fn shape(value: &Redacted<String>) -> SecretShape {
    let Ok(Value::Object(members)) = serde_json::from_str(value.expose()) else {
        return SecretShape::NoObject;
    };
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    SecretShape::Members(
        members
            .iter()
            .map(|(name, value)| (name.clone(), is_text(value)))
            .collect(),
    )
}

fn post(service: Service, action: &'static str, target: &'static str, body: &Value) -> Call {
    Call {
        service,
        action,
        method: "POST",
        path: "/".to_owned(),
        target: Some(target),
        body: body.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::time::SystemTime;

    use super::*;
    use crate::aws::stub::{Stub, error};

    #[tokio::test]
    async fn only_names_leave() {
        let stub = Stub::start(|request| match request.action().as_str() {
            "GetParameter" => (200, json!({ "Parameter": { "Value": "hunter2" } }).to_string()),
            _ if request.json().to_string().contains("gone") => error(400, "ResourceNotFoundException", "none"),
            _ => {
                let value = r#"{"account_sid":"hunter2","auth_token":"","more":["hunter2"]}"#;
                (200, json!({ "SecretString": value }).to_string())
            }
        });
        let plain = stub.session().plain(SystemTime::now()).await.unwrap();
        let secret = |name: &str| format!("arn:aws:secretsmanager:us-west-2:111122223333:secret:{name}");
        let there = plain.secret_shape(&secret("there")).await.unwrap();
        let members = [("account_sid", true), ("auth_token", false), ("more", false)];
        let members = members.map(|(name, text)| (name.to_owned(), text));
        assert_eq!(there, SecretShape::Members(BTreeMap::from(members)));
        assert!(!format!("{there:?}").contains("hunter2"));
        let gone = plain.secret_shape(&secret("gone")).await.unwrap();
        assert_eq!(gone, SecretShape::Missing);
        let parameter = plain
            .secret_shape("arn:aws:ssm:us-west-2:111122223333:parameter/p")
            .await;
        assert_eq!(parameter.unwrap(), SecretShape::NoObject);
    }
}
