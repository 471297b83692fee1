//! Cognito: a live pool as the service itself describes it, member by member.
//!
//! The SDK's types drop in silence what they do not know, and `UpdateUserPool` resets what is left out. So a pool is
//! read and written as raw JSON: the SDK resolves, signs and retries, an interceptor keeps the answer's bytes, and the
//! request's body is ours.

use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::interceptors::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_sdk_cognitoidentityprovider::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_cognitoidentityprovider::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cognitoidentityprovider::error::BoxError;
use serde_json::{Map, Value};

use super::error::refused;
use super::{AwsError, Refusal, Session};

/// A live pool, raw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LivePool {
    /// `UserPool` of `DescribeUserPool`'s answer: every member, those that no SDK knows too.
    pub pool: Map<String, Value>,
    /// The answer of `GetUserPoolMfaConfig`.
    pub mfa: Map<String, Value>,
}

impl LivePool {
    /// Returns `LambdaConfig`; an absent one is empty.
    pub fn lambda_config(&self) -> Map<String, Value> {
        let config = self.pool.get("LambdaConfig").and_then(Value::as_object);
        config.cloned().unwrap_or_default()
    }

    /// Returns `LastModifiedDate` as the service wrote it: the only version that a pool has.
    pub fn last_modified(&self) -> Option<&Value> {
        self.pool.get("LastModifiedDate")
    }
}

/// Keeps the bytes of the last answer, of a refusal too.
#[derive(Clone, Debug, Default)]
struct Answer(Arc<Mutex<Vec<u8>>>);

impl Answer {
    /// Reads what was kept as a JSON object.
    fn object(&self, action: &'static str) -> Result<Map<String, Value>, AwsError> {
        let bytes = self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        serde_json::from_slice(&bytes).map_err(|error| AwsError::unexpected(action, error.to_string()))
    }

    /// Reads what was kept of a call that the service did not refuse, whether or not the SDK's types take it.
    fn of<T>(&self, action: &'static str, asked: Result<T, AwsError>) -> Result<Map<String, Value>, AwsError> {
        match asked {
            Err(error) if error.refusal != Refusal::Unexpected => Err(error),
            Err(error) => self.object(action).map_err(|_| error),
            Ok(_) => self.object(action),
        }
    }
}

impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(bytes), Ok(mut kept)) = (context.response().body().bytes(), self.0.lock()) {
            *kept = bytes.to_vec();
        }
        Ok(())
    }
}

/// An answer that is an object of JSON is not asked for again when the SDK's types do not take it, such as an empty
/// `UserPoolAddOns`, of which they require a member: what is read is the bytes.
impl ClassifyRetry for Answer {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_unread = matches!(context.output_or_error(), Some(Err(error)) if error.is_response_error());
        if is_unread && self.object("").is_ok() {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "Answer"
    }
}

impl Session {
    /// Reads a pool and its MFA settings; nothing when there is none of that id.
    pub async fn live_pool(&self, id: &str) -> Result<Option<LivePool>, AwsError> {
        let Some(pool) = self.described_pool(id).await? else {
            return Ok(None);
        };
        let action = "cognito-idp:GetUserPoolMfaConfig";
        let answer = Answer::default();
        let asked = self
            .pools()
            .get_user_pool_mfa_config()
            .user_pool_id(id)
            .customize()
            .interceptor(answer.clone())
            .config_override(Builder::new().retry_classifier(answer.clone()))
            .send()
            .await;
        let mfa = answer.of(action, asked.map_err(|error| refused(action, error)))?;
        Ok(Some(LivePool { pool, mfa }))
    }

