"""What is done to the stack before a command runs, and undone after it.

scenarios.toml names these with dashes.

Longer than its neighbours: it is a list, and every entry stands alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .exchange import Exchange
from .portal import Portal
from .scenarios import ScenarioError
from .stack import Stack

_BUS, _RULE, _FUNCTION = "task-events-dev", "task-processing-rule", "task-processor-dev"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_ROLE = "conformance"


@dataclass(frozen=True)
class Prepared:
    """What the command is given beside its words."""

    #: Another file than the stack's own taskops.yaml.
    config: Path | None = None
    variables: dict[str, str] = field(default_factory=dict)
    #: Variables of the stack that the command is not to see.
    hidden: tuple[str, ...] = ()
    #: What is typed on the command's terminal; without it there is none.
    typed: str | None = None
    #: Takes calls that went elsewhere than to the local stack.
    exchanges: list[Exchange] = field(default_factory=list)


Preparation = Callable[[Stack], AbstractContextManager[Prepared]]


def named(name: str) -> Preparation:
    found = (
        globals().get(name.replace("-", "_"))
        if re.fullmatch("[a-z][a-z-]*", name)
        else None
    )
    if (
        not callable(found)
        or getattr(found, "__module__", None) != __name__
        or found is named
    ):
        raise ScenarioError(
            f"scenarios.toml names the preparation {name}, and preparations.py has none of that name"
        )
    return found


@contextmanager
def rule_disabled(stack: Stack) -> Iterator[Prepared]:
    events = stack.client("events")
    events.disable_rule(Name=_RULE, EventBusName=_BUS)
    try:
        yield Prepared()
    finally:
        events.enable_rule(Name=_RULE, EventBusName=_BUS)


@contextmanager
def rule_missing(stack: Stack) -> Iterator[Prepared]:
    """The configuration names a rule there is not, and the one there is delivers nothing."""
    with (
        rule_disabled(stack),
        _configuration(stack, f"rule: {_RULE}", "rule: no-such-rule") as path,
    ):
        yield Prepared(config=path)


@contextmanager
def target_missing(stack: Stack) -> Iterator[Prepared]:
    events = stack.client("events")
    targets = events.list_targets_by_rule(Rule=_RULE, EventBusName=_BUS)["Targets"]
    events.remove_targets(
        Rule=_RULE, EventBusName=_BUS, Ids=[target["Id"] for target in targets]
    )
    try:
        yield Prepared()
    finally:
        events.put_targets(Rule=_RULE, EventBusName=_BUS, Targets=targets)


@contextmanager
def concurrency_zero(stack: Stack) -> Iterator[Prepared]:
    functions = stack.client("lambda")
    functions.put_function_concurrency(
        FunctionName=_FUNCTION, ReservedConcurrentExecutions=0
    )
    try:
        yield Prepared()
    finally:
        functions.delete_function_concurrency(FunctionName=_FUNCTION)


@contextmanager
def permission_missing(stack: Stack) -> Iterator[Prepared]:
    functions = stack.client("lambda")
    (statement,) = json.loads(functions.get_policy(FunctionName=_FUNCTION)["Policy"])[
        "Statement"
    ]
    functions.remove_permission(FunctionName=_FUNCTION, StatementId=statement["Sid"])
    try:
        yield Prepared()
    finally:
        functions.add_permission(
            FunctionName=_FUNCTION,
            StatementId=statement["Sid"],
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=stack.client("events").describe_rule(
                Name=_RULE, EventBusName=_BUS
            )["Arn"],
        )


@contextmanager
def cluster_by_tag(stack: Stack) -> Iterator[Prepared]:
    """The configuration names the clusters by a tag instead of their ids."""
    tag = {"Key": "conformance", "Value": "this one"}
    found = re.findall(
        r"^  ([a-z0-9-]+):\n    cluster: (\S+)$",
        stack.configuration.read_text(),
        re.MULTILINE,
    )
    arns = {
        region: stack.client("dsql", region).get_cluster(identifier=identifier)["arn"]
        for region, identifier in found
    }
    for region, arn in arns.items():
        stack.client("dsql", region).tag_resource(
            resourceArn=arn, tags={tag["Key"]: tag["Value"]}
        )
    try:
        with _configuration(
            stack,
            r"cluster: \S+",
            f"cluster: {{tag: {{{tag['Key']}: {tag['Value']}}}}}",
        ) as path:
            yield Prepared(config=path)
    finally:
        for region, arn in arns.items():
            stack.client("dsql", region).untag_resource(
                resourceArn=arn, tagKeys=[tag["Key"]]
            )


@contextmanager
def files_to_apply(stack: Stack) -> Iterator[Prepared]:
    """Files that change, make and delete something of each kind, for us-east-1 alone."""
    with _applied(stack) as path:
        yield Prepared(config=path)


@contextmanager
def nothing_to_apply(stack: Stack) -> Iterator[Prepared]:
    """The same things, and none of the files any more."""
    with _applied(stack) as path:
        for kind in ("alarms", "dashboards", "log-groups"):
            for file in (path.parent / kind).iterdir():
                file.unlink()
        yield Prepared(config=path)


@contextmanager
def alarm_to_drill(stack: Stack) -> Iterator[Prepared]:
    """An alarm that calls a topic, on a metric that nobody sends, and a composite alarm upon it."""
    watch, topics = stack.client("cloudwatch"), stack.client("sns")
    topic = topics.create_topic(Name="conformance-drill")["TopicArn"]
    _put_alarm(
        stack, "conformance-drill", AlarmActions=[topic], TreatMissingData="ignore"
    )
    watch.put_composite_alarm(
        AlarmName="conformance-drill-above", AlarmRule="ALARM(conformance-drill)"
    )
    watch.set_alarm_state(
        AlarmName="conformance-drill", StateValue="OK", StateReason="conformance"
    )
    try:
        yield Prepared()
    finally:
        watch.delete_alarms(AlarmNames=["conformance-drill-above"])
        watch.delete_alarms(AlarmNames=["conformance-drill"])
        topics.delete_topic(TopicArn=topic)


@contextmanager
def monitoring_files(stack: Stack) -> Iterator[Prepared]:
    """Files of every kind beside the configuration; what they describe is there, otherwise and nobody's."""
    with _monitoring(stack, stack.configuration.read_text()) as path:
        yield Prepared(config=path)


