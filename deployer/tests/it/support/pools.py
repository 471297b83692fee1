"""Makes user pools up from the service model's own shapes: `pools.py SEED COUNT` prints a pool a line.

A line holds `create` (a CreateUserPool request), `mfa` (a SetUserPoolMfaConfig request without its pool, or null)
and `described` (what DescribeUserPool adds by itself). The first pool has all that can stand together, the
second nothing but its name; the others prefer what no pool had yet, down to the enumerations' values, so that a
few dozen have everything: with 50 or more, what is missing is an error. The same seed makes the same pools.
`pools.py model` prints what the model says of UpdateUserPool: its members and its errors.
"""

import json
import random
import sys
from collections import Counter

import botocore.session

MODEL = botocore.session.get_session().get_service_model("cognito-idp")
CREATE = MODEL.shape_for("CreateUserPoolRequest")
MFA = MODEL.shape_for("SetUserPoolMfaConfigRequest")
POOL = MODEL.shape_for("UserPoolType")
UPDATE = MODEL.shape_for("UpdateUserPoolRequest")
# What DescribeUserPool says of a pool by itself; the rest of what an update has not is the pool's own, from its start.
BY_ITSELF = [
    name
    for name in POOL.members
    if name not in UPDATE.members
    and name not in CREATE.members
    and name not in ("Id", "Arn", "Name", "CreationDate", "LastModifiedDate", "SchemaAttributes")
]
# The model has them, and its own words or rules say that nobody can.
UNREACHABLE = {
    # SignInPolicyType$AllowedFirstAuthFactors: "SOFTWARE_TOKEN is not currently supported as a first auth factor".
    ".Policies.SignInPolicy.AllowedFirstAuthFactors[]=SOFTWARE_TOKEN",
}
ACCOUNT = "999988887777"
TEXT = "abcXYZ019 .,:;!?'\"\\/<>&%$#@()[]*+-_=~^`|éßñЖ字漢カ한ไ😀€"
# In JSON every one of these survives: what a parser on the way may not.
NUMBERS = [7, -1, 0.1, 1795318075.174977, 18446744073709551615]
STRANGE = [*NUMBERS, "tomorrow", "", True, [], {}, [1, [None]], {"Deep": None}]


