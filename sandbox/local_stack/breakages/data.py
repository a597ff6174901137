"""The cluster, the way to it, and what is in it."""

from __future__ import annotations

import re
import time

from .bench import Bench
from .breakage import CannotBreak, Record, breakage


class _Cluster:
    """A state that AWS alone sets."""

    @staticmethod
    def set(bench: Bench, **state: object) -> None:
        place = {"kind": "cluster", "region": bench.region, "name": bench.stack.cluster}
        standing = next((one for one in bench.control("GET", "/states")["states"]
                         if place.items() <= one.items()), place)
        bench.control("PUT", "/states", {**standing, **state})

    @staticmethod
    def clear(bench: Bench, *fields: str) -> None:
        place = {"kind": "cluster", "region": bench.region, "name": bench.stack.cluster}
        standing = [one for one in bench.control("GET", "/states")["states"] if place.items() <= one.items()]
        bench.control("DELETE", f"/states?kind=cluster&region={bench.region}&name={bench.stack.cluster}")
        for one in standing:
            kept = {key: value for key, value in one.items() if key not in fields}
            if kept.keys() > place.keys():
                bench.control("PUT", "/states", kept)


@breakage("the cluster could not be created anew, and is FAILED", "cluster-not-active")
class _NotActive:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Cluster.set(bench, status="FAILED")
        _cut_connections(bench)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _Cluster.clear(bench, "status")


@breakage("DSQL cannot use the cluster's KMS key", "cluster-key-inaccessible")
class _KeyInaccessible:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        key = f"arn:aws:kms:{bench.region}:{bench.account}:key/11111111-2222-3333-4444-555555555555"
        _Cluster.set(bench, encryptionStatus="KMS_KEY_INACCESSIBLE", encryptionType="CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn=key)
        _cut_connections(bench)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _Cluster.clear(bench, "encryptionStatus", "encryptionType", "kmsKeyArn")


@breakage("the cluster does not name its peer any more", "peering-missing")
class _NotPeered:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Cluster.set(bench, multiRegionProperties=None)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _Cluster.clear(bench, "multiRegionProperties")


@breakage("taskops.yaml names a cluster that does not exist", "cluster-misspelt")
class _ClusterMisspelt:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        cluster = bench.stack.cluster
        _edit(bench, "cluster", f"cluster: {cluster}", f"cluster: {cluster[1:]}{cluster[0]}")

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _edit(bench, "cluster", r"cluster: \S+", f"cluster: {bench.stack.cluster}")


@breakage("taskops.yaml names a port of the database at which nobody listens", "endpoint-unreachable")
class _Unreachable:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _edit(bench, "connection", r"port: \d+", "port: 1")

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _edit(bench, "connection", r"port: \d+", f"port: {bench.gate}")


class _Control:
    """A fault of the control address, by its id."""

    @staticmethod
    def add(bench: Bench, record: Record, **fault: object) -> None:
        record["fault"] = bench.control("POST", "/faults", fault)["id"]

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.end_fault(record)


class _Closed(_Control):
    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.end_fault(record)
        for region in (bench.region, bench.peer):
            bench.wait_for_gate(region)


@breakage("the database takes no connections", "database-down")
class _Down(_Closed):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Control.add(bench, record, kind="database-down", region=bench.region)


@breakage("the database answers each question after twenty seconds", "database-slow")
class _Slow(_Control):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Control.add(bench, record, kind="database-delay", region=bench.region, delayMs=20_000)


@breakage("the database shows a certificate of an authority that nobody trusts", "tls-wrong")
class _Certificate(_Control):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Control.add(bench, record, kind="database-certificate", region=bench.region)
        _cut_connections(bench)


@breakage("no transaction that changes something comes through: each meets a conflict", "occ-exhausted")
class _Conflicts(_Control):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Control.add(bench, record, kind="database-conflict", region=bench.region, times=1_000_000)


@breakage("the peer's database takes no connections", "peer-unreachable")
class _PeerDown(_Closed):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Control.add(bench, record, kind="database-down", region=bench.peer)


@breakage("the peer's reads are a minute behind", "peer-behind")
class _PeerBehind:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.control("PUT", "/states", {"kind": "database", "region": bench.peer, "readDelayMs": 60_000})
        # The peer stays at what there was when the first of its snapshots was taken.
        time.sleep(0.3)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.control("DELETE", f"/states?kind=database&region={bench.peer}")


@breakage("the identity of this machine has no grant of the database role taskops", "role-missing", is_global=True)
class _RoleMissing:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.sql(f"AWS IAM REVOKE taskops FROM '{_operator(bench)}'")

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        try:
            bench.sql(f"AWS IAM GRANT taskops TO '{_operator(bench)}'")
        except CannotBreak as problem:
            if "exist" not in str(problem) and "already" not in str(problem):
                raise


@breakage("the table tasks has another name", "table-missing", is_global=True)
class _TableMissing:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.sql("ALTER TABLE tasks RENAME TO tasks_of_before")

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        try:
            bench.sql("ALTER TABLE tasks_of_before RENAME TO tasks")
        except CannotBreak as problem:
            if "does not exist" not in str(problem):
                raise


def _operator(bench: Bench) -> str:
    return f"arn:aws:iam::{bench.account}:user/{bench.operator}"


def _cut_connections(bench: Bench) -> None:
    """What has just gone wrong meets those who come in; open connections would still be served."""
    fault = bench.control("POST", "/faults", {"kind": "database-down", "region": bench.region})["id"]
    time.sleep(0.2)
    bench.control("DELETE", f"/faults/{fault}")
    bench.wait_for_gate(bench.region)


def _edit(bench: Bench, key: str, pattern: str, text: str) -> None:
    """Changes the line of ``key`` in the Region's part of taskops.yaml."""
    lines = bench.configuration()
    start = lines.index(f"  {bench.region}:") + 1
    for number in range(start, len(lines)):
        if not lines[number].startswith("    "):
            break
        if lines[number].startswith(f"    {key}:"):
            lines[number] = re.sub(pattern, text, lines[number])
            bench.write_configuration(lines)
            return
    raise CannotBreak(f"taskops.yaml has no {key} for {bench.region}")