@contextmanager
def monitoring_files_and_tag(stack: Stack) -> Iterator[Prepared]:
    """The same, with clusters named by a tag."""
    with cluster_by_tag(stack) as prepared:
        assert prepared.config is not None
        with _monitoring(stack, prepared.config.read_text()) as path:
            yield Prepared(config=path)


@contextmanager
def role_profile(stack: Stack) -> Iterator[Prepared]:
    """A profile `conformance-role` that assumes a role with the operator's keys, which stand in a profile of their own."""
    with _role(stack) as arn, _file(stack, "aws-config", _profiles(stack, arn)) as path:
        yield Prepared(variables={"AWS_CONFIG_FILE": str(path)}, hidden=_KEYS)


@contextmanager
def role_profile_with_mfa(stack: Stack) -> Iterator[Prepared]:
    """The same profile, whose role wants the code of a device."""
    device = "mfa_serial = arn:aws:iam::123456789012:mfa/operator\n"
    with (
        _role(stack) as arn,
        _file(stack, "aws-config", _profiles(stack, arn) + device) as path,
    ):
        yield Prepared(
            variables={"AWS_CONFIG_FILE": str(path)}, hidden=_KEYS, typed="123456"
        )


@contextmanager
def as_a_role(stack: Stack) -> Iterator[Prepared]:
    """Credentials of a session, which come with a token, and whose role may connect to the database."""
    with _role(stack) as arn:
        apply = stack.run(["schema", "apply", "--console-role-arn", arn])
        if apply.returncode != 0:
            raise ScenarioError(
                f"the role of the preparation as-a-role was not let in: {apply.stderr}"
            )
        given = stack.client("sts").assume_role(
            RoleArn=arn, RoleSessionName="conformance"
        )["Credentials"]
        yield Prepared(
            variables={
                "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
                "AWS_SESSION_TOKEN": given["SessionToken"],
            }
        )


@contextmanager
def web_identity(stack: Stack) -> Iterator[Prepared]:
    """A token in a file, as Kubernetes gives it to its pods."""
    with _role(stack) as arn, _file(stack, "token", "a-token-of-nobody") as path:
        yield Prepared(
            variables={"AWS_ROLE_ARN": arn, "AWS_WEB_IDENTITY_TOKEN_FILE": str(path)},
            hidden=_KEYS,
        )


