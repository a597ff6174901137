"""The gates of all Regions: one event loop on a thread of its own, beside the threads that serve AWS."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import certificates
from .databases import Databases
from .lag import Snapshots
from .listener import Gate
from .metrics import measure_storage
from .upstream import Upstream, UpstreamError

if TYPE_CHECKING:
    from ..world import World

log = logging.getLogger(__name__)


class Gates:
    """Started once per process; clusters may come and go, they are looked up at each connection."""

    def __init__(self, world: World, regions: Sequence[str], *, socket_directory: Path, owner: str,
                 certificate_directory: Path, ca_file: Path) -> None:
        self._world = world
        self._regions = regions
        self._upstream = Upstream(socket_directory, owner)
        self._certificates = certificate_directory
        self._ca_file = ca_file
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gates: list[Gate] = []

    def start(self) -> dict[str, int]:
        """Makes the certificates, listens in every Region, and returns the ports."""
        certificates.make(self._certificates, self._ca_file, self._regions)
        ready = threading.Event()
        failure: list[BaseException] = []
        threading.Thread(target=self._run, args=(ready, failure), name="gates", daemon=True).start()
        ready.wait()
        if failure:
            raise failure[0]
        self._world.ca_file = self._ca_file
        return dict(self._world.gate_ports)

    def stop(self) -> None:
        loop = self._loop
        if loop is None:
            return

        async def stop_all() -> None:
            self._measuring.cancel()
            self._snapping.cancel()
            await asyncio.gather(*(gate.stop() for gate in self._gates))

        asyncio.run_coroutine_threadsafe(stop_all(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        self._loop = None

    def connections(self) -> dict[str, int]:
        return {gate.region: gate.connections for gate in self._gates}

    def _run(self, ready: threading.Event, failure: list[BaseException]) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._listen())
        except BaseException as problem:
            failure.append(problem)
            return
        finally:
            self._loop = loop
            ready.set()
        loop.run_forever()
        loop.close()

    async def _listen(self) -> None:
        databases = Databases(self._upstream)
        snapshots = Snapshots(self._world, list(self._regions), self._upstream)
        self._measuring = asyncio.create_task(self._measure(databases))
        self._snapping = asyncio.create_task(snapshots.run(databases))
        for region in self._regions:
            tls = certificates.server_context(self._certificates, region)
            distrusted = certificates.server_context(self._certificates, region, distrusted=True)
            gate = Gate(region, self._world, self._upstream, databases, snapshots, tls, distrusted)
            self._world.gate_ports[region] = await gate.start()
            self._gates.append(gate)

    async def _measure(self, databases: Databases) -> None:
        while True:
            await asyncio.sleep(max(0.1, self._world.settings.metricSampleSeconds))
            try:
                await measure_storage(self._world, databases, self._upstream)
            except (UpstreamError, OSError, EOFError) as problem:
                log.info("storage could not be measured: %s", problem)
            except Exception:
                log.exception("storage could not be measured")
