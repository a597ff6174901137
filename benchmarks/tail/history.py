"""Reads a million events of 200 bytes from a fast server on this machine, beside whichever peer is installed.

Usage: history.py TAIL_HISTORY, the program built with
`swift build -c release --package-path benchmarks/tail --product tail-history`. The peer is the aws CLI's `logs tail`, or
else awslogs.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from typing import ClassVar

EVENTS, PAGE, MESSAGE = 1_000_000, 4000, 200
FIRST = 1_700_000_000_000


class Server(asyncio.Protocol):
    """Pages made once; only the page's number in timestamps and ids is put in anew."""

    groups = 1
    #: By how many events they hold.
    pages: ClassVar[dict[int, bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = re.search(rb"(?i)content-length: *(\d+)", self.buffer[:end])
            total = end + 4 + int(length[1] if length else 0)
            if len(self.buffer) < total:
                return
            body, self.buffer = self.buffer[end + 4 : total], self.buffer[total:]
            self.transport.write(self.answer(json.loads(body or b"{}")))

    def answer(self, asked: dict) -> bytes:
        size = min(PAGE, asked.get("limit") or PAGE)
        pages = -(-EVENTS // size // Server.groups)
        number = int(asked.get("nextToken") or 0)
        if size not in Server.pages:
            Server.pages[size] = make_page(size)
        body = Server.pages[size].replace(b"PPPPP", b"%05d" % number)
        body += b',"nextToken":"%d"}' % (number + 1) if number + 1 < pages else b"}"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: r\r\nContent-Length: %d\r\n\r\n"
        return head % len(body) + body


def make_page(size: int) -> bytes:
    events = ",".join(
        json.dumps(
            {
                "logStreamName": f"2023/11/14/[$LATEST]{index % 7:032x}",
                "timestamp": f"@1700PPPPP{index:04}@",
                "message": f'{index:08} "quoted" and more\n'.ljust(MESSAGE, "x"),
                "ingestionTime": f"@1700PPPPP{index:04}@",
                "eventId": f"{'38' * 20}PPPPP{index:011}",
            },
            separators=(",", ":"),
        )
        for index in range(size)
    )
    return (
        (b'{"events":[' + events.encode() + b'],"searchedLogStreams":[]')
        .replace(b'"@', b"")
        .replace(b'@"', b"")
    )


def serve() -> str:
    Server.pages[PAGE] = make_page(PAGE)
    ready: list[str] = []
    started = threading.Event()

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        ready.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        started.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    started.wait()
    return ready[0]


def peer(url: str) -> None:
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    version = (
        subprocess.run(
            ["aws", "--version"], check=False, capture_output=True, text=True
        ).stdout
        if shutil.which("aws")
        else ""
    )
    if version.startswith("aws-cli/2"):
        name, command = (
            "aws logs tail",
            ["aws", "logs", "tail", "g0", "--since", "2023-11-14T00:00:00Z"],
        )
    elif shutil.which("awslogs"):
        name, command = (
            "awslogs",
            [
                "awslogs",
                "get",
                "g0",
                "--start",
                "2023-11-14",
                f"--aws-endpoint-url={url}",
            ],
        )
    else:
        print("no peer: neither version 2 of the aws CLI nor awslogs is installed")
        return
    began = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    print(
        f"{name}: {EVENTS / seconds:,.0f} events/s, {usage.ru_utime + usage.ru_stime:.1f} s of CPU, "
        f"{usage.ru_maxrss / 1024:.0f} MiB, status {status}"
    )


def main() -> int:
    url = serve()
    for groups in (1, 10):
        Server.groups = groups
        for _ in range(3):
            record = json.loads(
                subprocess.run(
                    [sys.argv[1], url, str(groups)], check=True, capture_output=True
                ).stdout
            )
            print(
                f"tail-history, {groups} groups: {record['events']:,} events, {record['events'] / record['seconds']:,.0f} events/s, "
                f"{record['events'] / record['cpu_seconds']:,.0f} per CPU second, {record['peak_mib']:.0f} MiB"
            )
    Server.groups = 1
    peer(url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
