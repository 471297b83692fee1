//! The encryption of a code, against another implementation than the handler's.

use crate::support::ministack::{self, Ministack};
use crate::support::{aws, cognito, tools};

#[tokio::test]
async fn a_code_is_encrypted_as_cognito_does() {
    let server = Ministack::shared();
    let account = ministack::account();
    let kms = aws_sdk_kms::Client::new(&aws::config(&server.endpoint(), &account));
    let key = kms
        .create_key()
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap()
        .arn
        .unwrap();
    let pool = "us-west-2_AbCdEf123";
    let code = cognito::Code {
        endpoint: &server.endpoint(),
        account: &account,
        key: &key,
        pool,
        secret: "246810",
        phone: "+12065550100",
        source: "CustomSMSSender_SignUp",
    };
    let event = code.event();
    let secret = event["request"]["code"].as_str().unwrap();
    assert!(secret.starts_with("AYADe"), "{secret}");

    // Another implementation than the handler's reads it back, and only for this pool.
    let decrypt = |pool: &str| {
        let output = std::process::Command::new(tools::python("encrypt", &[cognito::REQUIREMENT]).join("python"))
            .args([
                concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/decrypt.py"),
                &key,
                pool,
                secret,
            ])
            .env("AWS_ENDPOINT_URL", server.endpoint())
            .env("AWS_ACCESS_KEY_ID", &account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .unwrap();
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(decrypt(pool).as_deref(), Some("246810\n"));
    assert_eq!(decrypt("us-west-2_Other0000"), None);
}