@contextmanager
def sso_sign_in(stack: Stack) -> Iterator[Prepared]:
    """A profile `conformance-sso` whose sign-in ends in two minutes, and has to be renewed before it is of use."""
    name, end = "conformance", datetime.now(UTC) + timedelta(minutes=2)
    settings = (
        f"[profile conformance-sso]\nsso_session = {name}\nsso_account_id = 123456789012\nsso_role_name = {_ROLE}\n"
        f"[sso-session {name}]\nsso_start_url = https://conformance.awsapps.com/start\nsso_region = us-east-1\n"
    )
    token = {
        "startUrl": "https://conformance.awsapps.com/start",
        "region": "us-east-1",
        "accessToken": "about-to-end",
        "expiresAt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "clientId": "client",
        "clientSecret": "client-secret",
        "registrationExpiresAt": f"{end + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "refreshToken": "renews",
    }
    with _role(stack) as arn, tempfile.TemporaryDirectory() as home:
        given = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName=name)[
            "Credentials"
        ]
        cache = Path(home, ".aws", "sso", "cache")
        cache.mkdir(parents=True)
        (cache / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(
            json.dumps(token)
        )
        (cache.parents[1] / "config").write_text(settings)
        with Portal(given).running() as portal:
            urls = {
                "AWS_ENDPOINT_URL_SSO": portal.url,
                "AWS_ENDPOINT_URL_SSO_OIDC": portal.url,
            }
            yield Prepared(
                variables={"HOME": home, **urls},
                hidden=_KEYS,
                exchanges=portal.exchanges,
            )


@contextmanager
def login(stack: Stack) -> Iterator[Prepared]:
    """A profile `conformance-login` whose sign-in by `aws login` is over, and has to be renewed."""
    session = "arn:aws:sts::123456789012:assumed-role/conformance/login"
    key = ec.generate_private_key(ec.SECP256R1())
    token = {
        "accessToken": {
            "accessKeyId": "OVER",
            "secretAccessKey": "over",
            "sessionToken": "over",
            "accountId": "123456789012",
            "expiresAt": "2026-01-01T00:00:00Z",
        },
        "tokenType": "aws_sigv4",
        "refreshToken": "renews",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode(),
    }
    settings = (
        f"[profile conformance-login]\nregion = us-east-1\nlogin_session = {session}\n"
    )
    with _role(stack) as arn, tempfile.TemporaryDirectory() as home:
        given = stack.client("sts").assume_role(
            RoleArn=arn, RoleSessionName="conformance"
        )["Credentials"]
        cache = Path(home, ".aws", "login", "cache")
        cache.mkdir(parents=True)
        (cache / f"{hashlib.sha256(session.encode()).hexdigest()}.json").write_text(
            json.dumps(token)
        )
        (cache.parents[1] / "config").write_text(settings)
        with Portal(given).running() as portal:
            variables = {"HOME": home, "AWS_ENDPOINT_URL_SIGNIN": portal.url}
            yield Prepared(
                variables=variables, hidden=_KEYS, exchanges=portal.exchanges
            )


@contextmanager
def target_qualified(stack: Stack) -> Iterator[Prepared]:
    """The rule leads to the function's unpublished version by its qualifier, as it may to an alias."""
    events, functions = stack.client("events"), stack.client("lambda")
    targets = events.list_targets_by_rule(Rule=_RULE, EventBusName=_BUS)["Targets"]
    arn = events.describe_rule(Name=_RULE, EventBusName=_BUS)["Arn"]
    functions.add_permission(
        FunctionName=_FUNCTION,
        Qualifier="$LATEST",
        StatementId="conformance",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    qualified = [{**target, "Arn": f"{target['Arn']}:$LATEST"} for target in targets]
    events.put_targets(Rule=_RULE, EventBusName=_BUS, Targets=qualified)
    try:
        yield Prepared()
    finally:
        events.put_targets(Rule=_RULE, EventBusName=_BUS, Targets=targets)
        functions.remove_permission(
            FunctionName=_FUNCTION, Qualifier="$LATEST", StatementId="conformance"
        )


# What they are made of.


@contextmanager
def _role(stack: Stack) -> Iterator[str]:
    iam = stack.client("iam")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    arn = iam.create_role(
        RoleName=_ROLE,
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [trust]}
        ),
    )["Role"]["Arn"]
    iam.put_role_policy(RoleName=_ROLE, PolicyName="all", PolicyDocument=document)
    try:
        yield arn
    finally:
        iam.delete_role_policy(RoleName=_ROLE, PolicyName="all")
        iam.delete_role(RoleName=_ROLE)


