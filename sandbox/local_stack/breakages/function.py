"""The task processor itself."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

from .bench import Bench
from .breakage import CannotBreak, Record, breakage
from .events import Permission, source_of

#: What the two programs below are made of: takes invocations from the Runtime API as any custom runtime does.
_PROGRAM = """#!/usr/bin/env python3
import json, os, sys, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as answer:
        request, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.load(answer)
    line = {"level": "INFO", "message": "task event received", "requestId": request, "eventId": event.get("id")}
    print(json.dumps(line), flush=True)
    %s
"""
_FAILS = """error = {"errorType": "TypeError", "errorMessage": "'NoneType' object is not subscriptable"}
    print(json.dumps({**line, "level": "ERROR", "message": "task event done", "outcome": "failed",
                      "errorType": error["errorType"], "error": error["errorMessage"]}), flush=True)
    urllib.request.urlopen(api + request + "/error", data=json.dumps(error).encode()).close()"""
_HANGS = "time.sleep(3600)"


@breakage("the function is deleted", "function-missing")
class _Missing:
    @staticmethod
    def look(bench: Bench) -> Record:
        functions, name = bench.client("lambda"), bench.stack.function
        whole = functions.get_function(FunctionName=name)
        configuration = whole["Configuration"]
        kept = ("FunctionName", "Description", "Runtime", "Role", "Handler", "Timeout", "MemorySize", "Architectures",
                "Environment", "LoggingConfig")
        record: Record = {
            "function": {key: configuration[key] for key in kept if key in configuration},
            "tags": whole.get("Tags", {}), "code": _deployed_code(bench),
            "concurrency": whole.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        }
        for key, read in (("statements", lambda: Permission.look(bench)["statements"]),
                          ("invoke", lambda: invoke_config(bench))):
            try:
                record[key] = read()
            except functions.exceptions.ResourceNotFoundException:
                record[key] = None
        return record

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.client("lambda").delete_function(FunctionName=bench.stack.function)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        functions, name = bench.client("lambda"), bench.stack.function
        try:
            functions.get_function(FunctionName=name)
            return
        except functions.exceptions.ResourceNotFoundException:
            pass
        functions.create_function(**record["function"], Code=record["code"], Tags=record["tags"])
        for statement in record["statements"] or []:
            Permission.add(bench, statement, source_of(statement))
        if record["invoke"]:
            functions.put_function_event_invoke_config(FunctionName=name, **record["invoke"])
        if record["concurrency"] is not None:
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=record["concurrency"])
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


class _State:
    """A state that AWS alone sets."""

    look = staticmethod(lambda bench: _existing(bench))

    @staticmethod
    def set(bench: Bench, **state: str) -> None:
        bench.control("PUT", "/states", {"kind": "function", "region": bench.region, "name": bench.stack.function, **state})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.control("DELETE", f"/states?kind=function&region={bench.region}&name={bench.stack.function}")


@breakage("the function is Failed: Lambda cannot set up what it runs on", "function-failed")
class _Failed(_State):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _State.set(bench, State="Failed", StateReasonCode="InvalidSecurityGroup", StateReason="The security group does not exist.")


@breakage("the function is being set up and takes no events yet", "function-inactive")
class _Pending(_State):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _State.set(bench, State="Pending", StateReasonCode="Restoring", StateReason="The function is being restored.")


@breakage("the function's reserved concurrency is 0", "function-throttled")
class _Throttled:
    look = staticmethod(lambda bench: _existing(bench))

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.client("lambda").put_function_concurrency(FunctionName=bench.stack.function, ReservedConcurrentExecutions=0)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.client("lambda").delete_function_concurrency(FunctionName=bench.stack.function)


class _Code:
    @staticmethod
    def look(bench: Bench) -> Record:
        timeout = bench.client("lambda").get_function_configuration(FunctionName=bench.stack.function)["Timeout"]
        return {"code": _deployed_code(bench), "timeout": timeout}

    @staticmethod
    def put(bench: Bench, does: str) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, _PROGRAM % does)
        bench.client("lambda").update_function_code(FunctionName=bench.stack.function, ZipFile=file.getvalue())

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        functions = bench.client("lambda")
        functions.update_function_code(FunctionName=bench.stack.function, **record["code"])
        functions.update_function_configuration(FunctionName=bench.stack.function, Timeout=record["timeout"])


@breakage("a version of the function is deployed that fails at every event", "function-failing")
class _Failing(_Code):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Code.put(bench, _FAILS)


@breakage("a version of the function is deployed that hangs until Lambda ends it", "function-timeout")
class _TimesOut(_Code):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Code.put(bench, _HANGS)
        bench.client("lambda").update_function_configuration(FunctionName=bench.stack.function, Timeout=1)


@breakage("the function's process dies at every event", "function-crashing")
class _Crashing:
    look = staticmethod(lambda bench: _existing(bench))

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        fault = {"kind": "function-crash", "region": bench.region, "times": 1_000_000}
        record["fault"] = bench.control("POST", "/faults", fault)["id"]

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.end_fault(record)


class _Environment:
    @staticmethod
    def look(bench: Bench) -> Record:
        configuration = bench.client("lambda").get_function_configuration(FunctionName=bench.stack.function)
        return {"variables": configuration["Environment"]["Variables"]}

    @staticmethod
    def put(bench: Bench, variables: dict[str, str]) -> None:
        bench.client("lambda").update_function_configuration(
            FunctionName=bench.stack.function, Environment={"Variables": variables})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _Environment.put(bench, record["variables"])


@breakage("the function's environment names another cluster's endpoint", "function-environment")
class _Wrong(_Environment):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        other = f"{'a' * 26}.dsql.{bench.region}.on.aws"
        _Environment.put(bench, {**record["variables"], "CLUSTER_ENDPOINT": other})


@breakage("a variable of the function's environment is missing", "function-variable-missing")
class _Lacking(_Environment):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Environment.put(bench, {k: v for k, v in record["variables"].items() if k != "EVENT_BUS_NAME"})


class _RolePolicy:
    """A Deny in the function's role."""

    name = "taskops-sandbox-break"

    @classmethod
    def deny(cls, bench: Bench, action: str) -> None:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
        bench.client("iam").put_role_policy(
            RoleName=bench.function_role(), PolicyName=cls.name, PolicyDocument=json.dumps(document))
        _new_environments(bench)

    @classmethod
    def mend(cls, bench: Bench, record: Record) -> None:
        iam = bench.client("iam")
        try:
            iam.delete_role_policy(RoleName=bench.function_role(), PolicyName=cls.name)
        except iam.exceptions.NoSuchEntityException:
            pass


