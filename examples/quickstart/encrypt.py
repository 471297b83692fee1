"""Prints the event that Cognito hands to a custom SMS sender, with a code encrypted as Cognito does.

That is a message of the AWS Encryption SDK: suite 0x0378 (signed, without key commitment), the pool's
id in the encryption context, under the pool's KMS key. AWS settings come from the environment.
"""

import argparse
import base64
import json
import os

import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import CreateAwsKmsKeyringInput
from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm


def encrypt(code, key, pool):
    """Returns `code`, encrypted under `key` for `pool`, in base64."""
    kms = boto3.client("kms", region_name=key.split(":")[3], endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
    keyring = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig()).create_aws_kms_keyring(
        CreateAwsKmsKeyringInput(kms_key_id=key, kms_client=kms)
    )
    # Cognito's messages are not committed to a key, so the client must not demand it.
    client = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
    message, _ = client.encrypt(
        source=code.encode(),
        keyring=keyring,
        encryption_context={"userpool-id": pool},
        algorithm=Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
    )
    return base64.b64encode(message).decode()


def event(arguments):
    """Returns the event as Lambda receives it."""
    return {
        "version": "1",
        "triggerSource": arguments.source,
        "region": arguments.key.split(":")[3],
        "userPoolId": arguments.pool,
        "userName": "maria",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789"},
        "request": {
            "type": "customSMSSenderRequestV1",
            "code": encrypt(arguments.code, arguments.key, arguments.pool),
            "clientMetadata": None,
            "userAttributes": {
                "sub": "6a1b2c3d-0000-4000-8000-000000000000",
                "cognito:user_status": "UNCONFIRMED",
                "phone_number_verified": "false",
                "phone_number": arguments.phone,
            },
        },
        "response": {},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", required=True, help="ARN of the pool's KMS key")
    parser.add_argument("--pool", required=True, help="the pool's id")
    parser.add_argument("--code", required=True)
    parser.add_argument("--phone", required=True)
    parser.add_argument("--source", default="CustomSMSSender_SignUp")
    print(json.dumps(event(parser.parse_args())))


if __name__ == "__main__":
    main()
