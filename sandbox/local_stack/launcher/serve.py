"""The one long-lived process: AWS's operations, the Lambda runtime, the gates, the control address."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from .processes import ProcessId
from .state import CA, SERVER, Directory, write_json

log = logging.getLogger(__name__)

#: How soon the server notices that its directory was taken away, and ends.
WATCH_SECONDS = 1.0
#: What ``up`` writes to the server's standard input once it has noted whose process the server is.
GO_ON = b"noted\n"


def serve(directory: Directory) -> int:
    """Runs until it is told to end, or until the directory is no longer its own.

    It touches nothing before ``up`` has noted it. Were ``up`` killed until then, nobody would know this process,
    and it would take the directory away from the server that the next ``up`` starts.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if sys.stdin.buffer.readline() != GO_ON:
        log.error("nobody has noted this server; start one with: taskops sandbox up")
        return 1
    state = directory.read()
    own = ProcessId.of(os.getpid())
    if state is None or own is None:
        log.error("%s holds no stack; start one with: taskops sandbox up", directory.path)
        return 1
    identity = own.as_json()
    write_json(directory / SERVER, {"process": identity})
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    from ..gate import Gates
    from ..server import LocalStack
    from .postgres import OWNER

    stack = LocalStack(directory.path)
    gates = Gates(
        stack.world, state.names["regions"], socket_directory=Path(state.postgres["sockets"]), owner=OWNER,
        certificate_directory=directory / "gate", ca_file=directory / CA,
    )
    try:
        ports = gates.start()
        stack.start()
        write_json(directory / SERVER, {
            "process": identity,
            "endpoint": stack.endpoint_url,
            "control": stack.control_url,
            "gates": ports,
            "operator": {"accessKeyId": stack.operator.access_key_id,
                         "secretAccessKey": stack.operator.secret_access_key},
        })
        while not ending.wait(WATCH_SECONDS):
            if directory.server().get("process") != identity:
                log.warning("the directory is no longer this server's; it ends")
                break
    finally:
        stack.close()
        gates.stop()
    return 0
