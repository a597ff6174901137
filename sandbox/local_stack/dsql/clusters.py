"""Clusters and their life: created, peered, updated, deleted.

From the Aurora DSQL user guide, "Using AWS CLI" (multi-Region clusters) and "Configuring multi-Region
clusters with CloudFormation", and botocore's model: a cluster made with only a witness Region stays
PENDING_SETUP until both it and its peer name each other; then both are CREATING, then ACTIVE. A peered
cluster that is deleted stays PENDING_DELETE until its peer is deleted too.
"""

from __future__ import annotations

import re
import secrets
import string
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import AwsError

if TYPE_CHECKING:
    from ..settings import LiveSettings
    from ..states import States
    from ..world import ClusterView

#: Peers and witness come from one set (user guide, "Available Regions"). Regions that joined later and
#: whose set is not confirmed are left out here: nothing of ours runs in them.
REGION_SETS = (
    frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
    frozenset({"eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"}),
)
REGIONS = frozenset().union(*REGION_SETS)
SINGLE_REGION_QUOTA = 20
MULTI_REGION_QUOTA = 5
ARN = re.compile(r"arn:aws(-[^:]+)?:dsql:([a-z0-9-]{1,20}):([0-9]{12}):cluster/([a-z0-9]{26})")
_ENCRYPTION = ("encryptionStatus", "encryptionType", "kmsKeyArn")
IDENTIFIER = re.compile(r"[a-z0-9]{26}")
_ALPHABET = string.ascii_lowercase + string.digits


def validation_error(message: str, reason: str = "fieldValidationFailed", field_name: str | None = None) -> AwsError:
    details: dict[str, Any] = {"reason": reason}
    if field_name:
        details["fieldList"] = [{"name": field_name, "message": message}]
    return AwsError("ValidationException", message, 400, details)


def not_found(region: str, account: str, identifier: str) -> AwsError:
    arn = f"arn:aws:dsql:{region}:{account}:cluster/{identifier}"
    return AwsError(
        "ResourceNotFoundException",
        f"The resource with ARN {arn} doesn't exist. Verify the ARN and try again.",
        404,
        {"resourceId": identifier, "resourceType": "cluster"},
    )


@dataclass
class Cluster:
    identifier: str
    region: str
    account: str
    deletion_protection: bool
    tags: dict[str, str]
    witness: str | None
    peers: list[str]
    kms_key: str | None
    status: str
    #: What was set at the control address is shown in place of the cluster's own.
    states: States
    created_at: float = field(default_factory=time.time)
    #: A passing state (CREATING, UPDATING, DELETING) ends at this moment of the monotonic clock.
    settles_at: float = 0.0
    policy: str | None = None
    policy_version: int = 0

    @property
    def arn(self) -> str:
        return f"arn:aws:dsql:{self.region}:{self.account}:cluster/{self.identifier}"

    @property
    def endpoint(self) -> str:
        return f"{self.identifier}.dsql.{self.region}.on.aws"

    def view(self) -> ClusterView:
        """As the cluster's endpoint sees it."""
        from ..world import ClusterView

        shown = self.states.of("cluster", self.region, self.identifier)
        peers = tuple(self.peers) if self.status != "PENDING_SETUP" else ()
        status, encryption = shown.get("status", self.status), shown.get("encryptionStatus", "ENABLED")
        return ClusterView(self.identifier, self.arn, self.region, status, self.endpoint, peers, encryption)

    def as_json(self, full: bool) -> dict[str, Any]:
        shown = self.states.of("cluster", self.region, self.identifier)
        answer: dict[str, Any] = {
            "identifier": self.identifier,
            "arn": self.arn,
            "status": shown.get("status", self.status),
            "creationTime": self.created_at,
        }
        if not full:
            return answer
        answer["deletionProtectionEnabled"] = shown.get("deletionProtectionEnabled", self.deletion_protection)
        answer["endpoint"] = self.endpoint
        if self.kms_key and self.kms_key != "AWS_OWNED_KMS_KEY":
            key = (
                self.kms_key
                if self.kms_key.startswith("arn:")
                else (
                    f"arn:aws:kms:{self.region}:{self.account}:"
                    f"{self.kms_key if self.kms_key.startswith('alias/') else 'key/' + self.kms_key}"
                )
            )
            answer["encryptionDetails"] = {
                "encryptionType": "CUSTOMER_MANAGED_KMS_KEY",
                "kmsKeyArn": key,
                "encryptionStatus": "ENABLED",
            }
        else:
            answer["encryptionDetails"] = {"encryptionType": "AWS_OWNED_KMS_KEY", "encryptionStatus": "ENABLED"}
        if self.witness:
            # The answers in the user guide name the cluster itself among the peered ones.
            clusters = sorted({self.arn, *self.peers}) if self.peers else [self.arn]
            answer["multiRegionProperties"] = {"witnessRegion": self.witness, "clusters": clusters}
        answer["encryptionDetails"] |= {name: shown[name] for name in _ENCRYPTION if name in shown}
        if "multiRegionProperties" in shown:
            answer["multiRegionProperties"] = shown["multiRegionProperties"]
        return {name: value for name, value in answer.items() if value is not None}


