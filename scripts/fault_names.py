"""What `taskops diagnose` is to say of each fault of `taskops sandbox break`, and which fault may hide which other."""

from __future__ import annotations

from local_stack.breakages import BREAKAGES

#: Fault → the findings that name it, as LINK:CODE. Those under `?` cannot be looked at, and it is right to say so.
NAMES: dict[str, set[str]] = {
    "credentials-missing": {"credentials:credentials-refused"},
    "credentials-expired": {"credentials:credentials-refused"},
    "credentials-revoked": {"credentials:credentials-refused"},
    "clock-wrong": {"clock:clock-wrong"},
    "token-refused": {"token:database-login-refused"},
    "look-refused": {"?:rule"},
    "events-throttled": {"?:bus", "?:rule", "?:target"},
    "bus-missing": {"bus:bus-missing"},
    "bus-misspelt": {"bus:bus-missing"},
    "rule-disabled": {"rule:rule-disabled"},
    "rule-deleted": {"rule:rule-missing"},
    "pattern-mismatch": {"pattern:pattern-matches-nothing"},
    "pattern-narrowed": {"pattern:pattern-rejects-event"},
    "target-missing": {"target:rule-no-target"},
    "target-other-function": {"target:rule-other-target", "target:event-undelivered"},
    "target-input-changed": {"target:target-input-changed"},
    "delivery-failing": {"target:event-unseen"},
    "permission-missing": {"permission:permission-missing", "permission:event-undelivered"},
    "permission-other-rule": {"permission:permission-missing", "permission:event-undelivered"},
    "function-missing": {"function:function-missing"},
    "function-failed": {"function:function-failed"},
    "function-inactive": {"function:function-pending"},
    "function-throttled": {"function:function-throttled"},
    "function-failing": {"invocation:function-failing"},
    "function-timeout": {"invocation:function-timeout"},
    "function-crashing": {"invocation:function-crashing"},
    "function-environment": {"function:function-other-cluster"},
    "function-variable-missing": {"function:function-variable-missing"},
    "function-token-refused": {"token:function-token-refused"},
    "function-role-missing": {"role:function-role-not-granted"},
    "dead-letter-queue-missing": {"deadLetterQueue:queue-missing"},
    "dead-letter-queue-refuses": {"deadLetterQueue:queue-policy-refuses"},
    "dead-letter-queue-key": {"deadLetterQueue:queue-key-refuses"},
    "failure-queue-missing": {"failureQueue:queue-missing"},
    "failure-queue-refuses": {"failureQueue:queue-policy-denies-function"},
    "failure-destination-missing": {"failureQueue:function-no-failure-destination"},
    "cluster-not-active": {"cluster:cluster-failed"},
    "cluster-key-inaccessible": {"cluster:cluster-key-inaccessible"},
    "peering-missing": {"peer:peering-one-sided", "peer:clusters-not-peered"},
    "cluster-misspelt": {"cluster:cluster-missing"},
    "endpoint-unreachable": {"endpoint:database-unreachable"},
    "database-down": {"endpoint:database-unreachable", "endpoint:database-broke-off", "endpoint:function-without-database"},
    "database-slow": {"endpoint:database-no-answer", "endpoint:function-without-database",
                      # While it waits for the database, that is all there is to say of a function.
                      "invocation:function-silent"},
    "tls-wrong": {"tls:database-tls"},
    "occ-exhausted": {"conflicts:conflicts-exhausted"},
    "peer-unreachable": {"peer:peer-unreachable"},
    "peer-behind": {"peer:peer-behind"},
    "role-missing": {"role:database-role-not-granted"},
    "table-missing": {"table:tasks-missing"},
}
#: What an event that met a fault leaves lying in a queue is true, and no cause.
LEFTOVERS = {"deadLetterQueue:queue-not-empty", "failureQueue:queue-not-empty"}

