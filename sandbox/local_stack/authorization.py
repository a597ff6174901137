"""IAM's part of a call: which action on which resource, and may the caller do it?

The resource is worked out for the services this stack is about; where it is not, the action alone
decides (``*``). Action names are those of the service authorization reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from .errors import AwsError
from .operations import Call
from .world import World

_PREFIXES = {"cloudwatch": "cloudwatch", "ses": "ses", "resourcegroupstaggingapi": "tag"}
_ACTIONS = {
    ("lambda", "Invoke"): "lambda:InvokeFunction",
    ("lambda", "InvokeAsync"): "lambda:InvokeFunction",
    ("lambda", "ListFunctions"): "lambda:ListFunctions",
    ("sqs", "SendMessageBatch"): "sqs:SendMessage",
    ("sqs", "DeleteMessageBatch"): "sqs:DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "sqs:ChangeMessageVisibility",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "DeleteObjects"): "s3:DeleteObject",
    ("s3", "CopyObject"): "s3:PutObject",
    ("s3", "CreateMultipartUpload"): "s3:PutObject",
    ("s3", "UploadPart"): "s3:PutObject",
    ("s3", "CompleteMultipartUpload"): "s3:PutObject",
}
#: Allowed to every caller, whatever the policies say (STS API reference).
_ALWAYS = {("sts", "GetCallerIdentity")}
_FREE_OF_IAM = {("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")}


def authorize(call: Call, world: World) -> None:
    if (call.service, call.operation) in _ALWAYS | _FREE_OF_IAM:
        return
    caller = call.credentials
    assert caller is not None
    for action, resource, facts in required(call, world.account_id):
        if not world.is_allowed(caller.principal_arn, action, resource, facts, caller.session_policy):
            where = "" if resource == "*" else f" on resource: {resource}"
            raise _denied(
                call,
                f"User: {caller.caller_arn} is not authorized to perform: {action}{where} because no "
                f"identity-based policy allows the {action} action",
            )


def required(call: Call, account: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What a policy has to allow for this call: action, resource, and the condition keys with their values."""
    if (call.service, call.operation) in _ALWAYS | _FREE_OF_IAM:
        return
    action = _ACTIONS.get(
        (call.service, call.operation), f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"
    )
    for resource, context in _resources(call, account):
        facts = {"aws:RequestedRegion": call.region, "aws:SecureTransport": "true", **context}
        yield action, resource, facts
        if (call.service, call.operation) in _TAGGED_AT_CREATION and _gives_tags(call):
            yield f"{action.split(':')[0]}:TagResource", _tagged(call, account), facts


#: Tags given at creation need the right to tag as well (API references of these operations). Logs also takes the older
#: logs:TagLogGroup in its place, which the local stack does not.
_TAGGED_AT_CREATION = {
    ("cloudwatch", "PutMetricAlarm"),
    ("cloudwatch", "PutCompositeAlarm"),
    ("logs", "CreateLogGroup"),
}


def _gives_tags(call: Call) -> bool:
    wanted = call.parameters
    return bool(wanted.get("Tags") or wanted.get("tags")) or any(key.startswith("Tags.member.") for key in wanted)


def _tagged(call: Call, account: str) -> str:
    if call.service == "logs":
        return f"arn:aws:logs:{call.region}:{account}:log-group:{call.parameters.get('logGroupName')}"
    return f"arn:aws:cloudwatch:{call.region}:{account}:alarm:{call.parameters.get('AlarmName')}"


def _denied(call: Call, message: str) -> AwsError:
    if call.service == "s3":
        return AwsError("AccessDenied", message, 403)
    if call.protocol in ("query", "ec2", "rest-xml"):
        return AwsError("AccessDenied", message, 403)
    return AwsError("AccessDeniedException", message, 400 if call.protocol == "json" else 403)


def _resources(call: Call, account: str) -> Iterator[tuple[str, dict[str, str]]]:
    if call.service == "cloudwatch":
        namespace = call.parameters.get("Namespace") if call.operation == "PutMetricData" else None
        context = {"cloudwatch:namespace": str(namespace)} if namespace else {}
        yield from ((resource, context) for resource in _cloudwatch(call, account))
        return
    if (call.service, call.operation) == ("events", "PutEvents"):
        yield from _put_events(call, account)
        return
    if (call.service, call.operation) == ("logs", "StartLiveTail"):
        for arn in call.parameters.get("logGroupIdentifiers") or ["*"]:
            yield f"{arn}:log-stream:" if str(arn).startswith("arn:") else "*", {}
        return
    finder = {
        "events": _events,
        "lambda": _lambda,
        "logs": _logs,
        "sqs": _sqs,
        "dsql": _dsql,
        "s3": _s3,
        "iam": _iam,
        "sts": _sts,
    }.get(call.service)
    yield (finder(call, account) if finder else "*"), {}


