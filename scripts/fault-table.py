#!/usr/bin/env python3
"""Makes every fault of `taskops sandbox break`, one by one and in pairs, in each Region, and has `taskops diagnose` name it.

Ends 1 when one is misnamed, when a wrong cause is stated as certain, or when something is found where nothing is
broken. Writes its part of docs/faults.md. Most of its time is waiting, so several stacks are broken beside each other.
`--only NAME`, `--pairs-for SECONDS` (in an order that is drawn, the same each time), `--healthy N` and `--stacks N` are
for trying.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sandbox"))

from local_stack.breakages import BREAKAGES, Book, CannotBreak  # noqa: E402
from local_stack.launcher.state import Directory  # noqa: E402

from fault_names import BY_EVENT, LEFTOVERS, NAMES, hides  # noqa: E402

MARKER = "<!-- from here on: make fault-table -->"

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
        return [one for one in self.region["findings"] if f"{one['link']}:{one['code']}" not in LEFTOVERS]

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
    #: When the last event was sent.
    sent: datetime = field(init=False)

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
        for region in self.book.regions:
            # Looked up before a clock is set wrong, which boto3 does not correct.
            self.book.bench(region).stack
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
        self.sent = datetime.now(UTC)
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
        if event:
            # What the faults before this one had the function say is no matter of this event.
            words += ["--event", event, "--since", self.sent.isoformat(timespec="milliseconds").replace("+00:00", "Z")]
        began = time.monotonic()
        done = self.run(*words)
        try:
            return Look(done.returncode, time.monotonic() - began, json.loads(done.stdout))
        except ValueError:
            raise SystemExit(f"taskops {' '.join(words)} ended with {done.returncode}: {done.stderr}{done.stdout}") from None

    def settled(self, region: str, event: str | None, told: list[set[str]]) -> Look:
        """A diagnosis after the function has come to an end with the event, on a busy machine too. What ``told`` wants named
        of the event is waited for, and so is a trace of it: one may be under way."""
        began = time.monotonic()
        while True:
            look = self.diagnose(region, event)
            waited = time.monotonic() - began
            is_late = any(not names & set(look.named) for names in told) or (
                "target:event-unseen" in look.named and not any("target:event-unseen" in names for names in told))
            if not (look.region["fate"] == "taken" and waited < 20 or is_late and waited < 8):
                return look
            time.sleep(0.5)

    def canary(self, region: str, timeout: str) -> dict[str, Any]:
        words = ["--sandbox", "canary", "--region", region, "--output", "json", "--timeout", timeout, "--slow-after", "3s"]
        done = self.run(*words)
        return {"exit": done.returncode, **json.loads(done.stdout)["regions"][0]}

    def calm(self, region: str) -> None:
        """One more event gets through: where none can be sent afterwards, the newest trace counts."""
        event, end = self.send(region), time.monotonic() + 20
        while self.diagnose(region, event).region["fate"] != "processed" and time.monotonic() < end:
            time.sleep(0.1)

    def tidy(self, region: str) -> None:
        """Mends everything, and takes away what events left."""
        self.book.mend()
        self.rest(region)
        sqs, bench = self.book.bench(region).client("sqs"), self.book.bench(region)
        for name in (bench.stack.dead_letter_queue, bench.stack.failure_queue):
            sqs.purge_queue(QueueUrl=bench.queue_url(name))

    def rest(self, region: str) -> None:
        """Waits until no event is under way: one that comes through later would write where something else is broken."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            status = self.book.bench(region).control("GET", "/status")
            if not status["pendingRetries"] and not any(
                    one["queued"] or one["environments"]["busy"] for one in status["functions"]):
                return
            time.sleep(0.1)

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
        looks = {"event": self.settled(region, event, [NAMES[name]]), "newest": self.diagnose(region, None)}
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
        said = [f"{one['link']}:{one['code']}" for one in said if f"{one['link']}:{one['code']}" not in LEFTOVERS]
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
        if "events-throttled" in (one, other):
            self.calm(region)
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
        time.sleep(4.0 if conflicts else 1.4 if "function-timeout" in names else 0.4 if names & BY_EVENT else 0.15)
        # What only the event tells is waited for, unless the other fault keeps it from being told.
        told = {name for name, hider in ((one, other), (other, one)) if name in BY_EVENT and not hides(hider, name)}
        look = self.settled(region, event, [NAMES[name] for name in told])
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


