"""Runs ministack with what it lets pass refused, as AWS refuses it.

Patched: a user pool under deletion protection, change sets in states that take none, missing
capabilities, code objects and functions, taken aliases, expected bucket owners, what a stack policy
denies, alarms that undo an update, writes that a bucket wants once, versions of other code. Made real:
output-only changes, a change set that is created a moment later, the events of what an update adds, removes or leaves alone, the clean-up after an update,
environments of functions that only their own account ends, pools that are described without their
factors, secrets that are referred to by their ARN, senders of queue messages, stacks that are found by a
resource, templates that are read back with question marks, rights to simulate one principal.
`POST /_strict/rules` adds bad luck of a test's own.
"""

import asyncio
import contextvars
import fnmatch
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "examples/quickstart"))
# The source tree stays as it is.
sys.dont_write_bytecode = True

import serve  # noqa: E402

serve.live_as_long_as_stdin(*sys.argv[1:])
PORT = serve.take_port()

from ministack import app  # noqa: E402
from ministack.core import iam_actions, lambda_runtime  # noqa: E402
from ministack.core.iam_evaluator import find_iam_access_key_account  # noqa: E402
from ministack.core.responses import error_response_json, get_account_id, new_uuid  # noqa: E402
from ministack.services import cloudformation, cloudwatch, cognito, kms, lambda_svc, s3, sqs, sts  # noqa: E402
from ministack.services.cloudformation import changesets, engine, handlers, helpers, provisioners, stacks  # noqa: E402

DELETION_PROTECTED = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)


def service_error(message, service, status):
    """How CloudFormation words a refusal by a service's API."""
    return ValueError(f"{message} (Service: {service}, Status Code: {status}, Request ID: {new_uuid()})")


# --- Functions ---

# A function's name comes from its stack's, so every account that has a stack of that name has one of that
# name; a deployment in one of them ended the environments of all, in the middle of an invocation.
end_environments = lambda_svc.invalidate_worker


def end_own_environments(name, qualifier=None, account=None, region=None):
    end_environments(name, qualifier=qualifier, account=account or get_account_id(), region=region)


lambda_svc.invalidate_worker = end_own_environments


# --- Senders of queue messages ---

# ministack names the account as everybody's `SenderId`. On AWS a role's message has `AROA...:session`: a function works
# in a session of its role that is named after it, and Lambda's failure destination sends by the same role.
caller = contextvars.ContextVar("caller", default="")


def session_of(config):
    """The session of a function's role, by its access key."""
    role, arn, name = config.get("Role", ""), config["FunctionArn"], config["FunctionName"]
    digest = hashlib.sha256(f"{arn} {role}".encode()).hexdigest()
    key, account = f"ASIA{digest[:16].upper()}", arn.split(":")[4]
    if key not in sts._sessions:
        sts.register_session(key, {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role.rsplit('/', 1)[-1]}/{name}",
            "UserId": f"{sts._role_id(role)}:{name}",
            "SecretAccessKey": digest[16:56],
            "SessionToken": digest,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        })
    return key, sts._sessions[key]


def credentials_of_role(config):
    key, session = session_of(config)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


lambda_runtime.execution_credentials = lambda_svc.execution_credentials = credentials_of_role

build_system_attributes = sqs._build_send_sys_attrs


def system_attributes(now, given):
    attributes = build_system_attributes(now, given)
    session = sts._sessions.get(caller.get())
    return {**attributes, "SenderId": session["UserId"]} if session else attributes


sqs._build_send_sys_attrs = system_attributes

route_failure = lambda_svc._route_async_failure


def route_failure_by_role(target, name, event, result):
    queue = sqs._queue_by_arn(target) if ":sqs:" in target else None
    before = {message["id"] for message in queue["messages"]} if queue else set()
    route_failure(target, name, event, result)
    config = lambda_svc._functions.get(name, {}).get("config")
    for message in queue["messages"] if queue and config else ():
        # Somebody else's message may have come in the meantime.
        if message["id"] not in before and message["sys"]["SenderId"] == get_account_id():
            if json.loads(message["body"]).get("requestPayload") == event:
                message["sys"]["SenderId"] = session_of(config)[1]["UserId"]


