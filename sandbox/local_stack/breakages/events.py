"""From the bus to the target."""

from __future__ import annotations

import json

from .bench import Bench
from .breakage import CannotBreak, Record, breakage


@breakage("the event bus is deleted, and its rule with it", "bus-missing")
class _BusMissing:
    @staticmethod
    def look(bench: Bench) -> Record:
        events = bench.client("events")
        bus = events.describe_event_bus(Name=bench.stack.bus)
        tags = events.list_tags_for_resource(ResourceARN=bus["Arn"])["Tags"]
        kept = {key: bus[key] for key in ("Description", "Policy") if bus.get(key)}
        return {"bus": kept, "tags": tags, "rule": _rule(bench)}

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _delete_rule(bench, record["rule"])
        bench.client("events").delete_event_bus(Name=bench.stack.bus)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        events, bus = bench.client("events"), record["bus"]
        if not any(one["Name"] == bench.stack.bus for one in events.list_event_buses()["EventBuses"]):
            description = {"Description": bus["Description"]} if "Description" in bus else {}
            events.create_event_bus(Name=bench.stack.bus, Tags=record["tags"], **description)
            if "Policy" in bus:
                events.put_permission(EventBusName=bench.stack.bus, Policy=bus["Policy"])
        _make_rule(bench, record["rule"])


@breakage("taskops.yaml names a bus that does not exist", "bus-misspelt")
class _BusMisspelt:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        lines = bench.configuration()
        where = lines.index(f"  {bench.region}:") + 1
        # One letter short, as fingers do it.
        lines.insert(where, f"    bus: {bench.stack.bus.replace('task-events', 'task-event')}")
        bench.write_configuration(lines)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        lines = bench.configuration()
        where = lines.index(f"  {bench.region}:") + 1
        if lines[where].startswith("    bus: "):
            del lines[where]
            bench.write_configuration(lines)


@breakage("the rule is disabled", "rule-disabled")
class _RuleDisabled:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.client("events").disable_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.client("events").enable_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)


@breakage("the rule is deleted", "rule-deleted")
class _RuleDeleted:
    look = staticmethod(lambda bench: {"rule": _rule(bench)})

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _delete_rule(bench, record["rule"])

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _make_rule(bench, record["rule"])


class _Pattern:
    """The rule gets another pattern."""

    @staticmethod
    def look(bench: Bench) -> Record:
        return {"rule": _described(bench)}

    @staticmethod
    def put(bench: Bench, record: Record, pattern: str) -> None:
        bench.client("events").put_rule(**{**record["rule"], "EventPattern": pattern})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        now = bench.client("events").describe_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)
        # Only the pattern is ours: the rule may have been disabled by somebody else meanwhile.
        state = now.get("State", record["rule"]["State"])
        bench.client("events").put_rule(**{**record["rule"], "State": state})


@breakage("the rule's pattern names another source", "pattern-mismatch")
class _PatternMismatch(_Pattern):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        pattern = {**json.loads(record["rule"]["EventPattern"]), "source": ["task.managment"]}
        _Pattern.put(bench, record, json.dumps(pattern))


@breakage("the rule's pattern asks for a priority that only some tasks have", "pattern-narrowed")
class _PatternNarrowed(_Pattern):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        pattern = {**json.loads(record["rule"]["EventPattern"]), "detail": {"taskData": {"priority": ["urgent"]}}}
        _Pattern.put(bench, record, json.dumps(pattern))


class _Targets:
    """The rule's targets change."""

    @staticmethod
    def look(bench: Bench) -> Record:
        targets = bench.client("events").list_targets_by_rule(**bench.rule_names())["Targets"]
        if not targets:
            raise CannotBreak("the rule has no target that could be changed")
        return {"targets": targets}

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.client("events").put_targets(**bench.rule_names(), Targets=record["targets"])