class Maker:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.seen = Counter()

    def rarest(self, path, values):
        """One of the values that occurred least."""
        least = min(self.seen[f"{path}={value}"] for value in values)
        return self.dice.choice([value for value in values if self.seen[f"{path}={value}"] == least])

    def make(self, shape, path, name=""):
        return getattr(self, f"make_{shape.type_name}")(shape, path, name)

    def make_structure(self, shape, path, _name):
        made = {}
        for name, member in shape.members.items():
            place = f"{path}.{name}"
            if name in shape.required_members or self.seen[place] == 0 or self.dice.random() < 0.6:
                made[name] = self.make(member, place, name)
        return made

    def make_list(self, shape, path, name):
        least, most = shape.metadata.get("min", 0), min(shape.metadata.get("max", 3), 4)
        values = [self.make(shape.member, f"{path}[]", name) for _ in range(self.dice.randint(least, most))]
        # No list of the model means anything by holding a value twice.
        return [value for number, value in enumerate(values) if value not in values[:number]]

    def make_map(self, shape, path, name):
        count = self.dice.randint(0, min(shape.metadata.get("max", 4), 4))
        return {
            self.make(shape.key, f"{path}.key", name): self.make(shape.value, f"{path}.value", name)
            for _ in range(count)
        }

    def make_boolean(self, shape, path, _name):
        return self.rarest(path, [True, False])

    def make_integer(self, shape, path, _name):
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 1_000_000)
        return self.dice.choice([least, most, self.dice.randint(least, most)])

    def make_string(self, shape, path, name):
        if "enum" in shape.metadata:
            return self.rarest(path, shape.metadata["enum"])
        if shape.name in STRINGS:
            return STRINGS[shape.name](self, shape, name)
        if shape.metadata.get("pattern"):
            sys.exit(f"{path}: strings of {shape.name} have a pattern, and none is known here that fits it")
        return self.text(shape)

    def text(self, shape, around="", more="", alphabet=TEXT):
        """A text within the shape's limits, at either of them at times, with `around` somewhere in it."""
        limits = shape.metadata
        least = max(limits.get("min", 0) - len(around), 0)
        most = limits.get("max", 140) - len(around)
        # A long one is like the next long one.
        size = self.dice.choice([least, *(self.dice.randint(least, min(most, 60)) for _ in range(2))])
        if most <= 256 or self.dice.random() < 0.02:
            size = self.dice.choice([size, most])
        text = "".join(self.dice.choices(alphabet + more, k=size))
        cut = self.dice.randint(0, size)
        return text[:cut] + around + text[cut:]

    def arn(self, name):
        resource = {
            "KMSKeyID": "kms:us-west-2:{}:key/{}",
            "KmsKeyArn": "kms:us-west-2:{}:key/{}",
            "SourceArn": "ses:us-east-1:{}:identity/{}.example",
            "SnsCallerArn": "iam::{}:role/{}",
            "CallerArn": "iam::{}:role/{}",
        }.get(name, "lambda:us-west-2:{}:function:{}")
        return "arn:aws:" + resource.format(ACCOUNT, f"f-{self.dice.randrange(10**9)}")

    def count(self, shape, value, path):
        """Takes note of every member and value of an enumeration that occurs."""
        if shape.type_name == "structure":
            for name, member in value.items():
                if name in shape.members:
                    self.seen[f"{path}.{name}"] += 1
                    self.count(shape.members[name], member, f"{path}.{name}")
        elif shape.type_name == "list":
            for member in value:
                self.count(shape.member, member, f"{path}[]")
        elif shape.type_name == "map":
            for member in value.values():
                self.count(shape.value, member, f"{path}.value")
        elif shape.type_name == "boolean" or "enum" in shape.metadata:
            self.seen[f"{path}={value}"] += 1


def around(words, more=""):
    return lambda maker, shape, _name: maker.text(shape, words, more)


def of(alphabet):
    return lambda maker, shape, _name: maker.text(shape, "a", alphabet=alphabet)


def arn(maker, _shape, name):
    return maker.arn(name)


def one_of(*values):
    return lambda maker, _shape, _name: maker.dice.choice(values)


URL_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\')
# How to meet the pattern of a shape.
STRINGS = {
    "ArnType": arn,
    "OptionalArnType": arn,
    "EncryptionKeyArnType": arn,
    "UserPoolNameType": of("abcXYZ019_ +=,.@-字é"),
    "SmsVerificationMessageType": around("{####}"),
    "EmailVerificationMessageType": around("{####}", "\n\t"),
    "EmailVerificationMessageByLinkType": around("{##字 here##}", "\n\t"),
    "EmailVerificationSubjectType": around("a"),
    "EmailVerificationSubjectByLinkType": around("a"),
    "EmailMfaMessageType": around("{####}", "\n"),
    "EmailMfaSubjectType": around("a"),
    "EmailInviteMessageType": around("{username} {####}", "\n"),
    "SmsInviteMessageType": around("{username} {####}", "\n"),
    "EmailAddressType": one_of("no-reply@acme.example", "ünder+tag@例え.example"),
    "SESConfigurationSet": of("abcXYZ019_-"),
    "CustomAttributeNameType": of("abcXYZ019_"),
    "ScopeType": of(URL_CHARACTERS),
    "AcrLevelKeyType": one_of("Level1", "Level2", "Level3", "Level4"),
    "AcrValueType": of(URL_CHARACTERS),
    "RegionCodeType": one_of("us-west-2", "ap-southeast-1", "eu-central-1"),
    "UserPoolIdType": one_of("us-west-2_000000000"),
    "DomainType": of("abc019"),
    "DomainVersionType": of("abc019"),
}


# --- What the shapes cannot say: members that do not stand together ---


def drop(members, *names):
    for name in names:
        members.pop(name, None)