@breakage("the function's role may not connect to the database", "function-token-refused")
class _TokenRefused(_RolePolicy):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _RolePolicy.deny(bench, "dsql:DbConnect")


@breakage("the function's role has no grant of the database role task_processor", "function-role-missing")
class _RoleMissing:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.sql(f"AWS IAM REVOKE task_processor FROM '{_role_arn(bench)}'")
        _new_environments(bench)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        # Revoked first, because a grant that is there already is refused.
        try:
            bench.sql(f"AWS IAM GRANT task_processor TO '{_role_arn(bench)}'")
        except CannotBreak as problem:
            if "exist" not in str(problem) and "already" not in str(problem):
                raise


def _role_arn(bench: Bench) -> str:
    return f"arn:aws:iam::{bench.account}:role/{bench.function_role()}"


def _existing(bench: Bench) -> Record:
    """Nothing to note, but that there is a function to break."""
    bench.client("lambda").get_function_configuration(FunctionName=bench.stack.function)
    return {}


def _new_environments(bench: Bench) -> None:
    """A connection outlives what let it in; a touched configuration ends the environments that hold one."""
    functions, name = bench.client("lambda"), bench.stack.function
    try:
        configuration = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return
    size = configuration["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=size + 1)
    time.sleep(0.05)
    functions.update_function_configuration(FunctionName=name, MemorySize=size)


def _deployed_code(bench: Bench) -> Record:
    """Where the code lies that was deployed: CloudFormation's own parameters say it."""
    for stack in bench.client("cloudformation").describe_stacks()["Stacks"]:
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
        if "FunctionCodeKey" in parameters:
            return {"S3Bucket": parameters["FunctionCodeBucket"], "S3Key": parameters["FunctionCodeKey"]}
    raise CannotBreak("where the function's code lies is not known")


def invoke_config(bench: Bench) -> Any:
    answer = bench.client("lambda").get_function_event_invoke_config(FunctionName=bench.stack.function)
    return {key: answer[key] for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
            if key in answer}

