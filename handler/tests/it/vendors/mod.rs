//! The providers beside the vendors' own libraries: both send the same message to a server that records.
//!
//! botocore signs our requests again, and the library of Standard Webhooks verifies our webhooks. The
//! libraries are pinned, and start in about a second.

mod answers;
mod mail;
mod messengers;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::Redacted;
use handler::delivery::{Country, Provider};
use handler::event::{EmailAddress, PhoneNumber, Purpose};
use handler::provider::{Aws, Http, Secrets, Service, Services};
use handler::send::{Content, Email, Message, Sms};
use serde_json::{Value, json};

use crate::server::{Request, Response, Server};
use crate::services::{MESSAGE_ID, Requests, form};
use crate::tools;

const REQUIREMENTS: [&str; 12] = [
    "boto3==1.44.5",
    "infobip-api-python-client==6.0.0",
    "mailgun==1.10.0",
    "messagebird-sdk==0.106.0",
    "plivo==4.63.0",
    "postmarker==1.0",
    "pywa==4.5.0",
    "sendgrid==6.12.5",
    "sinch==2.3.0",
    "standardwebhooks==1.1.0",
    "twilio==9.13.0",
    "vonage-sms==1.2.0",
];

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const PLIVO_ACCOUNT: &str = "MA0123456789ABCDEF01";
const SECRET: &str = "arn:aws:secretsmanager:us-west-2:111122223333:secret:acme-AbCdEf";
const PARAMETER: &str = "arn:aws:ssm:us-west-2:111122223333:parameter/acme/keys";
/// A quarter of an hour, for which a sign-in's code is delivered, before [`EXPIRES`]; in seconds since 1970.
const NOW: u64 = 1_795_329_000;
const EXPIRES: &str = "2026-11-22T06:45:00Z";
/// What no encoding may change.
const TEXT: &str = "123456 & ñ 日 + = \"a\"\n<b>";
const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:messages.fifo";
const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/failed";

/// What every secret holds here.
fn keys() -> Value {
    json!({
        "account_sid": ACCOUNT,
        "auth_token": "0123456789abcdef",
        "api_key": "abcd1234",
        "api_secret": "0123456789abcdef",
        "service_plan_id": "0123456789abcdef0123456789abcdef",
        "api_token": "0123456789abcdef",
        "auth_id": PLIVO_ACCOUNT,
        "access_token": "EAAJB0123",
        "server_token": "0123456789abcdef",
        "signing_key": format!("whsec_{}", STANDARD.encode([7; 32])),
        "previous_signing_key": STANDARD.encode([8; 24]),
    })
}

/// Answers as each service does that takes a message, or that keeps a secret.
fn taken(request: &Request) -> Response {
    if let Some(response) = messengers::answer(request) {
        return response;
    }
    let target = request.headers.get("x-amz-target").map_or("", String::as_str);
    if let Some(response) = mail::taken(request) {
        return response;
    }
    let body = match target {
        "secretsmanager.GetSecretValue" => json!({"SecretString": keys().to_string()}),
        "AmazonSSM.GetParameter" => json!({"Parameter": {"Value": keys().to_string()}}),
        _ if request.path.ends_with("/Messages.json") => {
            return Response::new(201, json!({"sid": "SM0123456789abcdef0123456789abcdef"}).to_string());
        }
        _ if request.path.ends_with("/batches") => {
            return Response::new(201, json!({"id": "01FC66621VHDBN119Z8PMV1QPU"}).to_string());
        }
        _ if request.path.ends_with("/Message/") => {
            let ids = ["db3ce55a-7f1d-11e1-8ea7-1231380bc196"];
            return Response::new(202, json!({"message_uuid": ids}).to_string());
        }
        "" if request.path == "/sms/json" => {
            json!({"message-count": "1", "messages": [{"status": "0", "message-id": "0C000000217B7F02"}]})
        }
        _ if request.headers["content-type"].starts_with("application/x-www-form-urlencoded") => {
            let result = format!("<PublishResult><MessageId>{MESSAGE_ID}</MessageId></PublishResult>");
            let metadata = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>";
            return Response::new(200, format!("<PublishResponse>{result}{metadata}</PublishResponse>"));
        }
        _ => json!({"MessageId": MESSAGE_ID}),
    };
    Response::new(200, body.to_string())
}

