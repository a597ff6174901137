#!/usr/bin/env python3
"""The canary as cron runs it, against a local stack of its own: `make soak-cron` runs this.

Every few seconds a run begins, as cron begins one whether the last has ended or not. Faults come and go: blips that one
run sees, and outages that several see. Then runs are killed at random moments. It ends 1 when a blip is paged, an outage
or its end is not noticed in time, runs overlap, or something is left behind.

SOAK_MINUTES (15), SOAK_EVERY (5, seconds), SOAK_KILLS (100) and SOAK_SEED (a number) say how long and which.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import psycopg

ROOT = Path(__file__).resolve().parent.parent
TASKOPS = os.environ.get("TASKOPS", str(ROOT / ".build/release/taskops"))
MINUTES = float(os.environ.get("SOAK_MINUTES", "15"))
EVERY = float(os.environ.get("SOAK_EVERY", "5"))
KILLS = int(os.environ.get("SOAK_KILLS", "100"))
SEED = int(os.environ.get("SOAK_SEED", "0")) or random.randrange(1, 1_000_000)
NEEDED, WINDOW = 2, 3
REGIONS = ("us-east-1", "us-west-2")

os.environ["TASKOPS_SANDBOX"] = str(ROOT / ".taskops/soak-cron")
chance = random.Random(SEED)
failures: list[str] = []


def fail(sentence: str) -> None:
    failures.append(sentence)
    print(f"soak-cron: {sentence}", file=sys.stderr)


# MARK: the stack


def control(method: str, path: str, body: dict | None = None) -> dict:
    request = urllib.request.Request(
        os.environ["TASKOPS_SANDBOX_CONTROL"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def rows() -> dict[str, int]:
    dsql = boto3.client("dsql", region_name=REGIONS[0])
    host = dsql.get_cluster(identifier=dsql.list_clusters()["clusters"][0]["identifier"])["endpoint"]
    port = re.search(r"port: (\d+)", Path(os.environ["TASKOPS_CONFIG"]).read_text())[1]
    token = dsql.generate_db_connect_admin_auth_token(host, REGIONS[0])
    with psycopg.connect(
        host=host, hostaddr="127.0.0.1", port=port, user="admin", dbname="postgres", password=token, autocommit=True
    ) as connection:
        tables = ("tasks", "task_updates", "processed_events")
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def age_rows() -> None:
    dsql = boto3.client("dsql", region_name=REGIONS[0])
    host = dsql.get_cluster(identifier=dsql.list_clusters()["clusters"][0]["identifier"])["endpoint"]
    port = re.search(r"port: (\d+)", Path(os.environ["TASKOPS_CONFIG"]).read_text())[1]
    token = dsql.generate_db_connect_admin_auth_token(host, REGIONS[0])
    with psycopg.connect(
        host=host, hostaddr="127.0.0.1", port=port, user="admin", dbname="postgres", password=token, autocommit=True
    ) as connection:
        connection.execute("UPDATE tasks SET created_at = now() - interval '2 hours'")


def rule(region: str, enabled: bool) -> None:
    events = boto3.client("events", region_name=region)
    (events.enable_rule if enabled else events.disable_rule)(
        Name="task-processing-rule", EventBusName="task-events-dev"
    )


@dataclass
class Trouble:
    """One thing that is wrong for a while."""

    kind: str
    region: str
    fault: str | None = None

    def begin(self) -> None:
        if self.kind == "rule-disabled":
            rule(self.region, False)
            return
        body = {"kind": self.kind, "region": self.region}
        if self.kind == "error":
            body |= {"service": "events", "operation": "PutEvents", "code": "InternalException", "status": 500}
        self.fault = control("POST", "/faults", body)["id"]

    def end(self) -> None:
        if self.kind == "rule-disabled":
            rule(self.region, True)
        elif self.fault:
            try:
                control("DELETE", f"/faults/{self.fault}")
            except urllib.error.HTTPError:
                pass


# MARK: runs


@dataclass
class Run:
    begin: float
    end: float
    code: int
    output: str
    error: str
    #: Region → this run's own outcome, and the verdict it came to.
    outcomes: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)


class Cron:
    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.file = folder, folder / "canary.state", folder / "canary.prom"
        self.runs: list[Run] = []
        self.lock = threading.Lock()
        self.threads: list[threading.Thread] = []

    def words(self) -> list[str]:
        return [
            TASKOPS, "--sandbox", "canary", "--quiet", "--state", str(self.state), "--alert-after", f"{NEEDED}/{WINDOW}",
            "--interval", f"{int(EVERY * 1000)}ms", "--timeout", f"{int(EVERY * 1000) - 2000}ms", "--slow-after",
            f"{int(EVERY * 1000) - 2100}ms", "--jitter", "500ms", "--textfile", str(self.file),
        ]  # fmt: skip

    def run(self) -> Run:
        begin = time.monotonic()
        ended = subprocess.run(self.words(), capture_output=True, text=True, check=False)
        run = Run(begin, time.monotonic(), ended.returncode, ended.stdout, ended.stderr)
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                found = re.match(
                    r'taskops_canary_(outcome|verdict)\{stack="tasks",region="([^"]+)",\w+="(\w+)"\} 1', line
                )
                if found:
                    (run.outcomes if found[1] == "outcome" else run.verdicts)[found[2]] = found[3]
        with self.lock:
            self.runs.append(run)
        return run

    def tick(self) -> None:
        thread = threading.Thread(target=self.run)
        thread.start()
        self.threads.append(thread)

    def settle(self) -> None:
        for thread in self.threads:
            thread.join()
        self.threads = []


ORDER = ["ok", "slow", "unknown", "broken"]


def model(outcomes: list[str]) -> list[str]:
    """M of N, in other words than the program's: at least so many of the runs since the last change."""
    level, since, verdicts = "ok", 0, []
    for index in range(len(outcomes)):
        shown = outcomes[max(since, index + 1 - WINDOW) : index + 1]
        worse = [
            one
            for one in ORDER[ORDER.index(level) + 1 :]
            if sum(ORDER.index(o) >= ORDER.index(one) for o in shown) >= NEEDED
        ]
        better = [
            one
            for one in ORDER[: ORDER.index(level)]
            if sum(ORDER.index(o) <= ORDER.index(one) for o in shown) >= NEEDED
        ]
        if worse or better:
            level, since = (worse[-1] if worse else better[0]), index + 1
        verdicts.append(level)
    return verdicts


