#!/usr/bin/env python3
"""Makes every fault of `taskops sandbox break`, one by one and in pairs, in each Region, and has `taskops diagnose` name it.

Ends 1 when one is misnamed, when a wrong cause is stated as certain, or when something is found where nothing is
broken. Writes its part of docs/faults.md. `--only NAME`, `--pairs-for SECONDS` (in an order that is drawn, the same each
time) and `--healthy N` are for trying.

Longer than its neighbours: which fault may hide which other, and why, is a table in it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sandbox"))

from local_stack.breakages import BREAKAGES, Book, CannotBreak  # noqa: E402
from local_stack.launcher.state import Directory  # noqa: E402

MARKER = "<!-- from here on: make fault-table -->"

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
    "target-other-function": {"target:rule-other-target"},
    "target-input-changed": {"target:target-input-changed"},
    "delivery-failing": {"target:event-unseen"},
    "permission-missing": {"permission:permission-missing"},
    "permission-other-rule": {"permission:permission-missing"},
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
    "database-down": {"endpoint:database-unreachable", "endpoint:database-broke-off"},
    "database-slow": {"endpoint:database-no-answer"},
    "tls-wrong": {"tls:database-tls"},
    "occ-exhausted": {"conflicts:conflicts-exhausted"},
    "peer-unreachable": {"peer:peer-unreachable"},
    "peer-behind": {"peer:peer-behind"},
    "role-missing": {"role:database-role-not-granted"},
    "table-missing": {"table:tasks-missing"},
}
#: What an event that met a fault leaves lying in a queue is true, and no cause.
_LEFTOVERS = {"deadLetterQueue:queue-not-empty", "failureQueue:queue-not-empty"}

# Shown by an event alone: an event that is stopped before it comes so far shows nothing of it.
_BY_EVENT = {
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
#: A → what nobody can see any more while A stands.
_HIDES: dict[str, set[str]] = {
    **{blind: set(BREAKAGES) for blind in _BLIND},
    **{bus: {"permission-missing", "permission-other-rule", "dead-letter-queue-refuses", "rule-disabled", "rule-deleted", "pattern-mismatch", "pattern-narrowed", "target-missing",
             "target-other-function", "target-input-changed", "look-refused"} for bus in ("bus-missing", "bus-misspelt")},
    "rule-deleted": {"rule-disabled", "pattern-mismatch", "pattern-narrowed", "target-missing", "target-other-function",
                     "target-input-changed"},
    "look-refused": {"rule-disabled", "rule-deleted", "pattern-mismatch", "pattern-narrowed"},
    "events-throttled": {"bus-missing", "bus-misspelt", "rule-disabled", "rule-deleted", "pattern-mismatch",
                         "pattern-narrowed", "target-missing", "target-other-function", "target-input-changed",
                         "look-refused", "clock-wrong"},
    "target-missing": {"target-input-changed", "target-other-function"},
    "target-other-function": {"target-input-changed", "target-missing"},
    "pattern-mismatch": {"pattern-narrowed"},
    "permission-missing": {"permission-other-rule"},
    "function-missing": {name for name in BREAKAGES if name.startswith("function-") or name.startswith("permission-")}
    | {"failure-destination-missing", "failure-queue-refuses"},
    "function-failed": {"function-inactive"},
    "function-inactive": {"function-failed"},
    "failure-queue-missing": {"failure-queue-refuses"},
    "dead-letter-queue-missing": {"dead-letter-queue-refuses", "dead-letter-queue-key"},
    **{cluster: _DATABASE | {"cluster-key-inaccessible", "cluster-not-active", "peering-missing", "peer-behind",
                             "function-environment"}
       for cluster in ("cluster-not-active", "cluster-key-inaccessible", "cluster-misspelt")},
    # A login fails at the first of these.
    "endpoint-unreachable": {"tls-wrong", "token-refused", "role-missing", "table-missing", "database-down", "database-slow"},
    "database-down": {"endpoint-unreachable", "database-slow", "tls-wrong", "token-refused", "role-missing", "table-missing"},
    "tls-wrong": {"token-refused", "role-missing", "table-missing", "database-slow"},
    "database-slow": {"token-refused", "role-missing", "table-missing"},
    "token-refused": {"role-missing", "table-missing"},
    "role-missing": {"table-missing", "peer-unreachable"},
    "clock-wrong": set(),
    "peer-unreachable": {"peer-behind"},
}


def hides(one: str, other: str) -> bool:
    """Whether ``other`` cannot be seen while ``one`` stands."""
    if other in _HIDES.get(one, ()):
        return True
    if other not in _BY_EVENT:
        return False
    if one in _BLIND or one in _DATABASE and other == "peer-behind" or other == "peer-behind" and one == "peer-unreachable":
        return True
    place = next((level for level, names in enumerate(_STOPS) if other in names), len(_STOPS))
    return any(one in names for names in _STOPS[: place + 1])


@dataclass
class Look:
    exit: int
    seconds: float
    document: dict[str, Any]

    @property
    def region(self) -> dict[str, Any]:
        return self.document["regions"][0]

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [one for one in self.region["findings"] if f"{one['link']}:{one['code']}" not in _LEFTOVERS]

    @property
    def named(self) -> list[str]:
        """What was found, in its order, and then what could not be looked at."""
        unread = [f"?:{one['link']}" for one in self.region["links"] if one["state"] == "notLooked"]
        return [f"{one['link']}:{one['code']}" for one in self.findings] + unread

    @property
    def certain(self) -> set[str]:
        return {f"{one['link']}:{one['code']}" for one in self.findings if one["certainty"] == "certain"}


@dataclass
class Table:
    directory: Path
    taskops: Path
    misnamed: list[str] = field(default_factory=list)
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.environment = {
            "PATH": f"{ROOT}/.taskops/venv/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8",
            "TASKOPS_SANDBOX": str(self.directory), "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.taskops, *words], env=self.environment, cwd=ROOT, capture_output=True, text=True,
                              timeout=120, check=False)

    def up(self) -> None:
        self.run("sandbox", "down")
        done = self.run("sandbox", "up")
        if done.returncode:
            raise SystemExit(f"taskops sandbox up ended with {done.returncode}: {done.stderr}{done.stdout}")
        self.book = Book(Directory(self.directory))
        self.bench.control("PUT", "/settings", {"lambdaRetryScale": 0.001, "deliveryRetryScale": 0.05})

    @property
    def bench(self) -> Any:
        return self.book.bench(self.book.regions[0])

    # One look

    def send(self, region: str) -> str | None:
        """A task as people make them; its event's id, or None where no event can be sent."""
        from botocore.exceptions import ClientError

        bench = self.book.bench(region)
        detail = {"eventType": "task.created", "taskData": {"title": "made by fault-table", "created_by": "fault-table"}}
        entry = {"Source": "task.management", "DetailType": "Task Created", "Detail": json.dumps(detail),
                 "EventBusName": bench.stack.bus}
        offset = bench.control("GET", "/settings")["clockOffsetSeconds"]
        throttled = [one for one in bench.control("GET", "/faults")["faults"] if one["kind"] == "throttle"]
        if throttled:
            return None
        if offset:
            bench.control("PUT", "/settings", {"clockOffsetSeconds": 0})
        try:
            return str(bench.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"])
        except ClientError:
            return None
        finally:
            if offset:
                bench.control("PUT", "/settings", {"clockOffsetSeconds": offset})

    def diagnose(self, region: str, event: str | None) -> Look:
        words = ["--sandbox", "diagnose", "--region", region, "--output", "json", "--timeout", "6s"]
        began = time.monotonic()
        done = self.run(*words, *(["--event", event] if event else []))
        try:
            return Look(done.returncode, time.monotonic() - began, json.loads(done.stdout))
        except ValueError:
            raise SystemExit(f"taskops {' '.join(words)} ended with {done.returncode}: {done.stderr}{done.stdout}") from None

    def settled(self, region: str, event: str | None) -> Look:
        """A diagnosis after the function has come to an end with the event, on a busy machine too."""
        end = time.monotonic() + 20
        while True:
            look = self.diagnose(region, event)
            if look.region["fate"] != "taken" or time.monotonic() > end:
                return look
            time.sleep(1)

    def canary(self, region: str, timeout: str) -> dict[str, Any]:
        words = ["--sandbox", "canary", "--region", region, "--output", "json", "--timeout", timeout, "--slow-after", "3s"]
        done = self.run(*words)
        return {"exit": done.returncode, **json.loads(done.stdout)["regions"][0]}

    def tidy(self, region: str) -> None:
        """Mends everything, and takes away what events left."""
        self.book.mend()
        sqs, bench = self.book.bench(region).client("sqs"), self.book.bench(region)
        for name in (bench.stack.dead_letter_queue, bench.stack.failure_queue):
            sqs.purge_queue(QueueUrl=bench.queue_url(name))

    def complain(self, what: str) -> None:
        self.misnamed.append(what)
        print(f"MISNAMED  {what}", flush=True)

    # The three parts

    def healthy(self, times: int) -> str:
        """Each looks at both Regions."""
        for region in self.book.regions:
            event = self.send(region)
            time.sleep(0.5)
            if self.diagnose(region, event).region["fate"] != "processed":
                self.complain("nothing is broken, and the event was not processed")
        seconds = []
        for _ in range(times):
            began = time.monotonic()
            done = self.run("--sandbox", "diagnose", "--output", "json")
            seconds.append(time.monotonic() - began)
            document = json.loads(done.stdout)
            if done.returncode != 0 or any(region["findings"] for region in document["regions"]):
                self.complain(f"nothing is broken, and it ended with {done.returncode}: {done.stdout}")
        if not seconds:
            return ""
        return (f"With nothing broken: {times} runs over both Regions, {times - len(self.misnamed)} times ok and no finding; "
                f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s.")

    def single(self, name: str, region: str) -> dict[str, Any]:
        expected = NAMES[name]
        self.book.break_(name, region)
        event = self.send(region)
        # The function tries ten times, with growing pauses.
        time.sleep(5.0 if name == "occ-exhausted" else 2.0 if name in ("function-timeout", "database-slow") else 0.6)
        looks = {"event": self.settled(region, event), "newest": self.diagnose(region, None)}
        for how, look in looks.items():
            # What only an event tells, only an event's own traces can.
            if how == "newest" and name == "delivery-failing":
                continue
            first = look.named[0] if look.named else "nothing"
            if first not in expected:
                self.complain(f"{name} in {region} ({how}): {look.named}")
            if wrong := look.certain - expected:
                self.complain(f"{name} in {region} ({how}): stated as certain: {sorted(wrong)}")
        canary = self.canary(region, "9s" if name == "occ-exhausted" else "4s")
        said = canary["diagnosis"]["findings"] if canary["diagnosis"] else []
        said = [f"{one['link']}:{one['code']}" for one in said if f"{one['link']}:{one['code']}" not in _LEFTOVERS]
        if canary["exit"] in (2, 3) and not (said[:1] and said[0] in expected):
            unread = {f"?:{one['link']}" for one in (canary["diagnosis"] or {"links": []})["links"]
                      if one["state"] == "notLooked"}
            if said or not unread & expected:
                self.complain(f"{name} in {region} (canary): {said} {sorted(unread)}")
        self.tidy(region)
        look = looks["event"]
        print(f"{name:28} {region}  {look.seconds:.2f} s  {look.named}  canary {canary['exit']}", flush=True)
        return {"look": look, "canary": canary["exit"]}

    def pair(self, one: str, other: str, region: str) -> str:
        """``both``, ``hidden`` (one of the two cannot be seen behind the other), or ``impossible``."""
        for first, second in ((one, other), (other, one)):
            try:
                self.book.break_(first, region)
                self.book.break_(second, region)
                break
            except CannotBreak:
                self.book.mend()
        else:
            return "impossible"
        event = self.send(region)
        names = {one, other}
        conflicts = "occ-exhausted" in names and not hides(one if other == "occ-exhausted" else other, "occ-exhausted")
        time.sleep(4.0 if conflicts else 1.4 if "function-timeout" in names else 0.4 if names & _BY_EVENT else 0.15)
        look = self.settled(region, event)
        self.tidy(region)
        expected = NAMES[one] | NAMES[other]
        what = f"{one} and {other} in {region}"
        if not look.named or look.named[0] not in expected:
            self.complain(f"{what}: {look.named}")
        elif wrong := look.certain - expected:
            self.complain(f"{what}: stated as certain: {sorted(wrong)}")
        seen = [name for name in (one, other) if NAMES[name] & set(look.named)]
        if len(seen) == 2:
            return "both"
        lacking = other if seen == [one] else one
        if not hides(one if lacking == other else other, lacking):
            self.complain(f"{what}: {lacking} is not seen: {look.named}")
        return "hidden"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--pairs-for", type=float, default=float("inf"), metavar="SECONDS")
    parser.add_argument("--healthy", type=int, default=500)
    parser.add_argument("--taskops", type=Path, default=ROOT / ".build/debug/taskops")
    parser.add_argument("--document", type=Path)
    given = parser.parse_args()
    if set(NAMES) != set(BREAKAGES):
        raise SystemExit(f"not the same: {set(NAMES) ^ set(BREAKAGES)}")
    faults = given.only or list(BREAKAGES)
    table = Table(ROOT / ".taskops" / "fault-table", given.taskops)
    table.up()
    try:
        healthy = table.healthy(given.healthy)
        print(healthy, flush=True)
        regions = table.book.regions
        singles = {name: {region: table.single(name, region) for region in regions} for name in faults}
        counts: dict[str, int] = {}
        pairs = list(itertools.product(itertools.combinations(faults, 2), regions))
        # Whoever stops early has tried some of everything.
        random.Random(1).shuffle(pairs)
        end = time.monotonic() + given.pairs_for
        for (one, other), region in pairs:
            if time.monotonic() > end:
                break
            result = table.pair(one, other, region)
            counts[result] = counts.get(result, 0) + 1
        print(counts, "of", len(pairs), flush=True)
    finally:
        table.run("sandbox", "down")
    if given.document:
        write(given.document, table, singles, counts, len(pairs), healthy)
    print(f"{len(table.misnamed)} misnamed", flush=True)
    return 1 if table.misnamed else 0


def write(document: Path, table: Table, singles: dict[str, Any], counts: dict[str, int], of: int,
          healthy: str) -> None:
    before = document.read_text().split(MARKER)[0].rstrip() if document.exists() else "# Faults"
    regions = table.book.regions
    lines = [
        before, "", MARKER, "", "## Which link broke", "",
        "Each fault of `taskops sandbox break`, made in the local stack, and what `taskops diagnose --event` named first: "
        "`make fault-table`. An event is sent before each look. `s` is from typing to the verdict, in each Region; `canary` is "
        "how `taskops canary` ended, whose own last step is the same diagnosis. `?` marks a link that could not be looked at, "
        "which is the right answer there.", "",
        f"| fault | what is done | named | certainty | {' | '.join(f's, {region}' for region in regions)} | canary |",
        "| --- " * (5 + len(regions)) + "|",
    ]
    for name, looks in singles.items():
        first = looks[regions[0]]["look"]
        sure = first.findings[0]["certainty"] if first.findings else "could not look"
        named = first.named[0].replace(":", ": ") if first.named else "nothing"
        seconds = " | ".join(f"{looks[region]['look'].seconds:.2f}" for region in regions)
        lines.append(f"| {name} | {BREAKAGES[name].what} | {named} | {sure} | {seconds} | {looks[regions[0]]['canary']} |")
    if counts:
        made = sum(counts.values())
        tried = f"all {of}" if made == of else f"{made} of {of}, drawn"
        lines += ["", f"In pairs, each in each Region: {tried}. In {counts.get('both', 0)} both were named; in "
                  f"{counts.get('hidden', 0)} one of the two, behind which the other cannot be seen (without a bus nobody sees "
                  f"its rule). {counts.get('impossible', 0)} cannot be made at once."]
    wrong = len(table.misnamed)
    lines += ["", f"Misnamed, or stated as certain and wrong: {wrong}." if wrong else
              "Misnamed: none. Stated as certain and wrong: none.", "", healthy, ""]
    document.write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
