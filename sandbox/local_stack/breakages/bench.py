"""What a breakage works with: clients of one Region, the control address, SQL through the gate, the client's files."""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..launcher import files, postgres
from ..launcher.state import CONFIGURATION, Directory, Names, write_private
from .breakage import CannotBreak


@dataclass(frozen=True)
class Stack:
    """The names of one Region's part, as the stack was deployed: taskops.yaml may have been made wrong."""

    bus: str
    rule: str
    function: str
    dead_letter_queue: str
    failure_queue: str
    cluster: str
    endpoint: str


@dataclass
class Bench:
    directory: Directory
    region: str
    #: Of the Region's peer.
    peer: str
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:
        """A client of the Region, with the operator's own key, whatever ``env`` has been made to say."""
        if service not in self._clients:
            self._clients[service] = _session(self._server["operator"]["accessKeyId"],
                                              self._server["operator"]["secretAccessKey"]).client(
                service, region_name=self.region, endpoint_url=self._server["endpoint"], config=_config())
        return self._clients[service]

    @functools.cached_property
    def stack(self) -> Stack:
        named = self.names
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        for stack in stacks:
            outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            if outputs.get("EventBusName") == f"task-events-{named.environment}":
                queue = {key: outputs[key].rsplit("/", 1)[-1] for key in ("DeadLetterQueueUrl", "FailureQueueUrl")}
                return Stack(outputs["EventBusName"], outputs["RuleName"], outputs["FunctionName"],
                             queue["DeadLetterQueueUrl"], queue["FailureQueueUrl"], outputs["ClusterIdentifier"],
                             outputs["ClusterEndpoint"])
        raise CannotBreak(f"no stack of {named.stack} is deployed in {self.region}")

    @functools.cached_property
    def names(self) -> Names:
        state = self.directory.read()
        assert state is not None
        record = state.names
        return Names(record["stack"], record["environment"], tuple(record["regions"]), record["witness"])

    @property
    def account(self) -> str:
        return "123456789012"

    @property
    def operator(self) -> str:
        return "operator"

    def rule_names(self) -> dict[str, str]:
        return {"Rule": self.stack.rule, "EventBusName": self.stack.bus}

    def function_role(self) -> str:
        """The name of the function's role; it stays what it is while the function is gone."""
        return f"{self.stack.function}-{self.region}"

    def queue_url(self, name: str) -> str:
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    # The control address

    def control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._server["control"] + path, data, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if method == "DELETE" and refused.code == 404:
                return None
            raise CannotBreak(str(json.load(refused).get("error"))) from None

    def end_fault(self, record: dict[str, Any]) -> None:
        """Ends what ``POST /faults`` began and the record notes, if it came to that."""
        if "fault" in record:
            self.control("DELETE", f"/faults/{record['fault']}")

    # The database, as a client of the gate

    @property
    def gate(self) -> int:
        """The port of the Region's gate."""
        return int(self._server["gates"][self.region])

    def wait_for_gate(self, region: str) -> None:
        """A gate that a fault closed opens a moment after the fault's end. One that another still closes is not waited for."""
        closed = [one.get("region") for one in self.control("GET", "/faults")["faults"] if one["kind"] == "database-down"]
        if region in closed or None in closed:
            return
        for _ in range(40):
            try:
                socket.create_connection(("127.0.0.1", int(self._server["gates"][region])), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)

    def sql(self, *statements: str) -> None:
        """Runs each in a transaction of its own, as the admin, through the Region's gate."""
        token = self.client("dsql").generate_db_connect_admin_auth_token(self.stack.endpoint, self.region)
        environment = {
            "PATH": os.environ.get("PATH", ""), "PGPASSWORD": token, "PGSSLMODE": "require", "PGHOST": self.stack.endpoint,
            "PGHOSTADDR": "127.0.0.1", "PGPORT": str(self.gate), "PGUSER": "admin",
            "PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "10",
        }
        words = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run([postgres.find()["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", *words], env=environment,
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["?"]
            # What stands below it is its context, or a hint.
            said = next((line for line in lines if "ERROR:" in line or "FATAL:" in line), lines[-1])
            raise CannotBreak(f"the database refused it: {said}")

    # The client's files

    def configuration(self) -> list[str]:
        return (self.directory / CONFIGURATION).read_text().splitlines()

    def write_configuration(self, lines: list[str]) -> None:
        write_private(self.directory / CONFIGURATION, "\n".join(lines) + "\n")

    def write_variables(self, changed: Mapping[str, str | None]) -> None:
        """``env`` as ``up`` wrote it, with some variables changed or, with None, left out."""
        variables = files.environment(self.directory, self.names, self._server)
        for name, value in changed.items():
            if value is None:
                variables.pop(name, None)
            else:
                variables[name] = value
        files.write_environment(self.directory, variables)

    @functools.cached_property
    def _server(self) -> dict[str, Any]:
        server = self.directory.server()
        if not server.get("endpoint"):
            raise CannotBreak("no local stack is up")
        return server


@functools.cache
def _session(access_key_id: str, secret_access_key: str) -> Any:
    import boto3

    return boto3.Session(aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key)


@functools.cache
def _config() -> Any:
    from botocore.config import Config

    # A fault of AWS's side may be switched on while this mends another.
    return Config(retries={"max_attempts": 8, "mode": "standard"}, proxies={})