def soak(cron: Cron) -> str:
    began = time.monotonic()
    number = blips = outages = 0
    troubles: list[dict] = []
    kinds = ["function-throttle", "rule-disabled", "database-down", "error"]
    active: dict | None = None
    wait, held = 3, 0
    while time.monotonic() - began < MINUTES * 60:
        tick = began + number * EVERY
        time.sleep(max(0, tick - time.monotonic()))
        if active is None and wait <= 0 and time.monotonic() - began < MINUTES * 60 - 12 * EVERY:
            blip = chance.random() < 0.4
            trouble = Trouble(chance.choice(kinds), chance.choice(REGIONS))
            held = 1 if blip else chance.randint(NEEDED + 1, 6)
            trouble.begin()
            active = {"trouble": trouble, "blip": blip, "from": number, "to": number + held}
            troubles.append(active)
            blips, outages = blips + blip, outages + (not blip)
        cron.tick()
        number += 1
        wait -= 1
        # Taken away just before the run after the last that is to see it.
        time.sleep(max(0, began + number * EVERY - 0.6 - time.monotonic()))
        if active and number >= active["to"]:
            active["trouble"].end()
            active, wait = None, chance.randint(4, 7)
    if active:
        active["trouble"].end()
    cron.settle()
    runs = cron.runs
    for before, after in itertools.pairwise(runs):
        if after.begin + 0.5 < before.end:
            fail(f"two runs overlapped by {before.end - after.begin:.1f} s")
    late = 0
    for region in REGIONS:
        outcomes = [run.outcomes.get(region, "unknown") for run in runs]
        verdicts = [run.verdicts.get(region, "unknown") for run in runs]
        if verdicts != model(outcomes):
            fail(f"the verdicts of {region} are not {NEEDED} of {WINDOW} of its outcomes: {outcomes} {verdicts}")
        for trouble in troubles:
            if trouble["trouble"].region != region:
                continue
            first, last = trouble["from"], trouble["to"]
            name = f"{trouble['trouble'].kind} in {region}, runs {first} to {last - 1}"
            seen = [outcome in ("broken", "unknown") for outcome in outcomes[first:last]]
            paged = [verdict != "ok" for verdict in verdicts[first : last + WINDOW]]
            if not all(seen):
                late += 1
            if trouble["blip"]:
                if (
                    any(paged)
                    and sum(outcomes[i] != "ok" for i in range(first, min(last + WINDOW, len(outcomes)))) < NEEDED
                ):
                    fail(f"a blip was paged: {name}")
            else:
                noticed = next((i for i, page in enumerate(paged) if page), None)
                if noticed is None or noticed >= WINDOW:
                    fail(
                        f"not noticed within {NEEDED} of {WINDOW} runs: {name}: {outcomes[first : last + 3]} {verdicts[first : last + 3]}"
                    )
                over = next(
                    (i for i, verdict in enumerate(verdicts[last : last + WINDOW + 1]) if verdict in ("ok", "slow")),
                    None,
                )
                if over is None or over >= WINDOW:
                    fail(
                        f"its end was not noticed within {NEEDED} of {WINDOW} runs: {name}: {outcomes[last : last + 4]} {verdicts[last : last + 4]}"
                    )
    for run in runs:
        worst = max((run.verdicts.get(region, "unknown") for region in REGIONS), key=ORDER.index)
        if run.code != {"ok": 0, "slow": 1, "broken": 2, "unknown": 3}[worst]:
            fail(f"a run ended {run.code} with the verdict {worst}: {run.error}")
        if run.code == 0 and "changed by this run" not in run.output and (run.output or run.error):
            fail(f"a run that was well was not silent: {run.output}{run.error}")
    pages = sum(run.code != 0 for run in runs)
    return f"{len(runs)} runs, one every {EVERY:g} s; {blips} blips, {outages} outages, {pages} runs that paged, {late} troubles a run did not feel"


