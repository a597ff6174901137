"""How the stack is: asked of the processes and ports themselves, not of what was noted about them."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from . import postgres
from .down import place_of, server_process
from .progress import emit
from .state import Directory

REPAIR = "Bring it back with: taskops sandbox up"


def status(directory: Directory) -> bool:
    """Says how each part is; False when the stack cannot be used, be it broken or not there at all."""
    state = directory.read()
    if state is None:
        emit("stack", "stopped", "no local stack is up", hint="taskops sandbox up")
        return False
    healthy = True
    place = place_of(directory, state)
    running = postgres.running_in(place.data)
    if running and running.is_running:
        emit("postgres", "ready", f"pid {running.pid}, on the socket in {place.socket_directory}")
    else:
        emit("postgres", "failed", summary="PostgreSQL does not run.", hint=REPAIR)
        healthy = False
    server = server_process(directory, state)
    if server is None or not server.is_running:
        emit("server", "failed", summary="The server has died, and with it everything that was deployed.", hint=REPAIR)
        return False
    addresses = directory.server()
    if not addresses.get("endpoint"):
        emit("server", "starting", f"pid {server.pid}")
        return False
    for name, port in [
        ("server", urlsplit(addresses["endpoint"]).port),
        ("control", urlsplit(addresses["control"]).port),
        *((f"{region} database", port) for region, port in addresses["gates"].items()),
    ]:
        if _answers(port):
            emit(name, "ready", f"on 127.0.0.1:{port}")
        else:
            emit(name, "failed", summary=f"Nothing answers on 127.0.0.1:{port}.", hint=REPAIR)
            healthy = False
    if not state.deployed:
        emit("stack", "failed", summary="The stack was never deployed to the end.", hint=REPAIR)
        return False
    if healthy:
        emit("stack", "ready", f"{state.names['stack']}-{state.names['environment']} in "
             + " and ".join(state.names["regions"]), configuration=str(directory / "taskops.yaml"))
    return healthy


def _answers(port: int | None) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port or 0), timeout=2).close()
    except OSError:
        return False
    return True
