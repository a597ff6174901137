"""Small signed calls at 32 in flight, and signatures, beside botocore; printed as a table.

Usage: client.py CLIENT_CALLS, the program built with
`swift build -c release --package-path benchmarks/client --product client-calls`. With a second argument, a Markdown
document, the table also goes there, between its `<!-- client: begin -->` and `<!-- client: end -->`.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
from pathlib import Path

PAIRS, CALLS, IN_FLIGHT = 11, 1000, 32
BEGIN, END = "<!-- client: begin -->", "<!-- client: end -->"
BODY = b'{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: r\r\nContent-Length: %d\r\n\r\n"
    % len(BODY)
) + BODY


class Answering(asyncio.Protocol):
    """Reads requests by their length and answers all alike: cheap, so that the clients are what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = 0
            for line in self.buffer[:end].split(b"\r\n"):
                if line[:15].lower() == b"content-length:":
                    length = int(line[15:])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(ANSWER)


def serve() -> str:
    """Starts the server on a thread of its own and gives its URL."""
    ready: list[str] = []
    started = threading.Event()

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        ready.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        started.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    started.wait()
    return ready[0]


def measure(command: list[str]) -> dict[str, float]:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    url = serve()
    sizes = [url, str(CALLS), str(IN_FLIGHT)]
    sides = {
        "ours": [sys.argv[1], *sizes, "20000"],
        "peer": [sys.executable, str(Path(__file__).with_name("client_peer.py")), *sizes, "2000"],
    }
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    for number in range(PAIRS):
        for side in sorted(sides, reverse=number % 2 == 1):
            runs[side].append(measure(sides[side]))
    lines = [
        BEGIN,
        "### 1,000 small signed calls at 32 in flight, beside botocore",
        "",
        f"`benchmarks/client`, {PAIRS} pairs in turn, medians; {os.cpu_count()} cores ({platform.machine()}).",
        "",
        "| | taskops | botocore | ratio | goal |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    rows = [
        ("CPU per call", "cpu_us_per_call", " µs", "≤ 0.20"),
        ("calls per second", "calls_per_second", "", ""),
        ("signatures per CPU second", "signatures_per_second", "", ""),
    ]
    for title, key, unit, goal in rows:
        ours, peer = (statistics.median(run[key] for run in runs[side]) for side in ("ours", "peer"))
        lines.append(f"| {title} | {ours:,.0f}{unit} | {peer:,.0f}{unit} | {ours / peer:.3f} | {goal} |")
    lines += ["", END]
    if len(sys.argv) > 2:
        document = Path(sys.argv[2])
        before, found, rest = document.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2] if found else "\n"
        document.write_text(before + "\n".join(lines) + after, encoding="utf-8")
    print("\n".join(lines[1:-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