lambda_svc._route_async_failure = route_failure_by_role


# --- User pools ---

delete_user_pool = cognito._delete_user_pool


def protected_delete_user_pool(data):
    pool = cognito._user_pools.get(data.get("UserPoolId"))
    if pool and pool.get("DeletionProtection") == "ACTIVE":
        return error_response_json("InvalidParameterException", DELETION_PROTECTED)
    return delete_user_pool(data)


cognito._delete_user_pool = protected_delete_user_pool


pool_out = cognito._pool_out


def pool_without_factors(pool):
    """What SetUserPoolMfaConfig was told is GetUserPoolMfaConfig's to tell, not DescribeUserPool's."""
    told = pool_out(pool)
    factors = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration")
    return {key: value for key, value in told.items() if key not in factors}


cognito._pool_out = pool_without_factors


# --- Resources of a stack ---


def around(resource_type, operation, check):
    """Runs `check` before the provisioner of one resource type."""
    original = provisioners._RESOURCE_HANDLERS[resource_type][operation]

    def checked(*arguments):
        check(*arguments)
        return original(*arguments)

    provisioners._RESOURCE_HANDLERS[resource_type][operation] = checked


def check_pool_delete(physical_id, _properties):
    pool = cognito._user_pools.get(physical_id)
    if pool and pool.get("DeletionProtection") == "ACTIVE":
        raise service_error(DELETION_PROTECTED, "CognitoIdentityProvider", 400)


def check_code(properties):
    code = properties.get("Code", {})
    if code.get("S3Bucket") and lambda_svc._fetch_code_from_s3(
        code["S3Bucket"], code.get("S3Key"), code.get("S3ObjectVersion")
    ) is None:
        raise ValueError(
            'Resource handler returned message: "Error occurred while GetObject. S3 Error Code: NoSuchKey. '
            'S3 Error Message: The specified key does not exist. (Service: Lambda, Status Code: 400, '
            f'Request ID: {new_uuid()})" (RequestToken: {new_uuid()}, HandlerErrorCode: InvalidRequest)'
        )


def check_permission(_logical_id, properties, _stack_name):
    function = properties.get("FunctionName", "")
    if provisioners._lambda_function_for_cfn_ref(function)[0] is None:
        raise service_error(f"Function not found: {function}", "Lambda", 404)


def check_alias(_logical_id, properties, _stack_name):
    name = properties.get("AliasName", "")
    if kms._alias_arn(name) in kms._aliases:
        raise service_error(f"An alias with the name {kms._alias_arn(name)} already exists", "Kms", 400)


around("AWS::Cognito::UserPool", "delete", check_pool_delete)
around("AWS::Lambda::Function", "create", lambda _id, properties, _stack: check_code(properties))
around("AWS::Lambda::Function", "update", lambda _id, _old, properties, *_rest: check_code(properties))
around("AWS::Lambda::Permission", "create", check_permission)


# A version is published only of the code that is named; ministack does not look at CodeSha256.
def check_version(_logical_id, properties, _stack_name):
    function = provisioners._lambda_function_for_cfn_ref(properties.get("FunctionName", ""))[0]
    found, expected = function["config"]["CodeSha256"], properties.get("CodeSha256")
    if expected and expected != found:
        raise service_error(f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({found}). "
                            "Please try again with the CodeSHA256 in $LATEST.", "Lambda", 400)


def update_version(physical_id, old, properties, stack_name, logical_id=None):
    if old != properties:
        check_version(logical_id, properties, stack_name)


around("AWS::Lambda::Version", "create", check_version)
around("AWS::Lambda::Version", "update", update_version)
around("AWS::KMS::Alias", "create", check_alias)


