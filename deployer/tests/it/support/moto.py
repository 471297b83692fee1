"""Runs moto's Cognito with what it lets pass refused, as AWS refuses it.

moto resets what `UpdateUserPool` leaves out, as AWS does: for that it is here, and ministack is not. Every
request is checked against the service's own model (botocore's data), and by the rules that the model cannot
say. Members that the model does not know are kept and given back: a service is newer than its SDKs.

`POST /_strict/described` lays members over what a pool's description says, such as a read-only member of
tomorrow or a tag of AWS's own; an update that names one of the former is refused by that name.
"""

import copy
import functools
import json
import logging
import os
import re
import secrets
import sys
import time
from pathlib import Path
from types import SimpleNamespace

# A script's own folder comes first among the places for imports, and this script is called as the package is.
sys.path[0] = str(Path(__file__).resolve().parents[4] / "examples/quickstart")
# The source tree stays as it is.
sys.dont_write_bytecode = True

import serve  # noqa: E402

serve.live_as_long_as_stdin(*sys.argv[1:])

import botocore.session  # noqa: E402
from moto.cognitoidp import models  # noqa: E402
from moto.cognitoidp.exceptions import InvalidParameterException  # noqa: E402
from moto.cognitoidp.models import DEFAULT_USER_POOL_CONFIG as DEFAULTS  # noqa: E402
from moto.cognitoidp.models import CognitoIdpUserPool, cognitoidp_backends  # noqa: E402
from moto.cognitoidp.responses import CognitoIdpResponse  # noqa: E402
from moto.core.exceptions import JsonRESTError  # noqa: E402
from moto.core.responses import BaseResponse  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402
from werkzeug.wrappers import Request, Response  # noqa: E402

SESSION = botocore.session.get_session()
MODEL = SESSION.get_service_model("cognito-idp")
CREATE = MODEL.operation_model("CreateUserPool").input_shape
UPDATE = MODEL.operation_model("UpdateUserPool").input_shape
# What a pool has from its start.
IMMUTABLE = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
# What a description has and an update has not, and what only a creation may say.
NEVER = (set(MODEL.shape_for("UserPoolType").members) | set(CREATE.members)) - set(UPDATE.members)
# One text under two names, of which the first is no longer used.
TWICE = (
    ("SmsVerificationMessage", "SmsMessage"),
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
)
FACTORS = (
    "SmsMfaConfiguration",
    "SoftwareTokenMfaConfiguration",
    "EmailMfaConfiguration",
    "WebAuthnConfiguration",
)


def refuse(message):
    raise InvalidParameterException(message)


# --- Accounts ---

account_of = BaseResponse.get_current_account


def account_of_key(self):
    """An access key id of 12 digits is the account, as in ministack."""
    key = re.search(r"Credential=(\d{12})/", self.headers.get("Authorization", ""))
    return key[1] if key else account_of(self)


BaseResponse.get_current_account = account_of_key


# --- What the model says: types, enumerations, limits, required members ---


