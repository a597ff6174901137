"""The control address: faults, settings, counts and state, as JSON over HTTP on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from .faults import FaultError
from .http_server import Handler, Request, Response
from .settings import SettingsError
from .states import StateError
from .world import World


class ControlAddress:
    """``sources`` are further parts of ``GET /status``, each a name and a function that answers JSON."""

    def __init__(self, world: World, sources: dict[str, Callable[[], Any]]) -> None:
        self._world = world
        self._sources = sources
        self._started = time.time()

    def handler(self) -> Handler:
        return self._handle

    def _handle(self, request: Request) -> Response:
        # A page in a browser can reach loopback ports too; it must not be able to break things here.
        if "origin" in request.headers:
            return _answer(403, {"error": "this address is not for web pages"})
        parts = [part for part in request.path.split("/") if part]
        try:
            match (request.method, parts):
                case ("GET", ["faults"]):
                    return _answer(200, {"faults": self._world.faults.as_json()})
                case ("POST", ["faults"]):
                    fault = self._world.faults.add(_json(request))
                    return _answer(201, {"id": fault.id, "fault": fault.as_json()})
                case ("DELETE", ["faults"]):
                    return _answer(200, {"removed": self._world.faults.clear()})
                case ("DELETE", ["faults", fault_id]):
                    if self._world.faults.remove(fault_id):
                        return _answer(200, {"removed": 1})
                    return _answer(404, {"error": f"there is no fault {fault_id}; GET /faults lists them"})
                case ("GET", ["settings"]):
                    return _answer(200, self._world.settings.as_json())
                case ("PUT", ["settings"]):
                    return _answer(200, self._world.settings.update(_object(_json(request))))
                case ("GET", ["states"]):
                    return _answer(200, {"states": self._world.states.as_json(), "kinds": self._world.states.kinds()})
                case ("PUT", ["states"]):
                    return _answer(200, {"state": self._world.states.set(_json(request))})
                case ("DELETE", ["states"]):
                    named = {key: values[0] for key, values in request.query.items() if key in ("kind", "region", "name")}
                    return _answer(200, {"removed": self._world.states.clear(**named)})
                case ("GET", ["calls"]):
                    return _answer(200, {"calls": self._world.calls.as_json()})
                case ("GET", ["status"]):
                    return _answer(200, self._status())
            return _answer(
                404,
                {
                    "error": f"no {request.method} {request.path} here; there are GET|POST|DELETE /faults, "
                    "GET|PUT /settings, GET|PUT|DELETE /states, GET /calls and GET /status"
                },
            )
        except (FaultError, SettingsError, StateError) as problem:
            return _answer(400, {"error": str(problem)})

    def _status(self) -> dict[str, Any]:
        return {
            "startedAt": self._started,
            "uptimeSeconds": round(time.time() - self._started, 3),
            "endpointUrl": self._world.endpoint_url,
            "account": self._world.account_id,
            "gates": self._world.gate_ports,
            "counters": dict(sorted(self._world.counters.items())),
            "faults": self._world.faults.as_json(),
            "clusters": self._world.dsql.views(),
            **{name: source() for name, source in self._sources.items()},
        }


def _answer(status: int, value: Any) -> Response:
    return Response(status, (json.dumps(value, sort_keys=True) + "\n").encode(), {"Content-Type": "application/json"})


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise FaultError("the body is not JSON") from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError("the body is a JSON object of settings")
    return value
