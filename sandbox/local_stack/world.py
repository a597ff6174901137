"""What the parts of the local stack know of each other: the one object handed to all of them.

The account's state itself lives in moto's backends; this is the narrow view on it that the database
gates, the Lambda runtime and the control address need.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import iam_policies
from .faults import Faults
from .settings import LiveSettings, Settings
from .states import States

if TYPE_CHECKING:
    from .cloudwatch.store import MetricStore
    from .dsql.clusters import Clusters
    from .recording import Recorder

ACCOUNT_ID = "123456789012"
PARTITION = "aws"


@dataclass(frozen=True)
class Credentials:
    """An access key as IAM or STS knows it. Never print one."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    #: None for a user's own key; a session's key is worth nothing without its token.
    session_token: str | None = field(repr=False)
    #: A user's ARN, or the role's own ARN (``arn:aws:iam::ACCOUNT:role/NAME``) for an assumed role.
    principal_arn: str
    #: What AWS names in its messages: for an assumed role the session's ARN.
    caller_arn: str
    expired: bool
    #: The inline session policy of an assumed role narrows what the role may do.
    session_policy: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ClusterView:
    """An Aurora DSQL cluster as its endpoint sees it."""

    identifier: str
    arn: str
    region: str
    status: str
    endpoint: str
    #: ARNs of the clusters it is peered with, its own not among them.
    peers: tuple[str, ...]
    encryption_status: str = "ENABLED"

    @property
    def accepts_connections(self) -> bool:
        usable = self.status in ("ACTIVE", "IDLE", "INACTIVE", "UPDATING")
        return usable and self.encryption_status != "KMS_KEY_INACCESSIBLE"

    @property
    def sleeps(self) -> bool:
        """Scaled to nothing: the next connection wakes it, and waits."""
        return self.status in ("IDLE", "INACTIVE")


class Calls:
    """How often each operation was called, by service, operation, Region, and whether a function did."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, bool]] = Counter()
        self._lock = threading.Lock()

    def count(self, service: str, operation: str, region: str, by_function: bool = False) -> None:
        with self._lock:
            self._counts[service, operation, region, by_function] += 1

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            counts = sorted(self._counts.items())
        return [
            {"service": s, "operation": o, "region": r, "byFunction": f, "count": n} for (s, o, r, f), n in counts
        ]


@dataclass
class World:
    """Everything shared. One per process."""

    directory: Path
    account_id: str = ACCOUNT_ID
    settings: LiveSettings = field(default_factory=lambda: LiveSettings(Settings()))
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    states: States = field(default_factory=States)
    #: Where everything that happens is counted in CloudWatch's own terms.
    metrics: MetricStore = field(init=False)
    #: Happenings worth counting, whatever CloudWatch is asked (dropped events and the like).
    counters: Counter[str] = field(default_factory=Counter)
    #: Where the AWS operations are served, filled in once the port is known.
    endpoint_url: str = ""
    #: Region → loopback port of that Region's database gate, and the CA its certificate chains to.
    gate_ports: dict[str, int] = field(default_factory=dict)
    ca_file: Path | None = None
    #: Ids of the keys that execution environments were given.
    function_keys: set[str] = field(default_factory=set)
    #: The control plane of Aurora DSQL.
    dsql: Clusters = field(init=False)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        from .cloudwatch.store import MetricStore
        from .dsql.clusters import Clusters
        from .recording import Recorder

        self.recorder = Recorder(self.directory, self.account_id)
        self._counting = threading.Lock()
        self.dsql = Clusters(self.account_id, self.settings, self.states)
        self.metrics = MetricStore(self.settings, self.states)

    def count(self, name: str, times: int = 1) -> None:
        """From any thread; adding to a Counter is more than one step."""
        with self._counting:
            self.counters[name] += times

    def is_function(self, access_key_id: str | None) -> bool:
        return access_key_id in self.function_keys

    def now(self, access_key_id: str | None = None) -> datetime:
        """AWS's time, which may be set apart from this machine's. A function runs where that clock is, so that its
        key's owner is never off: here its process reads this machine's clock, and is held against that."""
        offset = 0.0 if self.is_function(access_key_id) else self.settings.clockOffsetSeconds
        return datetime.now(UTC) + timedelta(seconds=offset)

    # Credentials and permissions

    def credentials(self, access_key_id: str) -> Credentials | None:
        """The key's secret and owner, or None when no such active key exists."""
        from moto.iam.models import iam_backends

        if access_key_id.startswith("ASIA"):
            return self._session_credentials(access_key_id)
        for user in list(iam_backends[self.account_id][PARTITION].users.values()):
            for key in user.access_keys:
                if key.access_key_id == access_key_id:
                    if key.status != "Active":
                        return None
                    return Credentials(access_key_id, key.secret_access_key, None, user.arn, user.arn, False)
        return None

    def _session_credentials(self, access_key_id: str) -> Credentials | None:
        from moto.sts.models import sts_backends

        # Newest first: a running function's key is among the last that were given out.
        for session in reversed(sts_backends[self.account_id][PARTITION].assumed_roles):
            if session.access_key_id == access_key_id:
                expires = session.expiration
                if expires.tzinfo is None:
                    expires = expires.replace(tzinfo=UTC)
                return Credentials(
                    access_key_id,
                    session.secret_access_key,
                    session.session_token,
                    session.role_arn,
                    session.arn,
                    expires <= datetime.now(UTC) or self._is_over(session.access_key_id),
                    session.policy or None,
                )
        return None

    def _is_over(self, access_key_id: str) -> bool:
        return bool(self.states.of("session", "global", access_key_id).get("expired"))

    def is_allowed(
        self,
        principal_arn: str,
        action: str,
        resource_arn: str,
        context: dict[str, str] | None = None,
        session_policy: str | None = None,
    ) -> bool:
        """IAM's decision for a user or role, from the policies it has at this moment."""
        facts = {"aws:PrincipalArn": principal_arn, **(context or {})}
        if session_policy and not iam_policies.allows([session_policy], action, resource_arn, facts):
            return False
        return iam_policies.allows(self._policies_of(principal_arn), action, resource_arn, facts)

    def _policies_of(self, principal_arn: str) -> Iterator[Any]:
        from moto.iam.models import iam_backends

        backend = iam_backends[self.account_id][PARTITION]
        kind = principal_arn.split(":", 5)[5].split("/", 1)[0]
        if kind == "role":
            holders = [role for role in list(backend.roles.values()) if role.arn == principal_arn]
            for role in holders:
                yield from list(role.policies.values())
        else:
            holders = [user for user in list(backend.users.values()) if user.arn == principal_arn]
            for user in list(holders):
                yield from list(user.policies.values())
                groups = [group for group in list(backend.groups.values()) if user in group.users]
                for group in groups:
                    yield from list(group.policies.values())
                holders += groups
        for holder in holders:
            for policy in list(holder.managed_policies.values()):
                yield next(v.document for v in policy.versions if v.is_default)

    # Clusters

    def cluster_at(self, host: str) -> ClusterView | None:
        """The cluster whose endpoint has this host name, or None."""
        return self.dsql.at(host)

    def clusters(self) -> list[ClusterView]:
        """The clusters of all Regions."""
        return self.dsql.everywhere()
