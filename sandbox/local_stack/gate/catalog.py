"""Which tables' definitions changed when, so that sessions of a stale catalog are told so (OC001).

AWS, "Concurrency control in Aurora DSQL": a session whose cached catalog is older than another session's
DDL, GRANT or REVOKE gets SQLSTATE 40001 with OC001 when it cannot rebase, and is up to date afterwards.
When exactly DSQL can rebase is not published; here a change of a table the session has used cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable


class Catalog:
    """The catalog of one database, shared by all sessions of all Regions."""

    def __init__(self) -> None:
        self._version = 0
        self._changed: dict[str, int] = {}

    def change(self, relations: Iterable[str]) -> None:
        self._version += 1
        for name in relations:
            self._changed[name] = self._version

    def changed_at(self, relation: str) -> int:
        return self._changed.get(relation, 0)

    @property
    def version(self) -> int:
        return self._version


class CatalogCache:
    """What one session knows of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, int] = {}

    def is_stale(self, relations: Iterable[str]) -> bool:
        """Whether a table used before has changed since; the session knows the new state afterwards."""
        stale = False
        for name in relations:
            changed = self._catalog.changed_at(name)
            if self._known.get(name, changed) < changed:
                stale = True
            self._known[name] = changed
        return stale

    def changed_here(self, relations: Iterable[str]) -> None:
        names = list(relations)
        self._catalog.change(names)
        for name in names:
            self._known[name] = self._catalog.changed_at(name)
