"""CloudWatch put together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..http_server import Response
from ..operations import Call
from ..world import World
from . import metric_operations
from .actions import Actions
from .alarm_operations import AlarmOperations
from .alarms import AlarmBook
from .dashboards import Dashboards
from .evaluator import Evaluator
from .periodic import Periodic
from .tags import TagOperations

Operation = Callable[[World, Call], Response]


class CloudWatch:
    """``samples`` are taken from time to time: what is a level rather than a happening.

    ``invoke`` hands a payload to a function by its ARN, for alarms that call one.
    """

    def __init__(
        self, world: World, samples: Sequence[Callable[[], None]], invoke: Callable[[str, bytes], None]
    ) -> None:
        self._world = world
        self._samples = samples
        #: ARN → tags, of alarms and dashboards.
        self._tags: dict[str, dict[str, str]] = {}
        self._books: dict[str, AlarmBook] = {}
        self._lock = threading.Lock()
        self.dashboards = Dashboards(world.account_id, self._tags)
        self.evaluator = Evaluator(world, lambda: list(self._books.values()), Actions(world, invoke))
        settings = world.settings
        self._periodic = [
            Periodic("metric-samples", lambda: settings.metricSampleSeconds, self._sample),
            Periodic("alarm-evaluation", lambda: settings.alarmEvaluationSeconds, self.evaluator.run),
        ]

    def book(self, region: str) -> AlarmBook:
        with self._lock:
            if region not in self._books:
                self._books[region] = AlarmBook(region, self._world.account_id, self._tags)
            return self._books[region]

    def operations(self) -> dict[str, Operation]:
        return {
            **metric_operations.OPERATIONS,
            **AlarmOperations(self.book, self.evaluator).operations(),
            **self.dashboards.operations(),
            **TagOperations(self._tags, self._exists).operations(),
        }

    def tagged_alarms(self, region: str) -> dict[str, dict[str, str]]:
        """ARN → tags of the alarms that have tags or had some. Dashboards are not among them: the Resource Groups
        Tagging API does not know them (cloud-custodian issue 11029 and pull request 11090, August and September 2026).
        """
        here = f":{region}:{self._world.account_id}:alarm:"
        return {arn: tags for arn, tags in list(self._tags.items()) if here in arn}

    def start(self) -> None:
        for periodic in self._periodic:
            periodic.start()

    def close(self) -> None:
        for periodic in self._periodic:
            periodic.close()

    def _exists(self, arn: str) -> bool:
        if ":alarm:" in arn:
            book = self._books.get(arn.split(":")[3])
            return book is not None and book.get(arn.split(":alarm:", 1)[1]) is not None
        return self.dashboards.has_arn(arn)

    def _sample(self) -> None:
        for sample in self._samples:
            sample()