# `Ref` of a secret is its ARN; a name is what the emulator goes by itself.
resolve_refs = engine._resolve_refs


def resolve_secrets(value, resources, *rest):
    name = value.get("Ref") if isinstance(value, dict) else None
    resource = resources.get(name, {}) if isinstance(name, str) else {}
    if resource.get("ResourceType") == "AWS::SecretsManager::Secret":
        return resource["Attributes"]["Arn"]
    return resolve_refs(value, resources, *rest)


engine._resolve_refs = resolve_secrets


# --- A test's own bad luck ---

rules = []


def matching(operation, stack_name, resource_type=None):
    for rule in rules:
        if (
            rule["account"] == get_account_id()
            and rule["operation"] == operation
            and rule["stack"] == stack_name
            and rule.get("type") in (None, resource_type)
            and rule["times"] > 0
        ):
            if rule.get("spared", 0) > 0:
                rule["spared"] -= 1
                continue
            rule["times"] -= 1
            return rule
    return None


def fail_by_rule(operation, stack_name, resource_type):
    if rule := matching(operation, stack_name, resource_type):
        raise ValueError(rule["reason"])


provision_resource, update_resource, delete_resource = (
    stacks._provision_resource,
    stacks._update_resource,
    stacks._delete_resource,
)


def provision(resource_type, logical_id, properties, stack_name):
    fail_by_rule("create", stack_name, resource_type)
    return provision_resource(resource_type, logical_id, properties, stack_name)


def update(resource_type, physical_id, old, new, stack_name, *rest):
    if old != new:
        for event in held.pop(stack_name, ()):
            add_event(*event)
        fail_by_rule("update", stack_name, resource_type)
    return update_resource(resource_type, physical_id, old, new, stack_name, *rest)


def delete(resource_type, physical_id, properties, stack_name=None, logical_id=None):
    fail_by_rule("delete", stack_name, resource_type)
    stack = cloudformation._stacks.get(stack_name) or {}
    # ministack removes what an update drops without an event.
    tell = logical_id and stack.get("StackStatus") == "UPDATE_IN_PROGRESS"
    event = (stack.get("StackId"), stack_name, logical_id, resource_type)
    if tell:
        add_event(*event, "DELETE_IN_PROGRESS", physical_id=physical_id)
    delete_resource(resource_type, physical_id, properties, stack_name, logical_id)
    if tell:
        add_event(*event, "DELETE_COMPLETE", physical_id=physical_id)


stacks._provision_resource, stacks._update_resource, stacks._delete_resource = provision, update, delete

import_resource, import_resources = changesets._import_resource, changesets._import_resources_async
importing = contextvars.ContextVar("importing")


async def import_into(change_set, stack, new_stack):
    importing.set(stack["StackName"])
    await import_resources(change_set, stack, new_stack)


def import_by_rule(resource_type, identifier):
    fail_by_rule("import", importing.get(), resource_type)
    return import_resource(resource_type, identifier)


changesets._import_resource, changesets._import_resources_async = import_by_rule, import_into


# --- Events and states of stack operations ---

add_event = stacks._add_event
# By stack, the beginning of an update that may turn out to leave the resource alone: then it has no events.
held = {}


def truthful_event(stack_id, stack_name, logical_id, resource_type, status, reason="", *rest, **named):
    stack = cloudformation._stacks.get(stack_name) or {}
    events = cloudformation._stack_events.get(stack_id, [])
    latest = next((e["ResourceStatus"] for e in reversed(events) if e["LogicalResourceId"] == logical_id), "")
    # ministack says UPDATE_* of a resource that an update adds.
    if logical_id != stack_name and (
        (status == "UPDATE_IN_PROGRESS" and logical_id not in stack.get("_resources", {}))
        or (status in ("UPDATE_COMPLETE", "UPDATE_FAILED") and latest == "CREATE_IN_PROGRESS")
    ):
        status = status.replace("UPDATE", "CREATE")
    if status == "UPDATE_IN_PROGRESS" and logical_id != stack_name and stack.get("StackStatus") == status:
        event = (stack_id, stack_name, logical_id, resource_type, status, reason, *rest, *named.values())
        held.setdefault(stack_name, []).append(event)
        return None
    beginning = held.pop(stack_name, ())
    if status == "UPDATE_COMPLETE" and beginning:
        return None
    for event in beginning:
        add_event(*event)
    if status == "ROLLBACK_IN_PROGRESS" and reason == "Rollback requested":
        failed = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
        reason = f"The following resource(s) failed to create: [{', '.join(failed)}]. Rollback requested by user."
    return add_event(stack_id, stack_name, logical_id, resource_type, status, reason, *rest, **named)


