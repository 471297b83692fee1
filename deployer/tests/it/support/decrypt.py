"""Prints the plaintext of a code that `encrypt.py` encrypted: KEY_ARN POOL CODE."""

import base64
import os
import sys

import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import CreateAwsKmsKeyringInput
from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient

key, pool, code = sys.argv[1:]
kms = boto3.client("kms", region_name=key.split(":")[3], endpoint_url=os.environ["AWS_ENDPOINT_URL"])
keyring = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig()).create_aws_kms_keyring(
    CreateAwsKmsKeyringInput(kms_key_id=key, kms_client=kms)
)
client = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
# The client refuses a context that is not the message's.
plain, header = client.decrypt(source=base64.b64decode(code), keyring=keyring, encryption_context={"userpool-id": pool})
assert header.encryption_context["userpool-id"] == pool
print(plain.decode())
