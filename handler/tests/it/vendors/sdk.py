"""What the vendors' own libraries send, sign and accept; reads and writes one JSON object.

`calls` are made one after the other to `endpoint`; `signed` requests are signed again by botocore;
`webhooks` are verified by the library of Standard Webhooks; `regions` are resolved to addresses.
"""

import json
import sys
import warnings

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from standardwebhooks import Webhook
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

warnings.simplefilter("ignore")
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a session's token")


class Redirected(TwilioHttpClient):
    def __init__(self, endpoint):
        super().__init__()
        self.endpoint = endpoint

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.endpoint), *args, **kwargs)


def client(service, region, endpoint=None):
    access, secret, token = KEYS
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}),
    )


def call(endpoint, of):
    if of["service"] == "twilio":
        twilio = Client(*of["credentials"], http_client=Redirected(endpoint))
        twilio.messages.create(**of["parameters"])
    else:
        getattr(client(of["service"], of["region"], endpoint), of["operation"])(**of["parameters"])


def signature(of):
    signer = SigV4Auth(Credentials(*KEYS), of["service"], of["region"])
    headers = of["headers"]
    names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: headers[name] for name in names if name != "host"}
    request = AWSRequest(method=of["method"], url=of["url"], data=of["body"].encode(), headers=headers)
    request.context["timestamp"] = headers["x-amz-date"]
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


def address(service, region):
    return client(service, region).meta.endpoint_url


wanted = json.load(sys.stdin)
for one in wanted["calls"]:
    call(wanted["endpoint"], one)
for one in wanted["webhooks"]:
    Webhook(one["key"]).verify(one["body"], one["headers"])
json.dump(
    {
        "signatures": [signature(one) for one in wanted["signed"]],
        "addresses": {s: {r: address(s, r) for r in wanted["regions"]} for s in wanted["services"]},
    },
    sys.stdout,
)