    /// Reads `UserPool` of `DescribeUserPool`'s answer, raw; nothing when there is no pool of that id.
    pub async fn described_pool(&self, id: &str) -> Result<Option<Map<String, Value>>, AwsError> {
        let action = "cognito-idp:DescribeUserPool";
        let answer = Answer::default();
        let asked = self
            .pools()
            .describe_user_pool()
            .user_pool_id(id)
            .customize()
            .interceptor(answer.clone())
            .config_override(Builder::new().retry_classifier(answer.clone()))
            .send()
            .await;
        let described = answer.of(action, asked.map_err(|error| refused(action, error)));
        let mut described = match described {
            Ok(described) => described,
            Err(error) if error.is(&["ResourceNotFoundException"]) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(Value::Object(pool)) = described.shift_remove("UserPool") else {
            return Err(AwsError::unexpected(action, "the answer holds no pool"));
        };
        Ok(Some(pool))
    }

    /// Sends `UpdateUserPool` once, with exactly this body. What it leaves out, the service resets.
    ///
    /// The SDK's own retries are off: they would send what was read a minute ago over what somebody has written since.
    pub async fn update_pool(&self, body: &Map<String, Value>) -> Result<(), AwsError> {
        let action = "cognito-idp:UpdateUserPool";
        let text = Value::Object(body.clone()).to_string();
        let id = body.get("UserPoolId").and_then(Value::as_str).unwrap_or_default();
        self.pools()
            .update_user_pool()
            .user_pool_id(id)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .mutate_request(move |request| {
                // A length that is not the new body's makes the server read a part of it.
                request.headers_mut().insert("content-length", text.len().to_string());
                *request.body_mut() = text.clone().into();
            })
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use aws_lc_rs::hmac;
    use serde_json::json;

    use super::*;
    use crate::asset::Sha256;
    use crate::aws::Refusal;
    use crate::aws::stub::{Request, SECRET, Stub, error};

    /// A pool with members that no SDK knows, and text of every kind.
    const POOL: &str = r#"{"Id":"us-west-2_a","Name":"Zoë \"the\" \\ <pool> 🦀","Tomorrow":{"Deep":[{"On":true,"Of":null},1.5,-3,18446744073709551615,""],"Empty":{}},"LambdaConfig":{"PreSignUp":"arn:f","Unheard":["of"]},"LastModifiedDate":1790000000.123}"#;

    fn object(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    /// Whether a request's signature is the one of its own bytes. Source: "Create a signed AWS API request", IAM User
    /// Guide.
    fn is_signed(request: &Request) -> bool {
        let authorization = &request.headers["authorization"];
        let part = |name: &str| {
            let (_, rest) = authorization.split_once(name).unwrap();
            rest.split(',').next().unwrap().to_owned()
        };
        let (signed, signature) = (part("SignedHeaders="), part("Signature="));
        let credential = part("Credential=");
        let (_, scope) = credential.split_once('/').unwrap();
        let headers: Vec<String> = signed
            .split(';')
            .map(|name| format!("{name}:{}\n", request.headers[name]))
            .collect();
        let canonical = [
            request.method.as_str(),
            request.path.as_str(),
            "",
            &headers.concat(),
            &signed,
            &Sha256::of(&request.body).to_string(),
        ]
        .join("\n");
        let text = [
            "AWS4-HMAC-SHA256",
            &request.headers["x-amz-date"],
            scope,
            &Sha256::of(canonical.as_bytes()).to_string(),
        ]
        .join("\n");
        let sign = |key: &[u8], text: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        };
        let first = format!("AWS4{SECRET}").into_bytes();
        let key = scope.split('/').fold(first, |key, part| sign(&key, part));
        let hex: Vec<String> = sign(&key, &text).iter().map(|byte| format!("{byte:02x}")).collect();
        hex.concat() == signature
    }

    #[tokio::test]
    async fn what_no_sdk_knows_arrives_and_is_sent() {
        let mut refusals = [
            error(500, "InternalErrorException", "again"),
            error(400, "TooManyRequestsException", "wait"),
        ]
        .into_iter();
        let stub = Stub::start(move |request| match request.action().as_str() {
            "DescribeUserPool" => (200, format!(r#"{{"UserPool":{POOL}}}"#)),
            "GetUserPoolMfaConfig" => (200, r#"{"MfaConfiguration":"OFF","Unheard":1}"#.to_owned()),
            _ => refusals.next().unwrap_or_else(|| (200, "{}".to_owned())),
        });
        let session = stub.session();
        let live = session.live_pool("us-west-2_a").await.unwrap().unwrap();
        assert_eq!(Value::Object(live.pool.clone()).to_string(), POOL);
        assert_eq!(live.mfa["Unheard"], 1);
        assert_eq!(live.lambda_config()["Unheard"], json!(["of"]));

        let mut body = live.pool;
        body.insert("UserPoolId".to_owned(), json!("us-west-2_a"));
        for wanted in [Some("InternalErrorException"), Some("TooManyRequestsException"), None] {
            let answer = session.update_pool(&body).await;
            let code = wanted.map(|code| Refusal::Service(code.to_owned()));
            assert_eq!(answer.err().map(|error| error.refusal), code);
        }
        let requests = stub.requests();
        // One request a call: nothing tries again behind our back.
        assert_eq!(
            stub.actions()[2..],
            ["UpdateUserPool", "UpdateUserPool", "UpdateUserPool"]
        );
        for request in &requests[2..] {
            assert_eq!(request.body, Value::Object(body.clone()).to_string().into_bytes());
            assert_eq!(request.headers["content-length"], request.body.len().to_string());
        }
        for request in &requests {
            assert!(is_signed(request), "{request:?}");
        }
        let mut altered = requests[2].clone();
        altered.body.push(b' ');
        assert!(!is_signed(&altered));
    }

    /// Structures of which the SDK's types require a member, as services answer with them: empty.
    #[tokio::test]
    async fn empty_members_are_read_at_once() {
        let pool = json!({
            "Id": "us-west-2_a", "UserPoolAddOns": {}, "Policies": {}, "SmsConfiguration": {}, "KeyConfiguration": {},
            "AccountRecoverySetting": {"RecoveryMechanisms": [{}]}, "UsernameConfiguration": {}, "DcrConfiguration": {},
            "LambdaConfig": {"CustomSMSSender": {}, "PreTokenGenerationConfig": {}}, "SchemaAttributes": [{}],
        });
        let mfa = json!({ "SmsMfaConfiguration": {"SmsConfiguration": {}}, "WebAuthnConfiguration": {} });
        let answers = [json!({ "UserPool": pool }).to_string(), mfa.to_string()];
        let stub = Stub::start(move |request| match request.action().as_str() {
            "DescribeUserPool" => (200, answers[0].clone()),
            _ => (200, answers[1].clone()),
        });
        let session = stub.session();
        let live = session.live_pool("us-west-2_a").await.unwrap().unwrap();
        assert_eq!((Value::Object(live.pool), Value::Object(live.mfa)), (pool, mfa));
        assert_eq!(stub.actions(), ["DescribeUserPool", "GetUserPoolMfaConfig"]);
        assert!(!session.pool("us-west-2_a").await.unwrap().unwrap().deletion_protection);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_json_is_an_error() {
        let stub = Stub::start(|_| (200, "<html>".to_owned()));
        let error = stub.session().live_pool("us-west-2_a").await.unwrap_err();
        assert_eq!(error.refusal, Refusal::Unexpected);
    }

    #[tokio::test]
    async fn reads_are_tried_again_and_a_missing_pool_is_none() {
        let mut answers = [
            error(500, "InternalErrorException", "again"),
            error(400, "TooManyRequestsException", "wait"),
            error(
                400,
                "ResourceNotFoundException",
                "User pool us-west-2_a does not exist.",
            ),
        ]
        .into_iter();
        let stub = Stub::start(move |_| answers.next().unwrap());
        assert_eq!(stub.session().live_pool("us-west-2_a").await.unwrap(), None);
        assert!(stub.requests().iter().all(is_signed));
        assert_eq!(stub.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_code_and_words() {
        for (answer, code, message) in [
            (
                error(400, "InvalidParameterException", "Tomorrow is read-only."),
                "InvalidParameterException",
                "Tomorrow is read-only. (InvalidParameterException)",
            ),
            // As the gateway writes it: a namespace, and a capital.
            (
                (
                    400,
                    json!({ "__type": "com.amazonaws.x#SerializationException", "Message": "Not a list" }).to_string(),
                ),
                "SerializationException",
                "Not a list (SerializationException)",
            ),
        ] {
            let stub = Stub::start(move |_| answer.clone());
            let refused = stub
                .session()
                .update_pool(&object(r#"{"UserPoolId":"us-west-2_a"}"#))
                .await;
            let refused = refused.unwrap_err();
            assert_eq!(refused.action, "cognito-idp:UpdateUserPool");
            assert_eq!(refused.refusal, Refusal::Service(code.to_owned()));
            assert_eq!(refused.message, message);
        }
    }
}
