"""What the gate's tests stand on: a real PostgreSQL, a gate per Region, and an account of a few principals."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import botocore.auth
import psycopg

from local_stack.gate import Gates
from local_stack.launcher import postgres
from local_stack.world import ClusterView, Credentials, World

ACCOUNT = "123456789012"
EAST, WEST = "us-east-1", "us-west-2"
EAST_ID, WEST_ID, LONE_ID, NEW_ID = "a" * 26, "b" * 26, "c" * 26, "d" * 26
OPERATOR = f"arn:aws:iam::{ACCOUNT}:user/operator"
FUNCTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/tasks-function"


def endpoint(identifier: str, region: str) -> str:
    return f"{identifier}.dsql.{region}.on.aws"


def _arn(identifier: str, region: str) -> str:
    return f"arn:aws:dsql:{region}:{ACCOUNT}:cluster/{identifier}"


def _cluster(identifier: str, region: str, peers: tuple[str, ...] = (), status: str = "ACTIVE") -> ClusterView:
    return ClusterView(identifier, _arn(identifier, region), region, status, endpoint(identifier, region), peers)


@dataclass
class Account(World):
    """A World whose principals and clusters are listed here instead of in moto."""

    keys: dict[str, Credentials] = field(default_factory=dict)
    listed: dict[str, ClusterView] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)

    def credentials(self, access_key_id: str) -> Credentials | None:
        return self.keys.get(access_key_id)

    def is_allowed(self, principal_arn: str, action: str, resource_arn: str, context: Any = None,
                   session_policy: Any = None) -> bool:
        return (principal_arn, action) not in self.denied

    def cluster_at(self, host: str) -> ClusterView | None:
        return self.listed.get(host)

    def clusters(self) -> list[ClusterView]:
        return list(self.listed.values())


def make_account(directory: Path) -> Account:
    account = Account(directory)
    account.keys = {
        "AKIAOPERATOR": Credentials("AKIAOPERATOR", "operator-secret", None, OPERATOR, OPERATOR, False),
        "ASIAFUNCTION": Credentials(
            "ASIAFUNCTION", "function-secret", "function-session+/==", FUNCTION_ROLE,
            f"arn:aws:sts::{ACCOUNT}:assumed-role/tasks-function/run", False),
        "ASIAEXPIRED": Credentials("ASIAEXPIRED", "old-secret", "old-session", FUNCTION_ROLE, FUNCTION_ROLE, True),
    }
    clusters = [
        _cluster(EAST_ID, EAST, (_arn(WEST_ID, WEST),)), _cluster(WEST_ID, WEST, (_arn(EAST_ID, EAST),)),
        _cluster(LONE_ID, EAST), _cluster(NEW_ID, EAST, status="PENDING_SETUP"),
    ]
    account.listed = {cluster.endpoint: cluster for cluster in clusters}
    return account


@dataclass
class Database:
    account: Account
    ports: dict[str, int]
    ca_file: Path
    process: Any
    place: Any
    gates: Gates

    def token(self, user: str, region: str = EAST, identifier: str = EAST_ID, key: str = "AKIAOPERATOR",
              expires: int = 900, ago: timedelta = timedelta(0), **changes: str) -> str:
        known = self.account.keys[key]
        client = boto3.client(
            "dsql", region_name=region, aws_access_key_id=key,
            aws_secret_access_key=changes.get("secret", known.secret_access_key),
            aws_session_token=changes.get("session", known.session_token))
        admin = changes.get("action", "DbConnectAdmin" if user == "admin" else "DbConnect") == "DbConnectAdmin"
        make = client.generate_db_connect_admin_auth_token if admin else client.generate_db_connect_auth_token
        now = botocore.auth.get_current_datetime
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda *a, **k: now(*a, **k) - ago):
            token: str = make(changes.get("host", endpoint(identifier, region)), region, expires)
        return token

    def connect(self, user: str = "admin", region: str = EAST, identifier: str = EAST_ID, *,
                password: str | None = None, key: str = "AKIAOPERATOR", **options: Any) -> psycopg.Connection[Any]:
        options = {"host": endpoint(identifier, region), "sslmode": "verify-full", "dbname": "postgres",
                   "sslrootcert": str(self.ca_file), "autocommit": True, "connect_timeout": 10, **options}
        return psycopg.connect(
            hostaddr="127.0.0.1", port=self.ports[region], user=user,
            password=password or self.token(user, region, identifier, key), **options)


@contextmanager
def running_database() -> Iterator[Database]:
    directory = Path(tempfile.mkdtemp(prefix="taskops-test-"))
    directory.chmod(0o755)
    binaries = postgres.find()
    place = postgres.choose_place(directory)
    process = None
    gates = None
    try:
        postgres.create(binaries, place)
        process = postgres.start(binaries, place, directory / "postgres.log")
        account = make_account(directory)
        gates = Gates(account, [EAST, WEST], socket_directory=place.socket_directory, owner=postgres.OWNER,
                      certificate_directory=directory / "gate", ca_file=directory / "ca.pem")
        yield Database(account, gates.start(), directory / "ca.pem", process, place, gates)
    finally:
        if gates:
            gates.stop()
        if process:
            postgres.stop(process, place)
        for path in [*place.outside, directory]:
            shutil.rmtree(path, ignore_errors=True)