def _profiles(stack: Stack, role: str) -> str:
    return (
        f"[profile conformance-keys]\naws_access_key_id = {stack.variables['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {stack.variables['AWS_SECRET_ACCESS_KEY']}\n"
        f"[profile conformance-role]\nrole_arn = {role}\nsource_profile = conformance-keys\n"
        "external_id = conformance-id\nduration_seconds = 900\nrole_session_name = conformance\n"
    )


@contextmanager
def _configuration(stack: Stack, pattern: str, replacement: str) -> Iterator[Path]:
    text, count = re.subn(pattern, replacement, stack.configuration.read_text())
    if count == 0:
        raise ScenarioError(f"the stack's taskops.yaml has no `{pattern}`")
    # Beside the original: a path in it is relative.
    with _file(stack, "changed.yaml", text) as path:
        yield path


_MONITORING = "conformance-monitoring"
_FILES = {
    "alarms/a.yaml": """
for: [us-east-1]
AlarmName: conformance-monitoring
Namespace: AWS/Lambda
MetricName: Errors
Statistic: Sum
Period: 60
EvaluationPeriods: 1
Threshold: 5
ComparisonOperator: GreaterThanThreshold
""",
    "log-groups/g.yaml": """
for: [us-east-1]
logGroupName: conformance-monitoring
retentionInDays: 30
metricFilters: []
subscriptionFilters: []
""",
    "dashboards/conformance-monitoring.json": """
{"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "from a file"}}]}
""",
}


@contextmanager
def _monitoring(stack: Stack, configuration: str) -> Iterator[Path]:
    """A folder with files, its configuration; in AWS what they mean to change, and a dashboard that none of them means."""
    watch, logs = stack.client("cloudwatch"), stack.client("logs")
    watch.put_metric_alarm(
        AlarmName=_MONITORING,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    logs.create_log_group(logGroupName=_MONITORING)
    logs.put_metric_filter(
        logGroupName=_MONITORING,
        filterName="f",
        filterPattern="ERROR",
        metricTransformations=[{"metricName": "Errors", "metricNamespace": "Conformance", "metricValue": "1"}],
    )
    body = {"widgets": [{"type": "text", "properties": {"markdown": "by hand"}}]}
    for name in (_MONITORING, "conformance-strange"):
        watch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"taskops.yaml": configuration, **_FILES}.items():
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            yield Path(folder, "taskops.yaml")
    finally:
        watch.delete_alarms(AlarmNames=[_MONITORING])
        logs.delete_log_group(logGroupName=_MONITORING)
        watch.delete_dashboards(DashboardNames=[_MONITORING, "conformance-strange"])


@contextmanager
def _file(stack: Stack, name: str, text: str) -> Iterator[Path]:
    path = stack.directory / f"conformance-{name}"
    path.touch(0o600)
    path.write_text(text)
    try:
        yield path
    finally:
        path.unlink()


_APPLY = "conformance-apply"
_APPLY_FILES = {
    "alarms/a.yaml": f"""
for: [us-east-1]
alarms:
  - &alarm
    AlarmName: {_APPLY}
    Namespace: Conformance
    MetricName: M
    Statistic: Sum
    Period: 60
    EvaluationPeriods: 1
    Threshold: 5
    ComparisonOperator: GreaterThanThreshold
  - {{<<: *alarm, AlarmName: {_APPLY}-new}}
  - {{AlarmName: {_APPLY}-both, AlarmRule: ALARM({_APPLY}) OR ALARM({_APPLY}-new)}}
""",
    "log-groups/g.yaml": f"""
for: [us-east-1]
logGroups:
  - logGroupName: {_APPLY}-changed
    retentionInDays: 30
    kmsKeyId: KEY
    deletionProtectionEnabled: true
    metricFilters:
      - filterName: new
        filterPattern: ERROR
        metricTransformations: [{{metricName: Errors, metricNamespace: Conformance, metricValue: "1"}}]
    subscriptionFilters:
      - {{filterName: new, filterPattern: "", destinationArn: "TARGET"}}
  - logGroupName: {_APPLY}-cleared
  - logGroupName: {_APPLY}-made
    retentionInDays: 7
""",
    f"dashboards/{_APPLY}.json": """
{"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "from a file"}}]}
""",
}