deploy_stack, delete_stack = stacks._deploy_stack_async, stacks._delete_stack_async


async def deploy_in_time(stack_name, stack_id, *rest, **named):
    if rule := matching("slow", stack_name):
        await asyncio.sleep(rule["seconds"])
    await deploy_stack(stack_name, stack_id, *rest, **named)
    stack = cloudformation._stacks.get(stack_name) or {}
    if stack.get("StackStatus") == "UPDATE_COMPLETE":
        done = cloudformation._stack_events[stack_id].pop()
        cleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        stack["StackStatus"] = cleanup
        cloudformation._stack_events[stack_id].append({**done, "EventId": new_uuid(), "ResourceStatus": cleanup})
        await asyncio.sleep(0.1)
        stack["StackStatus"] = "UPDATE_COMPLETE"
        cloudformation._stack_events[stack_id].append({**done, "Timestamp": stacks.now_iso()})


async def delete_in_time(stack_name, stack_id, *rest, **named):
    if rule := matching("slow", stack_name):
        (cloudformation._stacks.get(stack_name) or {})["StackStatus"] = "DELETE_IN_PROGRESS"
        await asyncio.sleep(rule["seconds"])
    await delete_stack(stack_name, stack_id, *rest, **named)


for module in (stacks, changesets, handlers):
    for name, patch in (
        ("_add_event", truthful_event),
        ("_deploy_stack_async", deploy_in_time),
        ("_delete_stack_async", delete_in_time),
    ):
        if hasattr(module, name):
            setattr(module, name, patch)


# --- Change sets ---

handlers._capabilities_enforced = lambda: True
parameter, refuse = helpers._p, helpers._error
create_change_set = changesets._create_change_set
describe_change_set = changesets._describe_change_set
execute_change_set = changesets._execute_change_set
UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
             "IMPORT_ROLLBACK_COMPLETE")


def create_strictly(params):
    name, kind = parameter(params, "StackName"), parameter(params, "ChangeSetType", "UPDATE")
    stack = handlers._resolve_stack(name)
    status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
    shell = None
    if status == "REVIEW_IN_PROGRESS" and kind == "CREATE":
        shell = (stack["StackId"], cloudformation._stack_events.get(stack["StackId"], []), stack["CreationTime"])
    elif kind == "CREATE" and status != "DELETE_COMPLETE":
        change_set = parameter(params, "ChangeSetName")
        return refuse(
            "ValidationError",
            f"Stack [{name}] already exists and cannot be created again with the changeSet [{change_set}].",
        )
    elif kind != "CREATE" and status != "DELETE_COMPLETE" and status not in UPDATABLE:
        return refuse("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")
    before = dict(cloudformation._change_sets.items())
    response = create_change_set(params)
    made = [change_set for key, change_set in cloudformation._change_sets.items() if key not in before]
    for change_set in made:
        if shell:
            response = keep_shell(change_set, shell, response)
        change_set["_triggers"] = triggers(params)
        if kind == "UPDATE" and not change_set["Changes"]:
            allow_outputs(change_set, handlers._resolve_stack(name))
        change_set["_young"] = True
    return response