def leftovers(cron: Cron) -> None:
    # What the faults held up comes within Lambda's retries; the next runs remove it.
    for _ in range(12):
        run = cron.run()
        if run.code == 0 and not any(rows().values()):
            break
        time.sleep(2)
    if any(rows().values()):
        fail(f"rows were left: {rows()}")
    files = sorted(path.name for path in cron.folder.iterdir())
    if files != ["canary.prom", "canary.state"]:
        fail(f"files were left: {files}")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if str(cron.state) in words:
                fail(f"process {entry.name} was left: {' '.join(words)}")


def whole(state: Path) -> bool:
    """Reads the file as its format says, without the program."""
    head, _, body = state.read_bytes().partition(b"\n")
    title, version, checksum = head.decode().split(" ")
    return (title, version) == ("taskops-canary-state", "1") and hashlib.sha256(body).hexdigest() == checksum


def kill(cron: Cron) -> str:
    moments = []
    for number in range(KILLS):
        process = subprocess.Popen(cron.words(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = chance.uniform(0, 0.9)
        time.sleep(moment)
        alive = process.poll() is None
        process.kill()
        process.wait()
        moments.append(alive)
        if not whole(cron.state):
            fail(f"the state file is not whole after kill {number}")
        run = cron.run()
        if run.code != 0 or "damaged" in run.error:
            fail(f"the run after kill {number} ended {run.code}: {run.output}{run.error}")
        files = sorted(path.name for path in cron.folder.iterdir())
        if files != ["canary.prom", "canary.state"]:
            fail(f"files were left after kill {number}: {files}")
    left = rows()["tasks"]
    if left > 2 * KILLS:
        fail(f"{left} tasks were left by {KILLS} killed runs")
    # What a killed run leaves is swept an hour later.
    age_rows()
    for _ in range(2 + left // 100):
        cron.run()
    if any(rows().values()):
        fail(f"rows were left after the sweep: {rows()}")
    return f"{KILLS} kills, {sum(moments)} of them in the middle of a run; {left} tasks were left and swept"


def main() -> int:
    subprocess.run([TASKOPS, "sandbox", "up"], check=True, stdout=subprocess.DEVNULL)
    try:
        for line in subprocess.run(
            [TASKOPS, "sandbox", "env"], check=True, capture_output=True, text=True
        ).stdout.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            os.environ[name] = value.strip("'\"")
        with tempfile.TemporaryDirectory() as folder:
            cron = Cron(Path(folder))
            cron.run()
            cron.runs.clear()
            said = soak(cron)
            leftovers(cron)
            killed = kill(cron)
            leftovers(cron)
        print(f"soak-cron (seed {SEED}): {said}; {killed}; {len(failures)} failures")
    finally:
        subprocess.run([TASKOPS, "sandbox", "down"], check=False, stdout=subprocess.DEVNULL)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