@contextmanager
def _applied(stack: Stack) -> Iterator[Path]:
    """A folder with files; in AWS what they mean to change, and what an apply had made that they do not name any more."""
    watch, logs = stack.client("cloudwatch"), stack.client("logs")
    name = re.search(r"^stack: (\S+)", stack.configuration.read_text(), re.MULTILINE)
    if name is None:
        raise ScenarioError("the stack's taskops.yaml names no stack")
    tags = {"taskops:stack": name[1], "taskops:applied": "0123456789abcdef"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    key = _key(stack)
    body = json.dumps(
        {"widgets": [{"type": "text", "properties": {"markdown": "by hand"}}]}
    )
    for alarm in (_APPLY, f"{_APPLY}-old"):
        _put_alarm(stack, alarm, Tags=listed)
    for board in (_APPLY, f"{_APPLY}-old"):
        watch.put_dashboard(DashboardName=board, DashboardBody=body, Tags=listed)
    for group in ("target", "changed", "cleared", "old"):
        own = {} if group == "target" else {"tags": tags}
        logs.create_log_group(logGroupName=f"{_APPLY}-{group}", **own)
    # Nothing is written to the group, so the function is never called for it.
    functions = stack.client("lambda")
    target = functions.get_function(FunctionName=_FUNCTION)["Configuration"]["FunctionArn"]
    functions.add_permission(
        FunctionName=_FUNCTION, StatementId=_APPLY, Action="lambda:InvokeFunction", Principal="logs.amazonaws.com"
    )
    logs.put_metric_filter(
        logGroupName=f"{_APPLY}-changed",
        filterName="old",
        filterPattern="",
        metricTransformations=[
            {"metricName": "M", "metricNamespace": "Conformance", "metricValue": "1"}
        ],
    )
    logs.put_subscription_filter(
        logGroupName=f"{_APPLY}-changed",
        filterName="old",
        filterPattern="",
        destinationArn=target,
    )
    logs.put_retention_policy(logGroupName=f"{_APPLY}-cleared", retentionInDays=1)
    logs.associate_kms_key(logGroupName=f"{_APPLY}-cleared", kmsKeyId=key)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for file, text in {
                "taskops.yaml": stack.configuration.read_text(),
                **_APPLY_FILES,
            }.items():
                path = Path(folder, file)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text.replace("KEY", key).replace("TARGET", target))
            yield Path(folder, "taskops.yaml")
    finally:
        functions.remove_permission(FunctionName=_FUNCTION, StatementId=_APPLY)
        _remove_applied(stack)


def _remove_applied(stack: Stack) -> None:
    watch, logs = stack.client("cloudwatch"), stack.client("logs")
    found = watch.describe_alarms(
        AlarmNamePrefix=_APPLY, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    for alarm in found["CompositeAlarms"] + found["MetricAlarms"]:
        watch.delete_alarms(AlarmNames=[alarm["AlarmName"]])
    boards = watch.list_dashboards(DashboardNamePrefix=_APPLY)["DashboardEntries"]
    if boards:
        watch.delete_dashboards(
            DashboardNames=[board["DashboardName"] for board in boards]
        )
    for group in logs.describe_log_groups(logGroupNamePrefix=_APPLY)["logGroups"]:
        logs.put_log_group_deletion_protection(
            logGroupIdentifier=group["logGroupName"], deletionProtectionEnabled=False
        )
        logs.delete_log_group(logGroupName=group["logGroupName"])


def _put_alarm(stack: Stack, name: str, **more: Any) -> None:
    stack.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Conformance",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )


def _key(stack: Stack) -> str:
    """A KMS key that CloudWatch Logs may use."""
    use = [
        "kms:Encrypt*",
        "kms:Decrypt*",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
    ]
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
            "Action": use,
            "Resource": "*",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return str(stack.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])