def _put_events(call: Call, account: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each entry is judged by its bus and by the condition keys EventBridge has for PutEvents."""
    for entry in call.parameters.get("Entries") or []:
        if not isinstance(entry, dict):
            continue
        context = {
            key: str(entry[name])
            for key, name in (("events:source", "Source"), ("events:detail-type", "DetailType"))
            if entry.get(name)
        }
        yield _bus_arn(call.region, account, entry.get("EventBusName") or "default"), context


_ALARM_ACTIONS = ("PutMetricAlarm", "DeleteAlarms", "EnableAlarmActions", "DisableAlarmActions", "SetAlarmState")
_DASHBOARD_ACTIONS = ("PutDashboard", "GetDashboard", "DeleteDashboards")


def _cloudwatch(call: Call, account: str) -> list[str]:
    """Alarms and dashboards by name where the operation has them as its resource; metrics have none.

    PutCompositeAlarm and DescribeAlarms are used with "*" (API reference), as is all that lists.
    """
    wanted = call.parameters
    if call.operation in _ALARM_ACTIONS:
        names, arn = _named(wanted, "AlarmName"), f"arn:aws:cloudwatch:{call.region}:{account}:alarm:"
    elif call.operation in _DASHBOARD_ACTIONS:
        names, arn = _named(wanted, "DashboardName"), f"arn:aws:cloudwatch::{account}:dashboard/"
    else:
        return [wanted.get("ResourceARN") or "*"]
    return [arn + name for name in names] or ["*"]


def _named(wanted: dict[str, object], member: str) -> list[str]:
    """One name, or a list of names in a body or in a form's fields."""
    listed = wanted.get(f"{member}s")
    if isinstance(listed, list):
        return [str(name) for name in listed]
    fields = [str(value) for key, value in wanted.items() if key.startswith(f"{member}s.member.")]
    return fields or [str(wanted[member])] if member in wanted else fields


def _bus_arn(region: str, account: str, name: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:events:{region}:{account}:event-bus/{name}"


def _events(call: Call, account: str) -> str:
    wanted = call.parameters
    bus = (wanted.get("EventBusName") or "default").split("/")[-1]
    rule = wanted.get("Rule") or (wanted.get("Name") if call.operation.endswith("Rule") else None)
    if rule:
        path = rule if bus == "default" else f"{bus}/{rule}"
        return f"arn:aws:events:{call.region}:{account}:rule/{path}"
    if "EventBus" in call.operation and wanted.get("Name"):
        return _bus_arn(call.region, account, wanted["Name"])
    return wanted.get("ResourceARN") or "*"


def _lambda(call: Call, account: str) -> str:
    name = call.labels.get("FunctionName") or call.parameters.get("FunctionName")
    if not name:
        return call.labels.get("Resource") or "*"
    name = name.split(":function:")[-1]
    return f"arn:aws:lambda:{call.region}:{account}:function:{name}"


def _logs(call: Call, account: str) -> str:
    wanted = call.parameters
    group = wanted.get("logGroupName") or wanted.get("logGroupIdentifier")
    if not group:
        # The tagging operations name the group by its ARN, as it is.
        return wanted.get("resourceArn") or "*"
    if group.startswith("arn:"):
        # Policies name groups with ":*" behind them for all but the tagging actions (LogGroup, ``arn``).
        return f"{group.removesuffix(':*')}:log-stream:"
    stream = wanted.get("logStreamName") or ""
    return f"arn:aws:logs:{call.region}:{account}:log-group:{group}:log-stream:{stream}"


def _sqs(call: Call, account: str) -> str:
    name = (call.parameters.get("QueueUrl") or "").rstrip("/").split("/")[-1] or call.parameters.get("QueueName")
    return f"arn:aws:sqs:{call.region}:{account}:{name}" if name else "*"


def _dsql(call: Call, account: str) -> str:
    if "resourceArn" in call.labels:
        return call.labels["resourceArn"]
    if "identifier" in call.labels:
        return f"arn:aws:dsql:{call.region}:{account}:cluster/{call.labels['identifier']}"
    return f"arn:aws:dsql:{call.region}:{account}:cluster/*" if call.operation == "CreateCluster" else "*"


def _s3(call: Call, account: str) -> str:
    bucket = call.labels.get("Bucket")
    if not bucket:
        return "*"
    key = call.labels.get("Key")
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _iam(call: Call, account: str) -> str:
    for kind in ("Role", "User", "Group"):
        name = call.parameters.get(f"{kind}Name")
        if name:
            return f"arn:aws:iam::{account}:{kind.lower()}/{name}"
    return call.parameters.get("PolicyArn") or "*"


def _sts(call: Call, account: str) -> str:
    return call.parameters.get("RoleArn") or "*"
