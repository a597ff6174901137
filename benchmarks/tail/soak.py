"""Follows 100 groups with 2,000 lines a second for ten minutes: memory has to stay flat, and half a core to suffice.

Usage: soak.py TASKOPS; MINUTES, 10 unless said otherwise. The server keeps no lines: which there are, and when they
come to be seen, follows from their numbers. Every line has to be shown once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time

from fast_logs import FastLogs

GROUPS, RATE = 100, 2000
MINUTES = float(os.environ.get("MINUTES", "10"))
TICK = os.sysconf("SC_CLK_TCK")


def lag(number: int) -> int:
    """In milliseconds: most lines come within a second, one in twenty after up to eight."""
    hashed = (number * 2654435761) & 0xFFFFFFFF
    return 1000 + hashed % 7000 if hashed % 20 == 0 else 50 + hashed % 950


class Server(FastLogs):
    begun = 0
    calls = 0

    def answer(self, asked: dict) -> bytes:
        Server.calls += 1
        group = int(asked["logGroupName"][1:])
        now = int(time.time() * 1000)
        # Line n is written half a millisecond after line n - 1, into group n % 100.
        first = max(0, (asked["startTime"] - Server.begun) * RATE // 1000)
        first += (group - first) % GROUPS
        last = min(
            now, asked.get("endTime") or now, Server.begun + int(MINUTES * 60_000)
        )
        events = []
        for number in range(first, (last - Server.begun) * RATE // 1000, GROUPS):
            at = Server.begun + number * 1000 // RATE
            if at < asked["startTime"] or at + lag(number) > now:
                continue
            events.append(
                '{"logStreamName":"s%d","timestamp":%d,"message":"%09d %s","ingestionTime":%d,"eventId":"%d"}'
                % (number % 7, at, number, "x" * 120, at + lag(number), 10**20 + number)
            )
        body = ('{"events":[' + ",".join(events) + "]}").encode()
        return body


def look(process: int) -> tuple[float, float]:
    """CPU seconds so far, resident MiB."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK, int(fields[21]) * os.sysconf(
        "SC_PAGE_SIZE"
    ) / 2**20


def main() -> int:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_ENDPOINT_URL": Server.serve(),
    }
    Server.begun = int(time.time() * 1000) + 1000
    expected = int(MINUTES * 60 * RATE)
    seen, twice, late = bytearray(expected), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        tail = subprocess.Popen(
            [os.path.abspath(sys.argv[1]), "tail"]
            + [f"g{number}" for number in range(GROUPS)]
            + [
                "--region",
                "us-east-1",
                "--since",
                "1s",
                "--follow",
                "--output",
                "jsonl",
            ],
            stdout=subprocess.PIPE,
            env=environment,
            cwd=folder,
        )

        def count() -> None:
            nonlocal twice, late
            for line in tail.stdout:
                number = int(line[line.index(b'"message":"') + 11 :][:9])
                twice += seen[number]
                seen[number] = 1
                late += b'"late":true' in line

        reader = threading.Thread(target=count)
        reader.start()
        samples = []
        print("  minute    lines      CPU  RSS MiB", flush=True)
        deadline = time.monotonic() + MINUTES * 60
        before = look(tail.pid)[0]
        while time.monotonic() < deadline:
            time.sleep(min(30, max(1, deadline - time.monotonic())))
            cpu, memory = look(tail.pid)
            samples.append((cpu, memory))
            print(
                f"{(time.time() * 1000 - Server.begun) / 60_000:8.1f} {seen.count(1):8} {cpu - before:7.1f}s {memory:8.1f}",
                flush=True,
            )
        cpu = (samples[-1][0] - before) / (MINUTES * 60)
        # Until the last line has come.
        limit = time.monotonic() + 90
        while seen.count(1) < expected and time.monotonic() < limit:
            time.sleep(0.5)
        tail.send_signal(2)
        status = tail.wait(30)
        reader.join()
    # Ids are kept for up to three and a half minutes: until then there are more and more of them.
    quarter = max(1, len(samples) // 4)
    early = max(memory for _, memory in samples[quarter : 2 * quarter + 1])
    last = max(memory for _, memory in samples[-quarter:])
    lost = expected - seen.count(1)
    print(
        f"soak-tail: {GROUPS} groups, {RATE} lines a second for {MINUTES:g} minutes: {expected:,} lines, {lost} lost, {twice} twice, "
        f"{late * 100 / expected:.1f} % marked late; {Server.calls / MINUTES / 60:.1f} calls a second, {cpu:.2f} of a core, "
        f"{early:.1f} MiB in the second quarter and {last:.1f} MiB in the last; status {status}"
    )
    return int(
        lost > 0 or twice > 0 or cpu > 0.5 or last > early * 1.1 or status != 0
    )


if __name__ == "__main__":
    sys.exit(main())