/// A server that keeps what it is asked.
fn recorder(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> (Server, Requests<Request>) {
    let requests = Requests::default();
    let kept = Arc::clone(&requests);
    let server = Server::start(move |request: &Request| {
        let answer = answer(request);
        kept.lock().unwrap().push(request.clone());
        answer
    });
    (server, requests)
}

/// What a provider is made of, with every service of AWS at `url`.
fn services(url: String) -> Services {
    let token = Some("a session's token".to_owned());
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Services {
        region: "eu-west-1".to_owned(),
        credentials: Credentials::new("AKIDEXAMPLE", secret, token, None, "test"),
        http: Http::new(),
        endpoint: Arc::new(move |_| Some(url.clone())),
        custom: Arc::new(|_, _| None),
        clock: Arc::new(SystemTime::now),
        secrets: Secrets::default(),
    }
}

fn provider(settings: Value) -> Provider {
    serde_json::from_value(settings).unwrap()
}

fn message(content: Content) -> Message {
    Message {
        id: "0123456789abcdef".repeat(2),
        purpose: Purpose::Authentication,
        country: Country::from_code("US"),
        locale: "en".to_owned(),
        code: Some(Redacted::new("123456".to_owned())),
        content,
    }
}

fn sms() -> Message {
    sms_of("123456 & ñ 日 + = \"a\"\n<b>")
}

fn sms_of(text: &str) -> Message {
    message(Content::Sms(Sms {
        to: PhoneNumber::new("+12025550173").unwrap(),
        text: Redacted::new(text.to_owned()),
    }))
}

fn email() -> Message {
    email_with(Some("<b>123456</b>"))
}

fn email_of_text() -> Message {
    email_with(None)
}

fn email_with(html: Option<&str>) -> Message {
    message(Content::Email(Email {
        to: EmailAddress::new("jane@acme.example").unwrap(),
        subject: Redacted::new("Your code 日".to_owned()),
        text: Redacted::new("123456\n".to_owned()),
        html: html.map(|html| Redacted::new(html.to_owned())),
    }))
}

/// Settings of AWS's services with a message, and the same as a call of boto3.
fn cases() -> Vec<(Value, Message, Value)> {
    let boto = |service: &str, region: &str, operation: &str, parameters: Value| json!({"service": service, "region": region, "operation": operation, "parameters": parameters});
    let text = |kind: &str, value: &str| json!({"DataType": kind, "StringValue": value});
    let (sms_text, to) = (TEXT, "+12025550173");
    let utf8 = |text: &str| json!({"Data": text, "Charset": "UTF-8"});
    vec![
        (
            json!({"type": "sns"}),
            sms(),
            boto(
                "sns",
                "eu-west-1",
                "publish",
                json!({"PhoneNumber": to, "Message": sms_text,
                    "MessageAttributes": {"AWS.SNS.SMS.SMSType": text("String", "Transactional")}}),
            ),
        ),
        (
            json!({"type": "sns", "sender_id": "ACME", "sms_type": "Promotional", "region": "ap-south-1",
                "origination_number": "+12065550142", "entity_id": "1001", "template_id": "1007", "max_price": "0.50"}),
            sms(),
            boto(
                "sns",
                "ap-south-1",
                "publish",
                json!({"PhoneNumber": to, "Message": sms_text, "MessageAttributes": {
                    "AWS.SNS.SMS.SMSType": text("String", "Promotional"),
                    "AWS.SNS.SMS.SenderID": text("String", "ACME"),
                    "AWS.MM.SMS.OriginationNumber": text("String", "+12065550142"),
                    "AWS.MM.SMS.EntityId": text("String", "1001"),
                    "AWS.MM.SMS.TemplateId": text("String", "1007"),
                    "AWS.SNS.SMS.MaxPrice": text("Number", "0.50"),
                }}),
            ),
        ),
        (
            json!({"type": "end_user_messaging", "origination_identity": "pool-1", "configuration_set": "codes",
                "protect_configuration": "protect-1", "entity_id": "1001", "template_id": "1007", "max_price": "0.50"}),
            sms(),
            boto(
                "pinpoint-sms-voice-v2",
                "eu-west-1",
                "send_text_message",
                json!({"DestinationPhoneNumber": to, "OriginationIdentity": "pool-1", "MessageBody": sms_text,
                    "MessageType": "TRANSACTIONAL", "ConfigurationSetName": "codes", "MaxPrice": "0.50",
                    "TimeToLive": 900, "ProtectConfigurationId": "protect-1",
                    "DestinationCountryParameters": {"IN_ENTITY_ID": "1001", "IN_TEMPLATE_ID": "1007"}}),
            ),
        ),
        (
            json!({"type": "ses", "from": "Acme, Inc. <no-reply@acme.example>", "reply_to": "help@acme.example",
                "configuration_set": "codes", "region": "us-east-1",
                "identity": "arn:aws:ses:us-east-1:111122223333:identity/acme.example"}),
            email(),
            boto(
                "sesv2",
                "us-east-1",
                "send_email",
                json!({"FromEmailAddress": "\"Acme, Inc.\" <no-reply@acme.example>",
                    "FromEmailAddressIdentityArn": "arn:aws:ses:us-east-1:111122223333:identity/acme.example",
                    "Destination": {"ToAddresses": ["jane@acme.example"]},
                    "ReplyToAddresses": ["help@acme.example"], "ConfigurationSetName": "codes",
                    "Content": {"Simple": {"Subject": utf8("Your code 日"),
                        "Body": {"Text": utf8("123456\n"), "Html": utf8("<b>123456</b>")}}}}),
            ),
        ),
        (
            json!({"type": "redirect", "topic": TOPIC}),
            sms(),
            boto(
                "sns",
                "us-east-1",
                "publish",
                json!({"TopicArn": TOPIC, "Subject": "Authentication by sms", "Message": sms_text,
                "MessageGroupId": "sms", "MessageDeduplicationId": "0123456789abcdef0123456789abcdef",
                "MessageAttributes": {
                    "channel": text("String", "sms"), "purpose": text("String", "Authentication"),
                    "locale": text("String", "en"), "to": text("String", to), "code": text("String", "123456"),
                }}),
            ),
        ),
    ]
}

/// Runs the vendors' libraries.
fn vendors(wanted: &Value) -> Value {
    let mut child = Command::new(tools::python("vendors", &REQUIREMENTS).join("python"))
        .args(["-c", include_str!("sdk.py")])
        .env_remove("AWS_PROFILE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(wanted.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What must be the same of two requests. Dates and signatures differ: the signature is checked by itself.
fn essence(request: &Request) -> Value {
    let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
    let kind = header("content-type");
    let mut body = if kind.starts_with("application/x-www-form-urlencoded") {
        by_name(&form(&request.body))
    } else {
        messengers::as_meta_spells(serde_json::from_slice(&request.body).unwrap())
    };
    if let (true, Value::Object(body)) = (request.path.ends_with("/Message/"), &mut body) {
        // Plivo's library spells out the defaults of what we do not use.
        for (member, default) in [("method", json!("POST")), ("trackable", json!(false))] {
            assert!([None, Some(default)].contains(&body.remove(member)));
        }
    }
    if let Value::Object(body) = &mut body {
        // Postmark's library spells out what nobody said.
        body.retain(|_, value| !value.is_null() && *value != json!([]));
    }
    let authorization = header("authorization");
    // Credential=KEY/DATE/REGION/SERVICE/aws4_request
    let authentication = match authorization.split_once("Credential=") {
        Some((algorithm, rest)) => {
            let scope: Vec<_> = rest.split(',').next().unwrap().split('/').collect();
            format!("{algorithm} {} {:?}", scope[0], &scope[2..])
        }
        None => authorization,
    };
    json!({
        "method": request.method,
        "path": request.path,
        "host": header("host"),
        "content-type": kind,
        "target": header("x-amz-target"),
        "token": header("x-amz-security-token"),
        "idempotency-key": header("idempotency-key"),
        "server-token": header("x-postmark-server-token"),
        "authentication": authentication,
        "body": body,
    })
}

/// The form's fields, with message attributes by their names in place of their numbers, which have no meaning.
fn by_name(fields: &BTreeMap<String, String>) -> Value {
    let name = |key: &str| {
        let number = key.strip_prefix("MessageAttributes.entry.")?.split('.').next()?;
        fields.get(&format!("MessageAttributes.entry.{number}.Name"))
    };
    let renamed = fields.iter().map(|(key, value)| match name(key) {
        Some(name) => (format!("{name}: {}", key.splitn(4, '.').nth(3).unwrap()), value.clone()),
        None => (key.clone(), value.clone()),
    });
    json!(renamed.collect::<BTreeMap<_, _>>())
}

fn signed_headers(request: &Request) -> BTreeSet<&str> {
    let authorization = &request.headers["authorization"];
    let (_, names) = authorization.split_once("SignedHeaders=").unwrap();
    names.split(',').next().unwrap().split(';').collect()
}

/// A request as the script takes it.
fn told(request: &Request, url: &str) -> Value {
    let scope: Vec<_> = request.headers["authorization"].split('/').collect();
    json!({
        "method": request.method, "url": format!("{url}{}", request.path), "headers": request.headers,
        "body": String::from_utf8(request.body.clone()).unwrap(), "region": scope[2], "service": scope[3],
    })
}

#[tokio::test]
async fn the_vendors_own_libraries_send_the_same() {
    let (server, requests) = recorder(taken);
    let url = server.url();
    let mut calls = Vec::new();
    let mut all = cases();
    all.extend(texts::cases(&url));
    all.extend(mail::cases(&url));
    all.extend(messengers::cases(&url, TEXT));
    for (settings, message, call) in all {
        let mut services = services(url.clone());
        services.clock = Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
        let provider = provider(settings.clone()).build(&services).unwrap();
        let accepted = provider.send(&message).await;
        assert!(
            accepted.is_ok_and(|accepted| accepted.message_id.is_some()),
            "{settings}"
        );
        calls.extend(secret_call(&settings));
        calls.push(call);
    }
    let body = json!({"QueueUrl": QUEUE, "MessageBody": "{\"a\": \"日\"}"});
    let sqs = Aws::new(&services(url.clone()), Service::SQS, None).unwrap();
    assert!(sqs.json("AmazonSQS.SendMessage", &body).await.unwrap().is_success());
    calls.push(json!({"service": "sqs", "region": "eu-west-1", "operation": "send_message", "parameters": body}));
    let body = json!({
        "TableName": "acme-Guard", "Key": {"pk": {"S": "pool#sms#all#60#1"}}, "UpdateExpression": "ADD messages :one",
        "ConditionExpression": "messages < :max",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":max": {"N": "9"}},
        "ReturnValues": "ALL_OLD", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let dynamodb = Aws::new(&services(url.clone()), Service::DYNAMODB, None).unwrap();
    assert!(
        dynamodb
            .json("DynamoDB_20120810.UpdateItem", &body)
            .await
            .unwrap()
            .is_success()
    );
    calls.push(json!({"service": "dynamodb", "region": "eu-west-1", "operation": "update_item", "parameters": body}));

    let ours = std::mem::take(&mut *requests.lock().unwrap());
    assert_eq!(ours.len(), calls.len());
    let signed: Vec<_> = ours.iter().filter(|request| is_signed(request)).collect();
    let said = vendors(&json!({
        "endpoint": url, "calls": calls, "webhooks": [], "services": [], "regions": [],
        "signed": signed.iter().map(|request| told(request, &url)).collect::<Vec<_>>(),
    }));
    let theirs = requests.lock().unwrap().clone();
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let (mine, other) = (essence(ours), essence(theirs));
        assert_eq!(mine, other, "{mine:#} {other:#}");
        if is_signed(ours) {
            let unsigned = [
                "amz-sdk-invocation-id",
                "amz-sdk-request",
                "x-amzn-query-mode",
                "user-agent",
                "content-length",
            ];
            let mut wanted = signed_headers(theirs);
            wanted.retain(|name| !unsigned.contains(name));
            assert!(
                wanted.is_subset(&signed_headers(ours)),
                "{wanted:?} {:?}",
                signed_headers(ours)
            );
        }
    }
    let signatures = said["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), signed.len());
    for (request, signature) in signed.iter().zip(signatures) {
        let (_, ours) = request.headers["authorization"].split_once("Signature=").unwrap();
        assert_eq!(json!(ours), *signature, "{}", request.path);
    }
}

fn is_signed(request: &Request) -> bool {
    let authorization = request.headers.get("authorization");
    authorization.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 "))
}

/// The call that reads the secret of such settings.
fn secret_call(settings: &Value) -> Option<Value> {
    let arn = settings["secret"].as_str()?;
    let (service, operation, parameters) = if arn == PARAMETER {
        ("ssm", "get_parameter", json!({"Name": arn, "WithDecryption": true}))
    } else {
        ("secretsmanager", "get_secret_value", json!({"SecretId": arn}))
    };
    Some(json!({"service": service, "region": "us-west-2", "operation": operation, "parameters": parameters}))
}

#[tokio::test]
async fn the_library_of_the_specification_verifies_our_webhooks() {
    let (server, requests) = recorder(|request| match request.path.as_str() {
        "/hook" => Response::new(204, ""),
        _ => taken(request),
    });
    let url = server.url();
    let settings = json!({"type": "webhook", "url": format!("{url}/hook"), "secret": SECRET});
    let provider = provider(settings).build(&services(url)).unwrap();
    for message in [sms(), email()] {
        provider.send(&message).await.unwrap();
    }
    let posted: Vec<_> = requests
        .lock()
        .unwrap()
        .iter()
        .filter(|request| request.path == "/hook")
        .cloned()
        .collect();
    let webhook = |request: &Request, key: &str| json!({"key": key, "headers": request.headers, "body": String::from_utf8(request.body.clone()).unwrap()});
    let keys = keys();
    let webhooks: Vec<_> = ["signing_key", "previous_signing_key"]
        .iter()
        .flat_map(|key| {
            posted
                .iter()
                .map(|request| webhook(request, keys[*key].as_str().unwrap()))
        })
        .collect();
    assert_eq!(webhooks.len(), 4);
    vendors(&json!({"endpoint": "", "calls": [], "signed": [], "services": [], "regions": [], "webhooks": webhooks}));

    let common = json!({"version": 1, "id": "0123456789abcdef0123456789abcdef", "purpose": "Authentication",
        "country": "US", "locale": "en", "code": "123456"});
    for (request, own) in posted.iter().zip([
        json!({"channel": "sms", "to": "+12025550173", "text": "123456 & ñ 日 + = \"a\"\n<b>"}),
        json!({"channel": "email", "to": "jane@acme.example", "subject": "Your code 日", "text": "123456\n", "html": "<b>123456</b>"}),
    ]) {
        let mut wanted = common.clone();
        wanted.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), wanted);
        assert_eq!(request.headers["webhook-id"], "0123456789abcdef0123456789abcdef");
        assert_eq!(request.headers["content-type"], "application/json");
    }
}

#[test]
fn addresses_are_those_of_the_sdk_in_every_partition() {
    let regions = [
        "us-east-1",
        "eu-west-1",
        "cn-north-1",
        "cn-northwest-1",
        "us-gov-west-1",
        "us-gov-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "us-isof-south-1",
        "eu-isoe-west-1",
        "eusc-de-east-1",
    ];
    let services = [
        ("sns", Service::SNS),
        ("pinpoint-sms-voice-v2", Service::SMS_VOICE),
        ("sesv2", Service::SES),
        ("secretsmanager", Service::SECRETS_MANAGER),
        ("ssm", Service::SSM),
        ("sqs", Service::SQS),
        ("dynamodb", Service::DYNAMODB),
    ];
    let names: Vec<_> = services.iter().map(|(name, _)| *name).collect();
    let said = vendors(
        &json!({"endpoint": "", "calls": [], "signed": [], "webhooks": [], "services": names, "regions": regions}),
    );
    for (name, service) in services {
        for region in regions {
            assert_eq!(
                json!(service.address(region)),
                said["addresses"][name][region],
                "{name} {region}"
            );
        }
    }
}
