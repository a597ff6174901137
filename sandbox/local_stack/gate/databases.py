"""Which PostgreSQL database stands for which DSQL cluster. Peered clusters are one database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from . import messages
from .catalog import Catalog
from .upstream import Upstream, UpstreamError

#: The first cluster's database, so that ``current_database()`` answers what it answers in DSQL.
FIRST = "postgres"


class Databases:
    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._names: dict[str, str] = {}
        self._catalogs: dict[str, Catalog] = {}
        self._lock = asyncio.Lock()

    async def of(self, identifier: str, peer_arns: Sequence[str]) -> tuple[str, Catalog]:
        """The database of a cluster and its peers, made when it is asked for the first time."""
        key = _key(identifier, peer_arns)
        async with self._lock:
            if key not in self._names:
                self._names[key] = await self._make(key)
                self._catalogs[key] = Catalog()
            return self._names[key], self._catalogs[key]

    def known(self, identifier: str, peer_arns: Sequence[str]) -> str | None:
        """The database of a cluster, when it has been made."""
        return self._names.get(_key(identifier, peer_arns))

    def names(self) -> list[str]:
        """The databases there are, each once."""
        return list(dict.fromkeys(self._names.values()))

    async def _make(self, key: str) -> str:
        if not self._names:
            return FIRST
        if not re.fullmatch(r"[a-z0-9]+", key):
            raise UpstreamError(f"{key} is not a cluster identifier")
        connection = await self._upstream.connect(self._upstream.owner, FIRST)
        try:
            await connection.run(messages.query(f'CREATE DATABASE "{key}" TEMPLATE template1'))
        finally:
            connection.close()
        return key


def _key(identifier: str, peer_arns: Sequence[str]) -> str:
    return min([identifier, *(arn.rsplit("/", 1)[-1] for arn in peer_arns)])
