"""What is broken at the moment, in ``broken.json`` of the stack's directory: written before anything is broken.

Whoever is killed between the two leaves something to mend that was never broken, and mending is harmless then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..launcher.state import Directory, read_json, write_json
from .bench import Bench
from .breakage import BREAKAGES, Breakage, CannotBreak

BROKEN = "broken.json"


class Book:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        state = directory.read()
        if state is None or not directory.server().get("endpoint"):
            raise CannotBreak("no local stack is up")
        self.regions: tuple[str, ...] = tuple(state.names["regions"])
        self._benches = {
            region: Bench(directory, region, next(other for other in self.regions if other != region))
            for region in self.regions
        }

    def bench(self, region: str) -> Bench:
        return self._benches[region]

    def entries(self) -> list[dict[str, Any]]:
        """Each with ``name``, ``region`` and ``record``, in the order in which they were broken."""
        record = read_json(self._directory / BROKEN)
        return record if isinstance(record, list) else []

    def break_(self, name: str, region: str) -> bool:
        """False when it is broken already."""
        breakage = BREAKAGES[name]
        region = self.regions[0] if breakage.is_global else region
        entries = self.entries()
        if any((entry["name"], entry["region"]) == (name, region) for entry in entries):
            return False
        bench = self._benches[region]
        with self._true_clock(bench, name):
            return self._break(breakage, bench, entries)

    def _break(self, breakage: Breakage, bench: Bench, entries: list[dict[str, Any]]) -> bool:
        name, region = breakage.name, bench.region
        record = self._reported(name, region, lambda: breakage.look(bench))
        self._write([*entries, {"name": name, "region": region, "record": record}])
        try:
            self._reported(name, region, lambda: breakage.break_(bench, record))
        except CannotBreak:
            # Half of it may have been done. Where that cannot be mended now, it stays noted.
            with suppress(CannotBreak):
                self._reported(name, region, lambda: breakage.mend(bench, record))
                self._write(entries)
            raise
        # What breaking learned belongs to what mending needs.
        self._write([*entries, {"name": name, "region": region, "record": record}])
        return True

    def mend(self, names: Iterable[str] = (), regions: Iterable[str] = ()) -> list[dict[str, Any]]:
        """Mends what fits, the last broken first; everything when nothing is said. Returns what it mended."""
        names, regions = set(names), set(regions)
        mended, problem = [], None
        for entry in reversed(self.entries()):
            breakage = BREAKAGES.get(entry["name"])
            if breakage is None or (names and entry["name"] not in names):
                continue
            if regions and entry["region"] not in regions and not breakage.is_global:
                continue
            bench = self._benches[entry["region"]]
            try:
                with self._true_clock(bench, breakage.name):
                    self._reported(breakage.name, bench.region,
                                   lambda b=breakage, at=bench, e=entry: b.mend(at, e["record"]))
            except CannotBreak as failed:
                # The others can be mended all the same, and perhaps this one after them.
                problem = problem or failed
                continue
            self._write([other for other in self.entries() if other != entry])
            mended.append(entry)
        if problem and mended:
            return mended + self.mend(names, regions)
        if problem:
            raise problem
        return mended

    def left(self) -> list[tuple[str, str, int, str]]:
        """What met a fault and lies in a queue, as on AWS, where mending takes nothing out of it either: Region, queue,
        how many, and the runbook that says what to do with them."""
        left = []
        for region, bench in self._benches.items():
            sqs = bench.client("sqs")
            for queue, runbook in ((bench.stack.dead_letter_queue, "dead-letter-queue"),
                                   (bench.stack.failure_queue, "failure-queue")):
                count = int(sqs.get_queue_attributes(
                    QueueUrl=bench.queue_url(queue), AttributeNames=["ApproximateNumberOfMessages"],
                )["Attributes"]["ApproximateNumberOfMessages"])
                if count:
                    left.append((region, queue, count, runbook))
        return left

    @staticmethod
    @contextmanager
    def _true_clock(bench: Bench, name: str) -> Iterator[None]:
        """boto3 does not correct its clock as taskops does: while it works here, AWS's is this machine's."""
        offset = bench.control("GET", "/settings")["clockOffsetSeconds"]
        if not offset or name == "clock-wrong":
            yield
            return
        bench.control("PUT", "/settings", {"clockOffsetSeconds": 0})
        try:
            yield
        finally:
            bench.control("PUT", "/settings", {"clockOffsetSeconds": offset})

    def _write(self, entries: list[dict[str, Any]]) -> None:
        if entries:
            write_json(self._directory / BROKEN, entries)
        else:
            (self._directory / BROKEN).unlink(missing_ok=True)

    @staticmethod
    def _reported(name: str, region: str, step: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return step()
        except ClientError as refused:
            error = refused.response.get("Error", {})
            said = f"{refused.operation_name} answered {error.get('Code')}: {error.get('Message')}"
        except (BotoCoreError, OSError) as failed:
            said = str(failed)
        except CannotBreak as problem:
            said = str(problem)
        raise CannotBreak(f"{name} in {region}: {said}")
