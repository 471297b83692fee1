"""Plays the part of Cognito, which the emulator leaves out.

`send STACK` encrypts a code under the stack's key, hands it to the stack's function as Cognito does,
and prints the SMS that the endpoint was then asked to send. `function NAME` makes a function for
another trigger, and prints its ARN. AWS settings come from the environment.
"""

import io
import json
import os
import secrets
import sys
import time
import urllib.request
import zipfile
from argparse import Namespace

import boto3
import encrypt

PHONE = "+12065550100"


def client(service):
    return boto3.client(service, region_name=os.environ["AWS_REGION"], endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def resources(stack):
    """Returns the physical ids of a stack's resources by type; the last of a type counts."""
    described = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {resource["ResourceType"]: resource["PhysicalResourceId"] for resource in described}


def sms():
    """Returns the texts that went to the phone, oldest first."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/sns/sms-messages"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)["sms_messages"].get(PHONE, [])


def send(stack):
    made = resources(stack)
    key = client("kms").describe_key(KeyId=made["AWS::KMS::Key"])["KeyMetadata"]["Arn"]
    code = f"{secrets.randbelow(1_000_000):06}"
    event = encrypt.event(
        Namespace(key=key, pool=made["AWS::Cognito::UserPool"], code=code, phone=PHONE, source="CustomSMSSender_SignUp")
    )
    before = len(sms())
    client("lambda").invoke(
        FunctionName=made["AWS::Lambda::Function"], InvocationType="Event", Payload=json.dumps(event)
    )
    limit = time.monotonic() + 15
    while len(sms()) == before:
        if time.monotonic() > limit:
            sys.exit("no SMS after 15 s")
        time.sleep(0.1)
    text = sms()[-1]["Message"]
    if code not in text:
        sys.exit(f"the SMS has another code than {code}: {text}")
    print(f"The code {code} became an SMS to {PHONE}: {text}")


def function(name):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    made = client("lambda").create_function(
        FunctionName=name,
        Role="arn:aws:iam::111122223333:role/checks",
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    print(made["FunctionArn"])


if __name__ == "__main__":
    {"send": send, "function": function}[sys.argv[1]](sys.argv[2])
