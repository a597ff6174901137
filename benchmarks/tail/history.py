"""Reads a million events of 200 bytes from a fast server on this machine, beside awslogs.

Usage: history.py TAIL_HISTORY TASKOPS AWSLOGS DOCUMENT: the engine alone, built with
`swift build -c release --package-path benchmarks/tail --product tail-history`; the program; the peer's folder, from
`pip install --target`; and the page that the table goes into. (`aws logs tail` is of version 2 of the aws CLI, which PyPI
does not have.) The peer reads fewer events, for it takes a minute for so many.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import ClassVar

from fast_logs import FastLogs

EVENTS, PAGE, MESSAGE = 1_000_000, 4000, 200
FIRST = 1_700_000_000_000
#: How often each is run; what is told is the median.
RUNS = 10
#: Of ten groups AWS's quota brings 27,000 events a second, of which a million take most of a minute; the peer reads
#: 9,000. What a second of CPU does shows with fewer.
MANY_EVENTS, PEER_EVENTS = 252_000, 40_000


class Server(FastLogs):
    """Pages made once; only the page's number in timestamps and ids is put in anew."""

    groups, events = 1, EVENTS
    #: By how many events they hold.
    pages: ClassVar[dict[int, bytes]] = {}

    def answer(self, asked: dict) -> bytes:
        size = min(PAGE, asked.get("limit") or PAGE)
        pages = -(-Server.events // size // Server.groups)
        number = int(asked.get("nextToken") or 0)
        if size not in Server.pages:
            Server.pages[size] = make_page(size)
        body = Server.pages[size].replace(b"PPPPP", b"%05d" % number)
        body += b',"nextToken":"%d"}' % (number + 1) if number + 1 < pages else b"}"
        return body


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


def total(groups: int) -> int:
    """Whole pages: with many groups a page is what the engine asks for."""
    size = PAGE if groups < 3 else max(300, 12_000 // groups)
    return -(-Server.events // size // groups) * size * groups


def measured(command: list[str], url: str, **more: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds, peak MiB, and nothing of a command that fails."""
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }
    began = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(
            command, stdout=nowhere, env=environment, cwd=tempfile.gettempdir()
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {status}")
    return (
        time.monotonic() - began,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
    )


def middle(runs: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    return tuple(statistics.median(column) for column in zip(*runs))


def main() -> int:
    history, taskops, awslogs, document = sys.argv[1:]
    Server.pages[PAGE] = make_page(PAGE)
    url = Server.serve()
    rows = []

    def row(what: str, groups: int, count: int, wall: float, cpu: float, peak: float):
        rows.append(
            f"| {what} | {groups} | {count:,} | {count / wall:,.0f} | {count / cpu:,.0f} | {peak:.0f} MiB |"
        )
        print(rows[-1], flush=True)

    for groups in (1, 10):
        Server.groups = groups
        runs = []
        for _ in range(RUNS):
            record = json.loads(
                subprocess.run(
                    [history, url, str(groups)], check=True, capture_output=True
                ).stdout
            )
            assert record["events"] == total(groups) and record["late"] == 0, record
            runs.append((record["seconds"], record["cpu_seconds"], record["peak_mib"]))
        row("the engine alone", groups, total(groups), *middle(runs))
    window = ["--since", "2023-11-14T00:00Z", "--until", "2026-01-01T00:00Z"]
    for groups, output in ((1, "raw"), (1, "jsonl"), (10, "jsonl")):
        Server.groups, Server.events = groups, EVENTS if groups == 1 else MANY_EVENTS
        names = [f"g{number}" for number in range(groups)]
        command = [os.path.abspath(taskops), "tail", *names, "--region", "us-east-1"]
        runs = [
            measured([*command, *window, "--output", output], url) for _ in range(RUNS)
        ]
        row(f"`taskops tail --output {output}`", groups, total(groups), *middle(runs))
    Server.groups, Server.events = 1, PEER_EVENTS
    ours, theirs = [], []
    for _ in range(RUNS):
        command = [os.path.abspath(taskops), "tail", "g0", "--region", "us-east-1"]
        ours.append(measured([*command, *window], url))
        theirs.append(
            measured(
                [
                    sys.executable,
                    "-c",
                    "import sys; from awslogs.bin import main; sys.exit(main(sys.argv))",
                    "get",
                    "g0",
                    "--no-color",
                    "--start=2023-11-14",
                    f"--aws-endpoint-url={url}",
                ],
                url,
                PYTHONPATH=os.path.abspath(awslogs),
            )
        )
    a, b = middle(ours), middle(theirs)
    row("`taskops tail`, in turn with", 1, PEER_EVENTS, *a)
    row("`awslogs get`", 1, PEER_EVENTS, *b)
    table = [
        f"{EVENTS:,} events of {MESSAGE} bytes from a server on the same machine ({os.cpu_count()} cores), medians of {RUNS} runs.",
        "",
        "| | groups | events | events/s | events per CPU second | peak |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        f"Beside `awslogs get` on the same {PEER_EVENTS:,}: wall {a[0] / b[0]:.3f}, CPU {a[1] / b[1]:.3f}, memory {a[2] / b[2]:.3f}.",
    ]
    page = open(document).read()
    begin, end = "<!-- tail: begin -->\n", "<!-- tail: end -->"
    head, rest = page.split(begin)
    with open(document, "w") as file:
        file.write(head + begin + "\n".join(table) + "\n\n" + end + rest.split(end)[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
