"""From starting a program to the first byte it sends to AWS: `taskops whoami` beside the aws CLI and boto3.

Usage: first_byte.py TASKOPS DOCUMENT. All three make the same signed call, GetCallerIdentity, to a listener on loopback, which
notes when the first byte comes and then answers, so that each ends well. The table goes into the Markdown document between
its `<!-- first-byte: begin -->` and `<!-- first-byte: end -->`.
"""

from __future__ import annotations

import os
import platform
import queue
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

RUNS = 15
BEGIN, END = "<!-- first-byte: begin -->", "<!-- first-byte: end -->"
BODY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
SCRIPT = "import boto3; boto3.client('sts').get_caller_identity()"


class Listener:
    """Notes the time of the first byte of every connection."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.times: queue.Queue[float] = queue.Queue()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            heard = client.recv(65536)
            if not heard:
                return
            self.times.put(time.monotonic())
            # The body may come behind the head; botocore waits for nothing in between.
            while b"GetCallerIdentity" not in heard and (piece := client.recv(65536)):
                heard += piece
            client.sendall(ANSWER)


def measure(listener: Listener, command: list[str], variables: dict[str, str]) -> float:
    """Seconds from before the program is started; one that fails ends the benchmark."""
    began = time.monotonic()
    ended = subprocess.run(command, env=variables, capture_output=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr.decode(errors='replace').strip()}")
    return listener.times.get(timeout=10) - began


def main() -> int:
    taskops, document = sys.argv[1], Path(sys.argv[2])
    listener = Listener()
    sides = {
        "taskops whoami": [taskops, "whoami"],
        "aws sts get-caller-identity": [shutil.which("aws") or "", "sts", "get-caller-identity"],
        "boto3, the same call": [sys.executable, "-c", SCRIPT],
    }
    if not sides["aws sts get-caller-identity"][0]:
        print("skipped: the aws CLI is not installed, so the first byte was not compared with its own")
        del sides["aws sts get-caller-identity"]
    with tempfile.TemporaryDirectory() as home:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": listener.url,
        }
        runs: dict[str, list[float]] = {name: [] for name in sides}
        names = list(sides)
        for name in names:
            measure(listener, sides[name], variables)
        for number in range(RUNS):
            # Each begins as often as the others, so that none profits from what another left in the caches.
            for name in names[number % len(names) :] + names[: number % len(names)]:
                runs[name].append(measure(listener, sides[name], variables))
    medians = {name: statistics.median(times) for name, times in runs.items()}
    ours = medians["taskops whoami"]
    lines = [
        BEGIN,
        "### Start to first byte sent",
        "",
        f"`benchmarks/first_byte.py`, {RUNS} runs of each in turn, medians; {os.cpu_count()} cores ({platform.machine()}).",
        "",
        "| | start to first byte | taskops beside it |",
        "| --- | ---: | ---: |",
        *(f"| `{name}` | {time * 1000:.1f} ms | {ours / time:.3f} |" for name, time in medians.items()),
        "",
        END,
    ]
    before, found, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    if not found:
        sys.exit(f"{document} has no line {BEGIN}")
    document.write_text(before + "\n".join(lines) + rest.partition(END)[2], encoding="utf-8")
    print("\n".join(lines[1:-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