def check_shape(shape, value, path):
    """Refuses a value that its shape does not admit; members that the shape does not know pass."""

    def violated(rule):
        refuse(f"1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must {rule}")

    limits = shape.metadata
    types = {"structure": dict, "map": dict, "list": list, "string": str, "boolean": bool, "integer": int}
    if not isinstance(value, types[shape.type_name]) or (shape.type_name == "integer" and isinstance(value, bool)):
        raise JsonRESTError("SerializationException", f"{path} is not of type {shape.type_name}")
    size = value if shape.type_name == "integer" else len(value) if shape.type_name in ("string", "list", "map") else 0
    if size < limits.get("min", size):
        violated(f"have a length, or be a value, of at least {limits['min']}")
    if size > limits.get("max", size):
        violated(f"have a length, or be a value, of at most {limits['max']}")
    # Python knows no classes such as \p{L}: such a pattern is not checked.
    pattern = limits.get("pattern", "")
    if pattern and "\\p" not in pattern and not re.fullmatch(pattern, value):
        violated(f"satisfy regular expression pattern: {pattern}")
    if limits.get("enum") and value not in limits["enum"]:
        violated(f"satisfy enum value set: {limits['enum']}")
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                violated(f"hold {name}")
        for name, member in value.items():
            if name in shape.members:
                check_shape(shape.members[name], member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        for number, member in enumerate(value):
            check_shape(shape.member, member, f"{path}.{number + 1}.member")
    elif shape.type_name == "map":
        for key, member in value.items():
            check_shape(shape.key, key, f"{path}.key")
            check_shape(shape.value, member, f"{path}.{key}.member")


# --- What the model cannot say ---


def get(body, *path):
    for name in path:
        body = (body or {}).get(name)
    return body


def check_rules(body):
    if "UnusedAccountValidityDays" in (body.get("AdminCreateUserConfig") or {}) and get(
        body, "Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"
    ):
        # The words that Terraform's provider waits for.
        refuse("Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays")
    # Since the other way of sending came, the model requires no member of it.
    if body.get("SmsConfiguration") == {}:
        refuse("SmsConfiguration is empty.")
    template = body.get("VerificationMessageTemplate") or {}
    for old, new in TWICE:
        if old in body and new in template and body[old] != template[new]:
            refuse(f"{old} and VerificationMessageTemplate.{new} differ.")
    triggers = body.get("LambdaConfig") or {}
    tokens = get(triggers, "PreTokenGenerationConfig", "LambdaArn")
    if tokens and triggers.get("PreTokenGeneration", tokens) != tokens:
        refuse("PreTokenGeneration and PreTokenGenerationConfig.LambdaArn have different values.")
    if ("CustomSMSSender" in triggers or "CustomEmailSender" in triggers) and "KMSKeyID" not in triggers:
        refuse("KMSKeyID is required with CustomSMSSender and CustomEmailSender.")
    for tag in body.get("UserPoolTags") or {}:
        if tag.startswith("aws:"):
            raise JsonRESTError("UserPoolTaggingException", f"{tag}: aws: prefixed tag key names are not allowed")


def check_names(pool, body):
    for name in body:
        if name in NEVER or (name in pool.described and name not in UPDATE.members):
            refuse(f"{name} cannot be updated.")
        if name not in UPDATE.members and name not in pool.extended_config:
            refuse(f"{name} is not a parameter of UpdateUserPool.")


def check_mfa(pool, body):
    # Sending what it is already is safe.
    wanted = body.get("MfaConfiguration", pool.mfa_config)
    if wanted not in ("OFF", pool.mfa_config) and not any(pool.factors.get(factor) for factor in FACTORS):
        refuse("SMS configuration and Auto verification for phone_number are required when MFA is required/optional")


# --- Pools ---

# A pool's key for tokens takes long to read, and no test asks for a token.
models.jwk = SimpleNamespace(RSAKey=SimpleNamespace(import_key=lambda _text: None))

make_pool = CognitoIdpUserPool.__init__
replace_settings = CognitoIdpUserPool.update_extended_config


def make_strict_pool(self, account_id, region, name, extended_config):
    extended_config = {key: value for key, value in extended_config.items() if key != "PoolName"}
    check_rules(extended_config)
    self.described = {}
    self.factors = {}
    make_pool(self, account_id, region, name, extended_config)
    # As long as AWS's.
    self.id = f"{region}_{secrets.token_hex(5)[:9]}"
    self.arn = f"arn:aws:cognito-idp:{region}:{account_id}:userpool/{self.id}"
    if "SmsConfiguration" in extended_config and self.mfa_config != "OFF":
        names = ("SmsAuthenticationMessage", "SmsConfiguration")
        self.factors["SmsMfaConfiguration"] = {name: extended_config[name] for name in names if name in extended_config}
    self.changed = time.time()


def replace_settings_as_aws(self, settings):
    """What is left out is reset, by moto; with the defaults that it does not know."""
    before = getattr(self, "extended_config", {})
    # The service keeps it, and where it is given, replaces it whole: what it leaves out turns registration on.
    if "DcrConfiguration" in before:
        settings.setdefault("DcrConfiguration", before["DcrConfiguration"])
    if "DcrConfiguration" in settings:
        settings["DcrConfiguration"].setdefault("EnableStatus", "Enabled")
    for name in IMMUTABLE:
        if name in before:
            settings[name] = before[name]
    # Where there is a default, an empty structure is as good as none.
    if get(settings, "Policies", "PasswordPolicy") == {}:
        del settings["Policies"]["PasswordPolicy"]
    for name in DEFAULTS:
        if settings.get(name) == {}:
            del settings[name]
    settings.setdefault("DeletionProtection", "INACTIVE")
    settings.setdefault("UserPoolTier", "ESSENTIALS")
    settings.setdefault("LambdaConfig", {})
    settings.setdefault("UserPoolTags", {})
    replace_settings(self, settings)
    kept = {name: value for name, value in self.extended_config.items() if value is not None}
    self.extended_config = copy.deepcopy(kept)
    # A description always says it.
    self.extended_config["AdminCreateUserConfig"].setdefault("AllowAdminCreateUserOnly", False)
    set_validity(self.extended_config, settings)
    template = self.extended_config["VerificationMessageTemplate"]
    given = settings.get("VerificationMessageTemplate", {})
    for old, new in TWICE:
        if old in settings and new not in given:
            template[new] = settings[old]


def set_validity(config, settings):
    """One setting under two names: the newer one counts, and the older one says the same."""
    password = config["Policies"].setdefault("PasswordPolicy", copy.deepcopy(DEFAULTS["Policies"]["PasswordPolicy"]))
    older = get(settings, "AdminCreateUserConfig", "UnusedAccountValidityDays")
    if older is not None:
        password.pop("TemporaryPasswordValidityDays", None)
        return
    # None and nothing are seven days.
    password["TemporaryPasswordValidityDays"] = password.get("TemporaryPasswordValidityDays") or 7
    config["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = password["TemporaryPasswordValidityDays"]


def without_nothing(members):
    """moto's own members hold null where AWS has no member."""
    members = {name: value for name, value in members.items() if value is not None}
    members["SchemaAttributes"] = [
        {name: value for name, value in attribute.items() if value is not None}
        for attribute in members["SchemaAttributes"]
    ]
    return members


def merged(below, above):
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {name: merged(below.get(name), value) for name, value in above.items()}


def describe(pool):
    """Every member, the unknown ones too; dates in seconds with their fraction, as JSON 1.1 has them."""
    members = pool.to_json(extended=True)
    members["CreationDate"] = pool.creation_date.timestamp()
    members["LastModifiedDate"] = round(pool.changed, 3)
    members["MfaConfiguration"] = pool.mfa_config
    return merged(without_nothing(members), pool.described)


CognitoIdpUserPool.__init__ = make_strict_pool
CognitoIdpUserPool.update_extended_config = replace_settings_as_aws


# --- Grants ---

# Where the tests' keys are.
KMS = os.environ.get("KMS_ENDPOINT")


@functools.cache
def kms(account, region):
    return SESSION.create_client(
        "kms", region_name=region, endpoint_url=KMS, aws_access_key_id=account, aws_secret_access_key="test"
    )


def grant(pool):
    """Cognito gives itself a grant when a pool is updated with a key; the same one again is the same grant."""
    key = get(pool.extended_config, "LambdaConfig", "KMSKeyID")
    # A key of another account is made up.
    if not (key and KMS and f":{pool.account_id}:" in key):
        return
    try:
        kms(pool.account_id, pool.region).create_grant(
            KeyId=key,
            GranteePrincipal="cognito-idp.amazonaws.com",
            Operations=["GenerateDataKey"],
            Constraints={"EncryptionContextSubset": {"userpool-id": pool.id}},
            Name=pool.id,
        )
    except Exception as error:  # noqa: BLE001
        print(f"no grant on {key}: {error}", file=sys.stderr)


# --- Operations ---


def answered(operation):
    """Answers with JSON of any shape: what moto writes by the model loses what the model does not know."""

    @functools.wraps(operation)
    def call(self):
        body = {name: value for name, value in self.parameters.items() if value is not None}
        self.response_headers["content-type"] = "application/x-amz-json-1.1"
        return json.dumps(operation(self, body))

    return call


@answered
def create_user_pool(self, body):
    check_shape(CREATE, body, "")
    pool = self.backend.create_user_pool(body["PoolName"], body)
    grant(pool)
    return {"UserPool": describe(pool)}


@answered
def describe_user_pool(self, body):
    return {"UserPool": describe(self.backend.describe_user_pool(body["UserPoolId"]))}


@answered
def update_user_pool(self, body):
    pool = self.backend.describe_user_pool(body.pop("UserPoolId"))
    check_names(pool, body)
    check_shape(UPDATE, body | {"UserPoolId": pool.id}, "")
    check_rules(body)
    check_mfa(pool, body)
    pool.name = body.pop("PoolName", pool.name)
    pool.mfa_config = body.get("MfaConfiguration", pool.mfa_config)
    pool.update_extended_config(body)
    # A pool has no other version than this.
    pool.changed = max(time.time(), pool.changed + 0.001)
    grant(pool)
    return {}


@answered
def get_user_pool_mfa_config(self, body):
    pool = self.backend.describe_user_pool(body["UserPoolId"])
    return pool.factors | {"MfaConfiguration": pool.mfa_config}


@answered
def set_user_pool_mfa_config(self, body):
    pool = self.backend.describe_user_pool(body.pop("UserPoolId"))
    mode = body.pop("MfaConfiguration", "OFF")
    if mode == "OFF" and any(body.get(factor) for factor in FACTORS[:3]):
        refuse("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
    pool.mfa_config, pool.factors = mode, body
    pool.changed = max(time.time(), pool.changed + 0.001)
    return pool.factors | {"MfaConfiguration": mode}


@answered
def delete_user_pool(self, body):
    if self.backend.describe_user_pool(body["UserPoolId"]).extended_config["DeletionProtection"] == "ACTIVE":
        refuse(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    self.backend.delete_user_pool(body["UserPoolId"])
    return {}


for strict in (
    create_user_pool,
    describe_user_pool,
    update_user_pool,
    get_user_pool_mfa_config,
    set_user_pool_mfa_config,
    delete_user_pool,
):
    setattr(CognitoIdpResponse, strict.__name__, strict)


# --- The server ---

serve_moto = DomainDispatcherApplication(create_backend_app)


def strict_app(environ, start_response):
    if environ["PATH_INFO"] != "/_strict/described":
        return serve_moto(environ, start_response)
    rule = json.loads(Request(environ).get_data())
    region = rule["pool"].rpartition("_")[0]
    pool = cognitoidp_backends[rule["account"]][region].describe_user_pool(rule["pool"])
    pool.described = rule["members"]
    return Response(status=200)(environ, start_response)


# Head and body of an answer are two writes: the second does not wait for the client's word on the first.
MotoRequestHandler.disable_nagle_algorithm = True
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, strict_app, threaded=True, request_handler=MotoRequestHandler)
# The first request of a service loads much: not within a test's time.
serve_moto.get_application({"PATH_INFO": "/", "HTTP_X_AMZ_TARGET": "AWSCognitoIdentityProviderService.ListUserPools"})
serve.announce(server.port)
server.serve_forever()