@breakage("the rule has no target", "target-missing")
class _TargetMissing(_Targets):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.client("events").remove_targets(**bench.rule_names(), Ids=[one["Id"] for one in record["targets"]])


@breakage("the rule leads to another function", "target-other-function")
class _TargetOther(_Targets):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        others = [{**one, "Arn": f"{one['Arn']}-old"} for one in record["targets"]]
        bench.client("events").put_targets(**bench.rule_names(), Targets=others)


@breakage("the target gives the function a part of the event only", "target-input-changed")
class _TargetInput(_Targets):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        changed = [{**one, "InputPath": "$.detail"} for one in record["targets"]]
        bench.client("events").put_targets(**bench.rule_names(), Targets=changed)


@breakage("EventBridge cannot reach the function, and keeps trying", "delivery-failing")
class _DeliveryFailing:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        record["fault"] = bench.control("POST", "/faults", {"kind": "delivery-error", "region": bench.region})["id"]

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.end_fault(record)


# The function's policy: who may invoke it.


class Permission:
    @staticmethod
    def look(bench: Bench) -> Record:
        policy = json.loads(bench.client("lambda").get_policy(FunctionName=bench.stack.function)["Policy"])
        return {"statements": policy["Statement"]}

    @staticmethod
    def remove(bench: Bench, record: Record) -> None:
        for statement in record["statements"]:
            bench.client("lambda").remove_permission(FunctionName=bench.stack.function, StatementId=statement["Sid"])

    @staticmethod
    def add(bench: Bench, statement: Record, source: str) -> None:
        bench.client("lambda").add_permission(
            FunctionName=bench.stack.function, StatementId=statement["Sid"], Action=statement["Action"],
            Principal="events.amazonaws.com", SourceArn=source)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        _clear_policy(bench)
        for statement in record["statements"]:
            Permission.add(bench, statement, source_of(statement))


@breakage("the function's policy lets nobody invoke it", "permission-missing")
class _PermissionMissing(Permission):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        Permission.remove(bench, record)


@breakage("the function's policy lets another rule invoke it", "permission-other-rule")
class _PermissionOther(Permission):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        Permission.remove(bench, record)
        for statement in record["statements"]:
            Permission.add(bench, statement, f"{source_of(statement)}-old")


# What they are made of.


def _described(bench: Bench) -> Record:
    rule = bench.client("events").describe_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)
    return {key: rule[key] for key in ("Name", "EventBusName", "EventPattern", "State", "Description") if key in rule}


def _rule(bench: Bench) -> Record:
    events = bench.client("events")
    arn = events.describe_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)["Arn"]
    return {"rule": _described(bench), "targets": events.list_targets_by_rule(**bench.rule_names())["Targets"],
            "tags": events.list_tags_for_resource(ResourceARN=arn)["Tags"]}


def _delete_rule(bench: Bench, record: Record) -> None:
    events = bench.client("events")
    if record["targets"]:
        events.remove_targets(**bench.rule_names(), Ids=[one["Id"] for one in record["targets"]])
    events.delete_rule(Name=bench.stack.rule, EventBusName=bench.stack.bus)


def _make_rule(bench: Bench, record: Record) -> None:
    events = bench.client("events")
    arn = events.put_rule(**record["rule"])["RuleArn"]
    if record["tags"]:
        events.tag_resource(ResourceARN=arn, Tags=record["tags"])
    if record["targets"]:
        events.put_targets(**bench.rule_names(), Targets=record["targets"])


def _clear_policy(bench: Bench) -> None:
    functions = bench.client("lambda")
    try:
        policy = json.loads(functions.get_policy(FunctionName=bench.stack.function)["Policy"])
    except functions.exceptions.ResourceNotFoundException:
        return
    for statement in policy["Statement"]:
        functions.remove_permission(FunctionName=bench.stack.function, StatementId=statement["Sid"])


def source_of(statement: Record) -> str:
    (values,) = statement["Condition"].values()
    (source,) = values.values()
    return str(source)

