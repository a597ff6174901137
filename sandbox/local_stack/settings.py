"""Settings of the local stack that may be changed while it runs (``PUT /settings``)."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Field names are the JSON names of the control address."""

    #: Lambda waits about 60 s and 120 s before its two retries; a person at a terminal should not.
    lambdaRetryScale: float = 0.01
    #: EventBridge backs off over 24 hours; its delays are scaled likewise.
    deliveryRetryScale: float = 0.01
    #: A metric's point is to be seen so long after its minute began; on AWS that is one to three minutes.
    metricDelaySeconds: float = 0.0
    #: How often what is a level rather than a happening is sampled: queue depths, ages, storage, concurrency.
    metricSampleSeconds: float = 5.0
    #: How often alarms are evaluated; on AWS once a minute.
    alarmEvaluationSeconds: float = 5.0
    #: How long a cluster whose state was set to IDLE or INACTIVE takes to wake for a connection.
    clusterWakeSeconds: float = 0.5
    #: Execution environments of one function at the same time, when it has no reserved concurrency.
    functionConcurrency: int = 8
    #: An execution environment nobody has used for so long is ended.
    environmentIdleSeconds: float = 300.0
    #: Lambda gives a runtime ten seconds to ask for its first event.
    initTimeoutSeconds: float = 10.0
    #: How long a function stays Pending, and a cluster CREATING, before it is usable.
    functionCreationSeconds: float = 0.2
    clusterCreationSeconds: float = 0.5
    #: How many events FilterLogEvents looks at for one page; on AWS it is time that ends a page without a match.
    filterScanLimit: int = 100_000
    #: A Live Tail session ends after three hours.
    liveTailSessionSeconds: float = 10_800.0
    #: How far AWS's clock is ahead of this machine's: what signatures and tokens are held against, and `Date` says.
    clockOffsetSeconds: float = 0.0
    #: Refuse requests that are not rightly signed, and those IAM does not allow.
    checkSignatures: bool = True


#: Settings that may be negative, and how far they go either way.
_SIGNED = {"clockOffsetSeconds": 86_400}


class SettingsError(ValueError):
    """A setting that does not exist, or a value it cannot have."""


class LiveSettings:
    """The current settings; reading an attribute is cheap and safe from any thread."""

    def __init__(self, initial: Settings | None = None) -> None:
        self._values = initial or Settings()
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._values, name)

    def as_json(self) -> dict[str, Any]:
        return asdict(self._values)

    def update(self, changes: dict[str, Any]) -> dict[str, Any]:
        known = {field.name: field for field in fields(Settings)}
        with self._lock:
            checked = {name: self._checked(name, value, known) for name, value in changes.items()}
            self._values = Settings(**{**asdict(self._values), **checked})
            return asdict(self._values)

    def _checked(self, name: str, value: Any, known: dict[str, Any]) -> Any:
        if name not in known:
            raise SettingsError(f"there is no setting {name}; the settings are {', '.join(sorted(known))}")
        kind = type(getattr(self._values, name))
        if kind is bool:
            if not isinstance(value, bool):
                raise SettingsError(f"{name} is true or false, not {value!r}")
            return value
        if name in _SIGNED:
            limit = _SIGNED[name]
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not -limit <= value <= limit:
                raise SettingsError(f"{name} is a number from {-limit} to {limit}, not {value!r}")
            return float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise SettingsError(f"{name} is a number of at least 0, not {value!r}")
        if kind is int and (value != int(value) or value < 1):
            raise SettingsError(f"{name} is a whole number of at least 1, not {value!r}")
        return kind(value)