def keep_shell(change_set, shell, response):
    """A second change set for a stack that is still under review keeps the stack's id."""
    stack_id, events, created = shell
    stack = cloudformation._stacks[change_set["StackName"]]
    fresh = stack["StackId"]
    cloudformation._stack_events.pop(fresh, None)
    cloudformation._stack_events[stack_id] = events
    stack.update(StackId=stack_id, CreationTime=created)
    change_set["StackId"] = stack_id
    status, headers, body = response
    replaced = body.replace(fresh.encode(), stack_id.encode()) if isinstance(body, bytes) else body.replace(fresh, stack_id)
    return status, headers, replaced


def allow_outputs(change_set, stack):
    """A change of outputs alone is a change, with no resource in its list: of their text, or of a parameter's value."""
    before = (stack.get("_template", {}).get("Outputs", {}), values(stack))
    if (change_set["_template"].get("Outputs", {}), values(change_set)) != before:
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")


def values(holder):
    return {name: resolved.get("Value") for name, resolved in holder.get("_resolved_params", {}).items()}


def describe_strictly(params):
    _, change_set = changesets._find_change_set(parameter(params, "ChangeSetName"), parameter(params, "StackName"))
    if not change_set or not change_set.pop("_young", False):
        return describe_change_set(params)
    final = {key: change_set[key] for key in ("Status", "ExecutionStatus", "StatusReason", "Changes")}
    change_set.update(Status="CREATE_IN_PROGRESS", ExecutionStatus="UNAVAILABLE", StatusReason="", Changes=[])
    try:
        return describe_change_set(params)
    finally:
        change_set.update(final)


def execute_strictly(params):
    _, change_set = changesets._find_change_set(parameter(params, "ChangeSetName"), parameter(params, "StackName"))
    stack = cloudformation._stacks.get(change_set["StackName"]) if change_set else None
    status = stack["StackStatus"] if stack else ""
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return refuse("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")
    reason = None
    if stack and change_set.get("ChangeSetType") == "UPDATE":
        reason = denied_by_policy(stack, change_set) or undone_by(stack, change_set)
    if reason:
        # On AWS the resource itself fails, or the stack; the update is rolled back.
        rules.append({"account": get_account_id(), "operation": "update", "stack": change_set["StackName"],
                      "reason": reason, "times": 1})
    return execute_change_set(params)


def triggers(params):
    """The alarms of a RollbackConfiguration; none where a change set does not speak of them."""
    prefix = "RollbackConfiguration.RollbackTriggers"
    if not any(name.startswith(prefix) for name in params):
        return None
    numbers = range(1, 6)
    arns = (parameter(params, f"{prefix}.member.{number}.Arn") for number in numbers)
    return [arn for arn in arns if arn]


def undone_by(stack, change_set):
    """Why the alarms that a stack is told to watch undo its update."""
    if change_set["_triggers"] is not None:
        stack["_triggers"] = change_set["_triggers"]
    for arn in stack.get("_triggers", ()):
        alarm = cloudwatch._alarms.get(arn.rsplit(":", 1)[1])
        if alarm is None:
            return f"The rollback trigger {arn} does not exist"
        if alarm["StateValue"] == "ALARM":
            return f"The rollback trigger {arn} is in ALARM"
    return None


def denied_by_policy(stack, change_set):
    """What a stack's policy denies of a change set, in CloudFormation's words."""
    statements = json.loads(stack.get("_stack_policy") or "{}").get("Statement")
    for change in change_set["Changes"] if statements else ():
        change = change["ResourceChange"]
        kind = {"Remove": "Delete", "Add": None}.get(change["Action"], "Modify")
        action = f"Update:{'Replace' if change.get('Replacement') == 'True' else kind}"
        resource = f"LogicalResourceId/{change['LogicalResourceId']}"

        def speaks(statement):
            lists = [value if isinstance(value, list) else [value] for value in
                     (statement["Action"], statement["Resource"])]
            return all(any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)
                       for text, patterns in zip((action, resource), lists))

        effects = {statement["Effect"] for statement in statements if speaks(statement)}
        if kind and ("Deny" in effects or "Allow" not in effects):
            return f"Action denied by stack policy: Statement [#2] does not allow [{action}] for resource [{resource}]"
    return None