# Shown by an event alone: an event that is stopped before it comes so far shows nothing of it.
BY_EVENT = {
    "delivery-failing", "function-failing", "function-timeout", "function-crashing", "function-token-refused",
    "function-role-missing", "occ-exhausted", "peer-behind",
}
_BLIND = {"credentials-missing", "credentials-expired", "credentials-revoked"}
#: No event gets past these.
_STOPS = [
    {"bus-missing", "bus-misspelt", "rule-disabled", "rule-deleted", "pattern-mismatch", "pattern-narrowed", "target-missing",
     "target-other-function", "delivery-failing", "permission-missing", "permission-other-rule", "function-missing",
     "events-throttled"},
    {"function-failed", "function-inactive", "function-throttled"},
    {"function-variable-missing", "function-failing", "function-timeout", "function-crashing", "target-input-changed"},
    {"function-environment", "cluster-not-active", "cluster-key-inaccessible", "database-down", "database-slow", "tls-wrong",
     "function-token-refused", "function-role-missing", "table-missing", "occ-exhausted"},
]
_DATABASE = {"endpoint-unreachable", "database-down", "database-slow", "tls-wrong", "token-refused", "role-missing",
             "table-missing"}
#: Judged by the rule's name, which nobody can check where neither the rule nor its bus can be read.
_NAMED = {"permission-missing", "permission-other-rule", "dead-letter-queue-refuses"}
#: A → what nobody can see any more while A stands.
_HIDES: dict[str, set[str]] = {
    **{blind: set(BREAKAGES) for blind in _BLIND},
    **{bus: _NAMED | {"rule-disabled", "rule-deleted", "pattern-mismatch", "pattern-narrowed", "target-missing",
                      "target-other-function", "target-input-changed", "look-refused"}
       for bus in ("bus-missing", "bus-misspelt")},
    "rule-deleted": {"rule-disabled", "pattern-mismatch", "pattern-narrowed", "target-missing", "target-other-function",
                     "target-input-changed"},
    "look-refused": {"rule-disabled", "rule-deleted", "pattern-mismatch", "pattern-narrowed", "delivery-failing"},
    "events-throttled": _NAMED | {"bus-missing", "bus-misspelt", "rule-disabled", "rule-deleted", "pattern-mismatch",
                                  "pattern-narrowed", "target-missing", "target-other-function",
                                  "target-input-changed", "look-refused", "clock-wrong"},
    "target-missing": {"target-input-changed", "target-other-function"},
    "target-other-function": {"target-input-changed", "target-missing"},
    "pattern-mismatch": {"pattern-narrowed"},
    "permission-missing": {"permission-other-rule"},
    "function-missing": {name for name in BREAKAGES if name.startswith("function-") or name.startswith("permission-")}
    | {"failure-destination-missing", "failure-queue-refuses"},
    # An event that nobody has seen may be held back by these as well.
    "function-failed": {"function-inactive", "delivery-failing"},
    "function-inactive": {"function-failed", "delivery-failing"},
    "function-throttled": {"delivery-failing"},
    "function-variable-missing": {"delivery-failing"},
    "target-input-changed": {"delivery-failing"},
    "failure-queue-missing": {"failure-queue-refuses"},
    "dead-letter-queue-missing": {"dead-letter-queue-refuses", "dead-letter-queue-key"},
    **{cluster: _DATABASE | {"cluster-key-inaccessible", "cluster-not-active", "peering-missing", "peer-behind",
                             "function-environment", "function-timeout", "function-crashing"}
       for cluster in ("cluster-not-active", "cluster-key-inaccessible", "cluster-misspelt")},
    # A login fails at the first of these. A function that runs out of time is what such a database looks like from outside.
    "endpoint-unreachable": _DATABASE | {"function-timeout"},
    # One that is refused at once has failed before it dies.
    "database-down": _DATABASE | {"function-timeout", "function-crashing"},
    "tls-wrong": {"function-crashing", "token-refused", "role-missing", "table-missing", "database-slow"},
    "database-slow": {"function-timeout", "token-refused", "role-missing", "table-missing"},
    "token-refused": {"role-missing", "table-missing"},
    "role-missing": {"table-missing", "peer-unreachable"},
    "clock-wrong": set(),
    "peer-unreachable": {"peer-behind"},
}


def hides(one: str, other: str) -> bool:
    """Whether ``other`` cannot be seen while ``one`` stands."""
    if other in _HIDES.get(one, ()):
        return True
    if other not in BY_EVENT:
        return False
    if one in _BLIND or one in _DATABASE and other == "peer-behind" or other == "peer-behind" and one == "peer-unreachable":
        return True
    place = next((level for level, names in enumerate(_STOPS) if other in names), len(_STOPS))
    return any(one in names for names in _STOPS[: place + 1])