#: What a stack is to do: a fault, or a pair, in a Region.
Job = tuple[tuple[str, ...], str]


def work(number: int, given: argparse.Namespace, jobs: Any, results: Any) -> None:
    """One stack: takes jobs until there are none, and puts what came of each, with its complaints."""
    table = Table(ROOT / ".taskops" / f"fault-table-{number}", given.taskops)
    try:
        table.up()
        while (job := jobs.get()) is not None:
            names, region = job
            table.misnamed = []
            came = table.single(*names, region) if len(names) == 1 else table.pair(*names, region)
            results.put((job, came, table.misnamed))
    except BaseException as problem:
        results.put((None, repr(problem), []))
        raise
    finally:
        table.run("sandbox", "down")


def everything(given: argparse.Namespace, faults: list[str], regions: tuple[str, ...]) -> tuple[dict[Job, Any], list[str], int]:
    """What came of each job, the complaints, and how many pairs there are."""
    singles: list[Job] = [((name,), region) for name, region in itertools.product(faults, regions)]
    pairs: list[Job] = [(names, region) for names, region in itertools.product(itertools.combinations(faults, 2), regions)]
    # Whoever stops early has tried some of everything.
    random.Random(2).shuffle(pairs)
    # No more is handed out than is worked on, so that the end of the time is the end.
    jobs: Any = multiprocessing.Queue(given.stacks)
    results: Any = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(number, given, jobs, results)) for number in range(given.stacks)]
    for worker in workers:
        worker.start()
    came: dict[Job, Any] = {}
    misnamed: list[str] = []
    end: float | None = None
    left, running = singles + pairs, 0
    try:
        while left or running:
            if left and end is not None and time.monotonic() > end:
                left = []
            while left and running < given.stacks:
                if len(left[0][0]) == 2 and end is None:
                    end = time.monotonic() + given.pairs_for
                jobs.put(left.pop(0))
                running += 1
            if not running:
                break
            job, result, complaints = results.get()
            if job is None:
                raise SystemExit(f"a stack could not go on: {result}")
            running -= 1
            came[job] = result
            if len(job[0]) == 2 and len(came) % 100 == 0:
                print(f"{len(came) - len(singles)} of {len(pairs)} pairs", flush=True)
            misnamed += complaints
    finally:
        for _ in workers:
            jobs.put(None)
        for worker in workers:
            worker.join()
    return came, misnamed, len(pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--pairs-for", type=float, default=float("inf"), metavar="SECONDS")
    parser.add_argument("--healthy", type=int, default=500)
    parser.add_argument("--stacks", type=int, default=4)
    parser.add_argument("--taskops", type=Path, default=ROOT / ".build/release/taskops")
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
    finally:
        table.run("sandbox", "down")
    came, misnamed, of = everything(given, faults, regions)
    misnamed = table.misnamed + misnamed
    singles = {name: {region: came[(name,), region] for region in regions} for name in faults}
    counts = Counter(result for (names, _), result in came.items() if len(names) == 2)
    print(dict(counts), "of", of, flush=True)
    if given.document:
        write(given.document, regions, misnamed, singles, counts, of, healthy)
    print(f"{len(misnamed)} misnamed", flush=True)
    return 1 if misnamed else 0


def write(document: Path, regions: tuple[str, ...], misnamed: list[str], singles: dict[str, Any], counts: Counter[str],
          of: int, healthy: str) -> None:
    before = document.read_text().split(MARKER)[0].rstrip() if document.exists() else "# Faults"
    lines = [
        before, "", MARKER, "", "## Which link broke", "",
        "Each fault of `taskops sandbox break`, made in the local stack, and what `taskops diagnose --event` named first: "
        "`make fault-table`. An event is sent before each look. `s` is from typing to the verdict, in each Region, with other "
        "stacks broken beside it; `canary` is "
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
    wrong = len(misnamed)
    lines += ["", f"Misnamed, or stated as certain and wrong: {wrong}." if wrong else
              "Misnamed: none. Stated as certain and wrong: none.", "", healthy, ""]
    document.write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
