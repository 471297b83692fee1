"""What the vendors' own libraries send, sign and accept; reads and writes one JSON object.

`calls` are made one after the other to `endpoint`; `signed` requests are signed again by botocore;
`webhooks` are verified by the library of Standard Webhooks; `regions` are resolved to addresses.
"""

import json
import sys
import warnings
from urllib.parse import urlsplit

import boto3
import plivo
import requests
import sendgrid
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from mailgun.client import Client as Mailgun
from postmarker.core import PostmarkClient
from sendgrid.helpers import mail
from sinch import SinchClient
from standardwebhooks import Webhook
from twilio.rest import Client
from vonage_http_client.auth import Auth
from vonage_http_client.http_client import HttpClient
from vonage_sms import Sms, SmsMessage

warnings.simplefilter("ignore")
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a session's token")


# Where the vendors' libraries would send by themselves.
HOSTS = {
    "api.eu.mailgun.net",
    "api.mailgun.net",
    "api.plivo.com",
    "api.postmarkapp.com",
    "api.twilio.com",
    "eu.sms.api.sinch.com",
    "rest.nexmo.com",
}


def redirect(endpoint):
    """Sends what goes to one of the hosts to the endpoint, by whichever library."""
    send = requests.Session.send

    def redirected(session, request, **options):
        address = urlsplit(request.url)
        assert address.scheme == "https" and address.netloc in HOSTS, request.url
        request.url = endpoint + address.path
        return send(session, request, **options)

    requests.Session.send = redirected


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


# These three libraries take seconds to load, and most runs do without them.
def send_by_infobip(endpoint, key, sender, to, text, minutes, india):
    import infobip_api_client.models as infobip
    from infobip_api_client.api.sms_api import SmsApi
    from infobip_api_client.api_client import ApiClient, Configuration

    api = SmsApi(ApiClient(Configuration(host=endpoint, api_key=key)))
    regional = india and infobip.SmsRegionalOptions.from_dict({"indiaDlt": india})
    options = infobip.SmsMessageOptions(
        validity_period=infobip.ValidityPeriod(amount=minutes, time_unit="MINUTES"), regional=regional
    )
    message = infobip.SmsMessage(
        sender=sender,
        destinations=[infobip.SmsDestination(to=to)],
        content=infobip.SmsMessageContent(infobip.SmsTextContent(text=text)),
        options=options,
    )
    api.send_sms_messages(infobip.SmsRequest(messages=[message]))


def send_by_messagebird(endpoint, key, **parameters):
    from bird import Bird

    with Bird(api_key=key, base_url=endpoint, max_retries=0) as bird:
        bird.sms.send(**parameters)


def send_by_whatsapp(endpoint, token, phone_id, api_version, to, name, language, otp, tracker):
    from pywa import WhatsApp
    from pywa.types.templates import AuthenticationBody, CopyCodeOTPButton, TemplateLanguage

    whatsapp = WhatsApp(phone_id=phone_id, token=token, api_version=api_version)
    whatsapp.api._session.base_url = f"{endpoint}/v{api_version}"
    parameters = [AuthenticationBody.params(otp=otp), CopyCodeOTPButton.params(otp=otp)]
    whatsapp.send_template(to, name, TemplateLanguage(language), parameters, tracker=tracker)


def call(endpoint, of):
    service, credentials, parameters = of["service"], of.get("credentials"), of["parameters"]
    if service == "twilio":
        Client(*credentials).messages.create(**parameters)
    elif service == "vonage":
        Sms(HttpClient(Auth(*credentials))).send(SmsMessage(**parameters))
    elif service == "sinch":
        plan, token, region = credentials
        sinch = SinchClient(service_plan_id=plan, sms_api_token=token, sms_region=region)
        sinch.sms.batches.send(request={"type": "mt_text", **parameters})
    elif service == "sendgrid":
        # It has a client of its own, and takes another host.
        sendgrid.SendGridAPIClient(*credentials, host=endpoint).send(sendgrid_mail(**parameters))
    elif service == "mailgun":
        key, api, domain = credentials
        Mailgun(auth=("api", key), api_url=api).messages.create(data=parameters, domain=domain)
    elif service == "postmark":
        PostmarkClient(*credentials).emails.send(**parameters)
    elif service == "plivo":
        plivo.RestClient(*credentials).messages.create(**parameters)
    elif service == "infobip":
        send_by_infobip(endpoint, *credentials, **parameters)
    elif service == "messagebird":
        send_by_messagebird(endpoint, *credentials, **parameters)
    elif service == "whatsapp":
        send_by_whatsapp(endpoint, *credentials, **parameters)
    else:
        getattr(client(service, of["region"], endpoint), of["operation"])(**parameters)


def sendgrid_mail(to, subject, text, html=None, reply_to=None, **sender):
    made = mail.Mail(mail.From(*sender["from"]), to, subject, text, html)
    made.reply_to = reply_to and mail.ReplyTo(reply_to)
    made.tracking_settings = mail.TrackingSettings(
        mail.ClickTracking(False, False), mail.OpenTracking(False), mail.SubscriptionTracking(False), mail.Ganalytics(False)
    )
    return made


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
redirect(wanted["endpoint"])
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