def settle(pool, maker):
    """Keeps apart what the service refuses together; the source is the model's documentation of the named shape."""
    password = pool.get("Policies", {}).get("PasswordPolicy", {})
    # PasswordPolicyType$TemporaryPasswordValidityDays: with it, no UnusedAccountValidityDays.
    newer = (password, "TemporaryPasswordValidityDays")
    older = (pool.get("AdminCreateUserConfig", {}), "UnusedAccountValidityDays")
    if newer[1] in newer[0] and older[1] in older[0]:
        drop(*maker.dice.choice([newer, older]))
    factors = pool.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [])
    if "SOFTWARE_TOKEN" in factors:
        factors.remove("SOFTWARE_TOKEN")
    if factors == [] and "SignInPolicy" in pool.get("Policies", {}):
        pool["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"] = ["PASSWORD"]
    # CreateUserPoolRequest$VerificationMessageTemplate says a message with a code or one with a link; the service
    # keeps both (terraform-provider-aws, withVerificationMessageTemplate).
    template = pool.get("VerificationMessageTemplate", {})
    # The two spellings of one text agree.
    for old, new in (
        ("SmsVerificationMessage", "SmsMessage"),
        ("EmailVerificationMessage", "EmailMessage"),
        ("EmailVerificationSubject", "EmailSubject"),
    ):
        if old in pool and new in template:
            pool[old] = template[new]
    # CreateUserPoolRequest$MfaConfiguration: "include an SmsConfiguration in the same request".
    if pool.get("SmsConfiguration") == {}:
        drop(pool, "SmsConfiguration")
    if "SmsConfiguration" not in pool and pool.get("MfaConfiguration", "OFF") != "OFF":
        drop(pool, "MfaConfiguration")
    # LambdaConfigType$PreTokenGeneration: "its value must be identical".
    triggers = pool.get("LambdaConfig", {})
    if "PreTokenGeneration" in triggers and "PreTokenGenerationConfig" in triggers:
        triggers["PreTokenGenerationConfig"]["LambdaArn"] = triggers["PreTokenGeneration"]
    # LambdaConfigType$KMSKeyID encrypts what the senders get; a key alone may stay.
    if "CustomSMSSender" in triggers or "CustomEmailSender" in triggers:
        triggers.setdefault("KMSKeyID", maker.arn("KMSKeyID"))
    # CreateUserPoolRequest$UsernameAttributes: instead of a username; AliasAttributes: beside one.
    if "AliasAttributes" in pool and "UsernameAttributes" in pool:
        drop(pool, maker.dice.choice(["AliasAttributes", "UsernameAttributes"]))
    # RecoveryOptionType: one priority and one mechanism each; admin_only with no other.
    recovery = pool.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", [])
    if any(option["Name"] == "admin_only" for option in recovery):
        recovery[:] = [{"Priority": 1, "Name": "admin_only"}]
    elif len({option["Name"] for option in recovery}) < 2:
        del recovery[1:]
    for number, option in enumerate(recovery):
        option["Priority"] = number + 1
    # KeyConfigurationType$KmsKeyArn: of a customer managed key.
    key = pool.get("KeyConfiguration", {})
    if key.get("KeyType") == "CUSTOMER_MANAGED_KEY":
        key.setdefault("KmsKeyArn", maker.arn("KmsKeyArn"))
    else:
        drop(key, "KmsKeyArn")
    # EmailConfigurationType$EmailSendingAccount: with DEVELOPER, a SourceArn is required.
    email = pool.get("EmailConfiguration", {})
    if email.get("EmailSendingAccount") == "DEVELOPER":
        email.setdefault("SourceArn", maker.arn("SourceArn"))
    # The tier that each of these asks for, by its own documentation.
    if "UserPoolAddOns" in pool and "UserPoolTier" in pool:
        pool["UserPoolTier"] = "PLUS"
    elif pool.get("UserPoolTier") == "LITE":
        drop(pool, "DcrConfiguration", "AcrConfiguration")
        drop(pool.get("Policies", {}), "SignInPolicy")
    settle_attributes(pool.get("Schema", []))