class Clusters:
    """All clusters of the account in all Regions."""

    def __init__(self, account: str, settings: LiveSettings, states: States) -> None:
        self._account = account
        self._states = states
        self._settings = settings
        self._by_id: dict[str, Cluster] = {}
        self._tokens: dict[tuple[str, str, str], str] = {}
        self._lock = threading.RLock()

    # Reading

    def get(self, region: str, identifier: str) -> Cluster:
        if not IDENTIFIER.fullmatch(identifier):
            raise validation_error(
                f"'{identifier}' is not a cluster identifier (26 characters a-z, 0-9).", field_name="identifier"
            )
        with self._lock:
            self._settle()
            cluster = self._by_id.get(identifier)
            if cluster is None or cluster.region != region:
                raise not_found(region, self._account, identifier)
            return cluster

    def in_region(self, region: str) -> list[Cluster]:
        with self._lock:
            self._settle()
            return sorted((c for c in self._by_id.values() if c.region == region), key=lambda c: c.identifier)

    def by_arn(self, arn: str) -> Cluster | None:
        with self._lock:
            self._settle()
            return next((c for c in self._by_id.values() if c.arn == arn), None)

    def at(self, host: str) -> ClusterView | None:
        identifier = host.lower().rstrip(".").split(".", 1)[0]
        with self._lock:
            self._settle()
            cluster = self._by_id.get(identifier)
            if cluster is None or cluster.endpoint != host.lower().rstrip("."):
                return None
            return cluster.view()

    def everywhere(self) -> list[ClusterView]:
        with self._lock:
            self._settle()
            return [cluster.view() for cluster in self._by_id.values()]

    def views(self) -> list[dict[str, Any]]:
        with self._lock:
            self._settle()
            return [{"region": c.region, **c.as_json(full=True)} for c in self._by_id.values()]

    # Changing

    def create(self, region: str, wanted: dict[str, Any]) -> Cluster:
        with self._lock:
            self._settle()
            repeated = self._repeated("create", region, wanted)
            if repeated is not None:
                return repeated
            witness, peers = self._checked_properties(region, wanted.get("multiRegionProperties"), None)
            self._check_quota(region, multi=witness is not None)
            identifier = "".join(secrets.choice(_ALPHABET) for _ in range(26))
            cluster = Cluster(
                identifier,
                region,
                self._account,
                bool(wanted.get("deletionProtectionEnabled", True)),
                dict(wanted.get("tags") or {}),
                witness,
                peers,
                wanted.get("kmsEncryptionKey"),
                "PENDING_SETUP" if witness else "CREATING",
                self._states,
            )
            if wanted.get("policy"):
                cluster.policy, cluster.policy_version = wanted["policy"], 1
            cluster.settles_at = time.monotonic() + self._settings.clusterCreationSeconds
            self._by_id[identifier] = cluster
            self._remember("create", region, wanted, identifier)
            self._peer(cluster)
            return cluster

    def update(self, region: str, identifier: str, wanted: dict[str, Any]) -> Cluster:
        with self._lock:
            cluster = self.get(region, identifier)
            if cluster.status in ("DELETING", "PENDING_DELETE"):
                # Deletion protection is what a person most likely changes too late.
                raise AwsError(
                    "ConflictException",
                    f"The cluster {identifier} is being deleted.",
                    409,
                    {"resourceId": identifier, "resourceType": "cluster"},
                )
            properties = wanted.get("multiRegionProperties")
            if properties is not None:
                witness, peers = self._checked_properties(region, properties, cluster)
                if cluster.witness is None:
                    raise validation_error(
                        "A single-Region cluster cannot become a multi-Region cluster: create one "
                        "with multiRegionProperties.",
                        "other",
                        "multiRegionProperties",
                    )
                if cluster.status == "CREATING" and (witness, peers) != (cluster.witness, cluster.peers):
                    raise AwsError(
                        "ConflictException",
                        f"The cluster {identifier} is in state CREATING.",
                        409,
                        {"resourceId": identifier, "resourceType": "cluster"},
                    )
                if cluster.status != "PENDING_SETUP" and (witness, peers) != (cluster.witness, cluster.peers):
                    cluster.status, cluster.settles_at = (
                        "UPDATING",
                        time.monotonic() + self._settings.clusterCreationSeconds,
                    )
                cluster.witness, cluster.peers = witness, peers
                self._peer(cluster)
            if "deletionProtectionEnabled" in wanted and wanted["deletionProtectionEnabled"] is not None:
                cluster.deletion_protection = bool(wanted["deletionProtectionEnabled"])
            if wanted.get("kmsEncryptionKey"):
                cluster.kms_key = wanted["kmsEncryptionKey"]
            return cluster

    def delete(self, region: str, identifier: str) -> Cluster:
        with self._lock:
            cluster = self.get(region, identifier)
            if cluster.deletion_protection:
                raise validation_error(
                    "Deletion protection is enabled for this cluster: disable it before you delete the cluster.",
                    "deletionProtectionEnabled",
                )
            if cluster.status in ("DELETING", "PENDING_DELETE"):
                return cluster
            peers = [p for p in map(self.by_arn, cluster.peers) if p is not None and cluster.arn in p.peers]
            if all(p.status in ("PENDING_DELETE", "DELETING") for p in peers):
                for leaving in (cluster, *peers):
                    leaving.status, leaving.settles_at = (
                        "DELETING",
                        time.monotonic() + self._settings.clusterCreationSeconds,
                    )
            else:
                cluster.status = "PENDING_DELETE"
            return cluster

    # The parts

    def _settle(self) -> None:
        now = time.monotonic()
        for cluster in list(self._by_id.values()):
            if cluster.settles_at > now:
                continue
            if cluster.status in ("CREATING", "UPDATING"):
                cluster.status = "ACTIVE"
            elif cluster.status == "DELETING":
                del self._by_id[cluster.identifier]

    def _peer(self, cluster: Cluster) -> None:
        """Once both sides name each other and one witness, setting up begins in both Regions."""
        if cluster.status != "PENDING_SETUP" or not cluster.peers:
            return
        peers = [p for p in map(self.by_arn, cluster.peers)]
        if all(p is not None and cluster.arn in p.peers and p.witness == cluster.witness for p in peers):
            settles = time.monotonic() + self._settings.clusterCreationSeconds
            for member in (cluster, *(p for p in peers if p is not None)):
                if member.status == "PENDING_SETUP":
                    member.status, member.settles_at = "CREATING", settles

    def _checked_properties(
        self, region: str, properties: dict[str, Any] | None, cluster: Cluster | None
    ) -> tuple[str | None, list[str]]:
        if properties is None:
            return None, []
        witness = properties.get("witnessRegion") or (cluster.witness if cluster else None)
        if not witness:
            raise validation_error(
                "A multi-Region cluster needs a witness Region.", field_name="multiRegionProperties.witnessRegion"
            )
        if witness == region:
            raise validation_error(
                "The witness Region cannot be the same as the cluster's Region.",
                field_name="multiRegionProperties.witnessRegion",
            )
        own = cluster.arn if cluster else None
        if "clusters" in properties and properties["clusters"] is not None:
            peers = [arn for arn in dict.fromkeys(properties["clusters"]) if arn != own]
        else:
            peers = list(cluster.peers) if cluster else []
        regions = [region, witness]
        for arn in peers:
            found = ARN.fullmatch(str(arn))
            if not found:
                raise validation_error(
                    f"'{arn}' is not the ARN of a cluster.", field_name="multiRegionProperties.clusters"
                )
            regions.append(found[2])
        if len(peers) > 1 or len(set(regions)) != len(regions):
            raise validation_error(
                "A multi-Region cluster has one peer, and its two Regions and its witness Region differ.",
                field_name="multiRegionProperties.clusters",
            )
        if not any(set(regions) <= members for members in REGION_SETS):
            raise validation_error(
                f"The Regions {', '.join(regions)} are not in one Region set.", field_name="multiRegionProperties"
            )
        for arn in peers:
            # A peer of the account must be there; Regions are looked across, as the service does.
            if self.by_arn(arn) is None:
                raise validation_error(
                    f"The peer cluster {arn} does not exist.", field_name="multiRegionProperties.clusters"
                )
        return witness, sorted(peers)

    def _check_quota(self, region: str, multi: bool) -> None:
        held = [c for c in self._by_id.values() if c.region == region and bool(c.witness) == multi]
        quota = MULTI_REGION_QUOTA if multi else SINGLE_REGION_QUOTA
        if len(held) >= quota:
            kind = "multi-Region" if multi else "single-Region"
            raise AwsError(
                "ServiceQuotaExceededException",
                f"You have reached the quota of {quota} {kind} clusters.",
                402,
                {
                    "resourceId": region,
                    "resourceType": "cluster",
                    "serviceCode": "dsql",
                    "quotaCode": "clusters-per-account",
                },
            )

    def _repeated(self, operation: str, region: str, wanted: dict[str, Any]) -> Cluster | None:
        identifier = self._tokens.get((operation, region, wanted.get("clientToken") or ""))
        return self._by_id.get(identifier) if identifier else None

    def _remember(self, operation: str, region: str, wanted: dict[str, Any], identifier: str) -> None:
        if wanted.get("clientToken"):
            self._tokens[operation, region, wanted["clientToken"]] = identifier
