"""What the running stack is used through: ``env`` for programs, ``taskops.yaml`` for taskops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .state import CA, CONFIGURATION, ENVIRONMENT, Directory, Names, write_private

_NOT_PROXIED = "127.0.0.1,localhost"


def environment(directory: Directory, names: Names, server: Mapping[str, Any]) -> dict[str, str]:
    region = names.regions[0]
    return {
        "AWS_ACCESS_KEY_ID": server["operator"]["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": server["operator"]["secretAccessKey"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": server["endpoint"],
        # StartLiveTail goes to stream-HOST, and nothing resolves stream-127.0.0.1 (botocore's AWS_DISABLE_HOST_PREFIX_INJECTION).
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        # A proxy that is right for everything else cannot reach this machine's loopback. Both spellings, because curl
        # and Python read the small one first, and others only the large one.
        "NO_PROXY": _NOT_PROXIED,
        "no_proxy": _NOT_PROXIED,
        # Nothing here may look for another account's credentials.
        "AWS_EC2_METADATA_DISABLED": "true",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(directory / CA),
        "TASKOPS_CONFIG": str(directory / CONFIGURATION),
        "TASKOPS_SANDBOX_CONTROL": server["control"],
    }


def write_environment(directory: Directory, variables: Mapping[str, str]) -> None:
    write_private(directory / ENVIRONMENT, "".join(f"{name}={value}\n" for name, value in variables.items()))


def write_configuration(directory: Directory, names: Names, outputs: Mapping[str, Mapping[str, str]],
                        gates: Mapping[str, int]) -> None:
    first = outputs[names.regions[0]]
    lines = [
        f"stack: {names.stack}",
        f"environment: {names.environment}",
        "defaults:",
        f"  bus: {first['EventBusName']}",
        f"  rule: {first['RuleName']}",
        f"  function: {first['FunctionName']}",
        f"  deadLetterQueue: {_queue(first['DeadLetterQueueUrl'])}",
        f"  failureQueue: {_queue(first['FailureQueueUrl'])}",
        "  databaseRole: taskops",
        "variables:",
        f"  onCallTopic: arn:aws:sns:${{region}}:${{account}}:{first['OnCallTopicArn'].rsplit(':', 1)[-1]}",
        "regions:",
    ]
    for region in names.regions:
        lines += [
            f"  {region}:",
            f"    cluster: {outputs[region]['ClusterIdentifier']}",
            f"    connection: {{hostaddr: 127.0.0.1, port: {gates[region]}, sslrootcert: {CA}}}",
        ]
    lines.append("canary: {timeout: 30s, slowAfter: 5s}")
    write_private(directory / CONFIGURATION, "\n".join(lines) + "\n")


def _queue(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]
