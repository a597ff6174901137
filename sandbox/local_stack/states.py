"""States that are set from the control address: what every reader then sees, until they are cleared.

AWS reaches most of these states on ways nobody can take here (a key that was disabled, a function nobody
called for weeks). A state is a JSON object with ``kind``, ``region`` and, where there are several, ``name``:

* ``cluster``: ``status``, ``encryptionStatus``, ``encryptionType``, ``kmsKeyArn``, ``deletionProtectionEnabled``,
  ``multiRegionProperties`` (``null`` takes them away)
* ``function``: ``State``, ``StateReason``, ``StateReasonCode`` and the three of ``LastUpdateStatus``
* ``rule``: ``State``; its name is ``BUS/RULE``, or the rule's alone on the default bus
* ``alarm``: ``StateValue``, ``StateReason``; evaluation leaves it alone
* ``metrics``: ``delaySeconds``, also for one ``namespace`` only; ``StatusCode`` and ``Messages`` of GetMetricData
* ``database``: ``readDelayMs``: reads in that Region are so far behind the commits of its peer
* ``session``: ``expired``; its name is its access key's id, and its Region ``global``
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CLUSTER = (
    "CREATING",
    "ACTIVE",
    "IDLE",
    "INACTIVE",
    "UPDATING",
    "DELETING",
    "DELETED",
    "FAILED",
    "PENDING_SETUP",
    "PENDING_DELETE",
)
ENCRYPTION = ("ENABLED", "UPDATING", "KMS_KEY_INACCESSIBLE", "ENABLING")
ENCRYPTION_TYPE = ("AWS_OWNED_KMS_KEY", "CUSTOMER_MANAGED_KMS_KEY")
FUNCTION = ("Pending", "Active", "Inactive", "Failed", "Deactivating", "Deactivated", "ActiveNonInvocable", "Deleting")
UPDATE = ("Successful", "Failed", "InProgress")
RULE = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
ALARM = ("OK", "ALARM", "INSUFFICIENT_DATA")
RESULT = ("Complete", "PartialData", "InternalError", "Forbidden")


class StateError(ValueError):
    """A state that cannot be set so; the text says what is wrong."""


@dataclass(frozen=True)
class _Field:
    """What a field may be: one of ``values``, or of ``kind`` when there are none."""

    values: tuple[str, ...] = ()
    kind: type = str


_FIELDS: dict[str, dict[str, _Field]] = {
    "cluster": {
        "status": _Field(CLUSTER),
        "encryptionStatus": _Field(ENCRYPTION),
        "encryptionType": _Field(ENCRYPTION_TYPE),
        "kmsKeyArn": _Field(),
        "deletionProtectionEnabled": _Field(kind=bool),
        "multiRegionProperties": _Field(kind=dict),
    },
    "function": {
        "State": _Field(FUNCTION),
        "StateReason": _Field(),
        "StateReasonCode": _Field(),
        "LastUpdateStatus": _Field(UPDATE),
        "LastUpdateStatusReason": _Field(),
        "LastUpdateStatusReasonCode": _Field(),
    },
    "rule": {"State": _Field(RULE)},
    "alarm": {"StateValue": _Field(ALARM), "StateReason": _Field()},
    "metrics": {
        "namespace": _Field(),
        "delaySeconds": _Field(kind=float),
        "StatusCode": _Field(RESULT),
        "Messages": _Field(kind=list),
    },
    "database": {"readDelayMs": _Field(kind=float)},
    "session": {"expired": _Field(kind=bool)},
}
#: One of these there is in a Region; of the others there are many, told apart by name.
_NAMELESS = ("metrics", "database")


class States:
    """Every state that is set. Safe from any thread; costs one look-up while there are none."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._lock = threading.Lock()

    def set(self, record: Any) -> dict[str, Any]:
        """Sets one state, in place of the one of the same kind, Region and name."""
        if not isinstance(record, dict):
            raise StateError("a state is a JSON object with kind, region and, where there are several, name")
        kind, region, name = record.get("kind"), record.get("region"), record.get("name")
        if kind not in _FIELDS:
            raise StateError(f"kind is one of {', '.join(_FIELDS)}, not {kind!r}")
        if not isinstance(region, str):
            raise StateError("region is the name of a Region")
        if (kind in _NAMELESS) != (name is None) or not isinstance(name, (str, type(None))):
            raise StateError(f"a {kind} has {'no name' if kind in _NAMELESS else 'a name'}")
        given = {key: value for key, value in record.items() if key not in ("kind", "region", "name")}
        if not given:
            raise StateError(f"nothing to set; a {kind} has {', '.join(_FIELDS[kind])}")
        for key, value in given.items():
            _check(kind, key, value)
        with self._lock:
            key = (kind, region, name or given.get("namespace") or "")
            self._states[key] = given
        return record

    def clear(self, kind: str | None = None, region: str | None = None, name: str | None = None) -> int:
        """Clears what fits; all states when nothing is said."""
        with self._lock:
            leaving = [
                key
                for key in self._states
                if kind in (None, key[0]) and region in (None, key[1]) and name in (None, key[2])
            ]
            for key in leaving:
                del self._states[key]
        return len(leaving)

    def forget(self, kind: str, region: str, name: str, fields: Iterable[str]) -> None:
        """Clears some fields of one state: what AWS would have changed by itself."""
        with self._lock:
            kept = dict(self._states.pop((kind, region, name), {}))
            for field in fields:
                kept.pop(field, None)
            if kept:
                self._states[kind, region, name] = kept

    @staticmethod
    def kinds() -> dict[str, Any]:
        """What can be set: kind → field → its values, or what it is."""
        return {
            kind: {name: list(field.values) or field.kind.__name__ for name, field in fields.items()}
            for kind, fields in _FIELDS.items()
        }

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            states = list(self._states.items())
        return [
            {"kind": kind, "region": region, **({"name": name} if kind not in _NAMELESS else {}), **given}
            for (kind, region, name), given in states
        ]

    def of(self, kind: str, region: str, name: str = "") -> Mapping[str, Any]:
        """What is set for one thing; empty when nothing is."""
        if not self._states:
            return {}
        return self._states.get((kind, region, name), {})

    def all_of(self, kind: str, region: str) -> dict[str, dict[str, Any]]:
        """Name → what is set, for all things of a kind in a Region."""
        if not self._states:
            return {}
        with self._lock:
            return {key[2]: given for key, given in self._states.items() if key[:2] == (kind, region)}

    # Metrics have a setting for all of them beside a state for some.

    def metric_delay(self, region: str, namespace: str, otherwise: float) -> float:
        for name in (namespace, ""):
            delay = self.of("metrics", region, name).get("delaySeconds")
            if delay is not None:
                return float(delay)
        return otherwise

    def metric_status(self, region: str) -> dict[str, Any] | None:
        state = self.of("metrics", region)
        shown = {name: state[name] for name in ("StatusCode", "Messages") if name in state}
        return shown or None


def _check(kind: str, key: str, value: Any) -> None:
    field = _FIELDS[kind].get(key)
    if field is None:
        raise StateError(f"a {kind} has no {key}; it has {', '.join(_FIELDS[kind])}")
    if field.values:
        if value not in field.values:
            raise StateError(f"{key} is one of {', '.join(field.values)}, not {value!r}")
    elif field.kind is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 86_400_000:
            raise StateError(f"{key} is a number of at least 0, not {value!r}")
    elif not isinstance(value, field.kind) and not (key == "multiRegionProperties" and value is None):
        raise StateError(f"{key} is a {field.kind.__name__}, not {value!r}")