describe_stack_resources = handlers._ACTION_HANDLERS["DescribeStackResources"]


def describe_stack_resources_by_id(params):
    """The resources of the stack that a resource belongs to."""
    physical_id = parameter(params, "PhysicalResourceId")
    if not physical_id:
        return describe_stack_resources(params)
    for stack in cloudformation._stacks.values():
        owned = stack.get("_resources", {}).values()
        if any(resource.get("PhysicalResourceId") == physical_id for resource in owned):
            return describe_stack_resources({**params, "StackName": stack["StackId"]})
    return refuse("ValidationError", f"Stack for {physical_id} does not exist")


get_template = handlers._ACTION_HANDLERS["GetTemplate"]


def get_template_in_ascii(params):
    """CloudFormation does not give back what is not ASCII."""
    status, headers, body = get_template(params)
    text = body.decode() if isinstance(body, bytes) else body
    return status, headers, text.encode("ascii", "replace")


handlers._ACTION_HANDLERS.update(
    CreateChangeSet=create_strictly,
    DescribeChangeSet=describe_strictly,
    DescribeStackResources=describe_stack_resources_by_id,
    ExecuteChangeSet=execute_strictly,
    GetTemplate=get_template_in_ascii,
)


# --- Objects that are written once ---

put_object = s3._put_object


def is_denied_without_condition(bucket, key, headers):
    """Whether the bucket's policy denies a write that does not say `If-None-Match`."""
    policy = s3._bucket_policies.get(bucket)
    policy = policy.decode() if isinstance(policy, bytes) else policy
    statements = json.loads(policy).get("Statement", []) if policy else []
    for statement in statements:
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        matches = any(fnmatch.fnmatchcase(f"arn:aws:s3:::{bucket}/{key}", pattern) for pattern in resources)
        wants = statement.get("Condition", {}).get("Null", {}).get("s3:if-none-match")
        if statement["Effect"] == "Deny" and statement["Action"] == "s3:PutObject" and matches and wants == "true":
            return "if-none-match" not in {name.lower() for name in headers}
    return False


def put_once(bucket, key, body, headers, *rest, **named):
    if is_denied_without_condition(bucket, key, headers):
        return s3._error("AccessDenied", "Access Denied", 403)
    return put_object(bucket, key, body, headers, *rest, **named)


s3._put_object = put_once


# --- IAM, where it is enforced ---

resource_arn = iam_actions.extract_resource_arn


def resource_arn_with_source(service, method, path, headers, body, query_params, *rest):
    """Who is simulated is the resource of the call, as in AWS's list of actions."""
    source = query_params.get("PolicySourceArn") if service == "iam" else None
    if source:
        return source if isinstance(source, str) else source[0]
    return resource_arn(service, method, path, headers, body, query_params, *rest)


iam_actions.extract_resource_arn = resource_arn_with_source

# --- The server ---

serve_asgi = app.app


async def answer(send, status, body):
    headers = [(b"content-type", b"application/xml"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def account_of(access_key):
    """An access key of 12 digits is an account's own; another one is a user's, who belongs to an account."""
    if len(access_key) == 12 and access_key.isdigit():
        return access_key
    return find_iam_access_key_account(access_key) or "000000000000"


async def strict_app(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/_strict/rules":
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        rules.extend(json.loads(body))
        return await answer(send, 200, b"")
    headers = dict(scope.get("headers", []))
    owner = headers.get(b"x-amz-expected-bucket-owner")
    credential = headers.get(b"authorization", b"").partition(b"Credential=")[2].partition(b"/")[0]
    caller.set(credential.decode())
    if owner:
        if owner.decode() != account_of(credential.decode()):
            return await answer(send, 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
    return await serve_asgi(scope, receive, send)


app.app = strict_app
serve.announce(PORT)
sys.argv = ["ministack"]
app.main()