def settle_attributes(attributes):
    """SchemaAttributeType: a custom attribute is not required; limits are numbers, and of their own type."""
    for number, attribute in enumerate(attributes):
        attribute["Name"] = f"{attribute.get('Name', 'a')[:15]}{number}"
        kind = attribute.setdefault("AttributeDataType", "String")
        attribute["Required"] = False
        for wanted, limits, names in (
            ("Number", "NumberAttributeConstraints", ("MinValue", "MaxValue")),
            ("String", "StringAttributeConstraints", ("MinLength", "MaxLength")),
        ):
            if kind != wanted:
                drop(attribute, limits)
            elif limits in attribute:
                attribute[limits] = {
                    name: value for name, value in zip(names, ("1", "2048")) if name in attribute[limits]
                }


def settle_mfa(mfa):
    """SetUserPoolMfaConfigRequest$MfaConfiguration: a factor is no factor of a pool without MFA."""
    factors = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")
    drop(mfa, "UserPoolId")
    if mfa.get("SmsMfaConfiguration", {}).get("SmsConfiguration") == {}:
        drop(mfa["SmsMfaConfiguration"], "SmsConfiguration")
    if not any(mfa.get(factor) for factor in factors):
        mfa["MfaConfiguration"] = "OFF"
    if mfa.setdefault("MfaConfiguration", "OFF") == "OFF":
        drop(mfa, *factors)


# --- What no SDK knows ---


def structures(shape, value):
    """The structures within a value, itself the first."""
    if shape.type_name == "structure":
        yield value
        for name, member in value.items():
            # Attributes are the pool's from its start.
            if name in shape.members and name != "Schema":
                yield from structures(shape.members[name], member)
    elif shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value
        for member in value if shape.type_name == "list" else value.values():
            yield from structures(inner, member)


def add_strange(shape, request, maker, share):
    for structure in list(structures(shape, request)):
        if maker.dice.random() < share:
            structure[f"Tomorrow{maker.dice.randrange(100)}"] = maker.dice.choice(STRANGE)


# --- Pools ---


def make_pool(maker, number):
    if number == 1:
        return {"create": {"PoolName": "bare"}, "mfa": None, "described": {}}
    create = maker.make(CREATE, "")
    settle(create, maker)
    mfa = maker.make(MFA, "mfa") if maker.dice.random() < 0.7 else None
    if mfa is not None:
        settle_mfa(mfa)
        maker.count(MFA, mfa, "mfa")
    described = {name: maker.make(POOL.members[name], f"described.{name}", name) for name in BY_ITSELF}
    maker.count(CREATE, create, "")
    # What a stack of CloudFormation puts on it.
    if maker.dice.random() < 0.3:
        described["UserPoolTags"] = {"aws:cloudformation:stack-name": "acme"}
    add_strange(CREATE, create, maker, 0.2)
    if mfa is not None:
        add_strange(MFA, mfa, maker, 0.1)
    return {"create": create, "mfa": mfa, "described": described}


def places(shape, path, above=()):
    """Every member and value of an enumeration that the model has."""
    if shape.name in above:
        return
    above = (*above, shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield f"{path}.{name}"
            yield from places(member, f"{path}.{name}", above)
    elif shape.type_name == "list":
        yield from places(shape.member, f"{path}[]", above)
    elif shape.type_name == "map":
        yield from places(shape.value, f"{path}.value", above)
    for value in shape.metadata.get("enum", []):
        yield f"{path}={value}"


def main(seed, count):
    maker = Maker(seed)
    for number in range(count):
        print(json.dumps(make_pool(maker, number)))
    wanted = {*places(CREATE, ""), *places(MFA, "mfa")} - UNREACHABLE - {"mfa.UserPoolId"}
    missing = sorted(place for place in wanted if not maker.seen[place])
    if count >= 50 and missing:
        sys.exit(f"no pool of seed {seed} has {', '.join(missing)}")


if __name__ == "__main__" and sys.argv[1] == "model":
    errors = [shape.name for shape in MODEL.operation_model("UpdateUserPool").error_shapes]
    print(json.dumps({"members": list(UPDATE.members), "errors": errors}))
elif __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
