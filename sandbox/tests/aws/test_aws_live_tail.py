"""StartLiveTail, read by boto3: its parser decides whether this is an event stream."""

import json
import socket
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from aws_support import ACCOUNT, EAST, WEST, code, until
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer
from botocore.exceptions import EventStreamError
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from local_stack.faults import Faults
from local_stack.logs import event_stream
from local_stack.logs.live_tail import Session, _update
from local_stack.logs.patterns import parsed
from local_stack.logs.requests import Streams
from local_stack.logs.store import now_ms


@pytest.fixture
def logs(stack):
    # What AWS_DISABLE_HOST_PREFIX_INJECTION does: nothing resolves stream-127.0.0.1.
    return stack.client(
        "logs",
        config=Config(
            inject_host_prefix=False, read_timeout=5, retries={"total_max_attempts": 1}, max_pool_connections=40
        ),
    )


@pytest.fixture
def make_group(logs):
    made = []

    def make(*streams, **more):
        name = f"/live/{time.time_ns()}"
        logs.create_log_group(logGroupName=name, **more)
        made.append(name)
        for stream in streams or ("s",):
            logs.create_log_stream(logGroupName=name, logStreamName=stream)
        return name

    yield make
    for name in made:
        logs.delete_log_group(logGroupName=name)


def arn(group, region=EAST):
    return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}"


def put(logs, group, *messages, stream="s"):
    logs.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now_ms(), "message": m} for m in messages]
    )


def sessions(stack):
    return stack.control("GET", "/status")[1]["liveTailSessions"]


class Tail:
    """A session; ``update`` is the next one that has events."""

    def __init__(self, logs, *arns, **more):
        self.stream = logs.start_live_tail(logGroupIdentifiers=list(arns), **more)["responseStream"]
        self.events = iter(self.stream)
        self.start = next(self.events)["sessionStart"]

    def update(self):
        for event in self.events:
            if event["sessionUpdate"]["sessionResults"]:
                return event["sessionUpdate"]
        raise AssertionError("the stream ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()


def test_a_session_tells_what_is_ingested_while_it_lasts(logs, make_group, stack):
    group = make_group()
    put(logs, group, "before")
    with Tail(logs, arn(group), logEventFilterPattern="?one ?late -never", logStreamNamePrefixes=["s"]) as tail:
        assert tail.start["logGroupIdentifiers"] == [arn(group)] and tail.start["logStreamNamePrefixes"] == ["s"]
        assert tail.start["sessionId"] and tail.start["requestId"]
        put(logs, group, "one", "never one")
        assert tail.update()["sessionResults"][0]["message"] == "one"


def test_what_an_event_says_and_when(logs, make_group, stack):
    group, other = make_group("a", "b"), make_group()
    with Tail(logs, arn(group), arn(other)) as tail:
        with stack.fault(kind="ingestion-lag", delayMs=1100, group=other):
            put(logs, other, "late")
        put(logs, group, "é first", stream="b")
        update = tail.update()
        assert update["sessionMetadata"] == {"sampled": False}
        (event,) = update["sessionResults"]
        assert (event["message"], event["logStreamName"], event["logGroupIdentifier"]) == ("é first", "b", arn(group))
        (event,) = tail.update()["sessionResults"]
        assert event["message"] == "late" and event["ingestionTime"] - event["timestamp"] >= 1100
    assert until(lambda: sessions(stack) == 0)


def test_more_than_500_in_a_second_are_a_sample(logs, make_group):
    group = make_group()
    with Tail(logs, arn(group)) as tail:
        put(logs, group, *(str(n) for n in range(1200)))
        update = tail.update()
        assert update["sessionMetadata"] == {"sampled": True} and len(update["sessionResults"]) == 500
        told = [int(event["message"]) for event in update["sessionResults"]]
        assert told == sorted(set(told)) and told[-1] > 1100


def test_what_is_refused(logs, make_group, stack):
    group, other, rare = make_group(), make_group(), make_group(logGroupClass="INFREQUENT_ACCESS")
    for wrong, expected in [
        ({"logGroupIdentifiers": [arn(group) + ":*"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [group]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [arn(group, WEST)]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [arn(f"/g{n}") for n in range(11)]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [arn("/absent")]}, "ResourceNotFoundException"),
        ({"logGroupIdentifiers": [arn(rare)]}, "InvalidOperationException"),
        ({"logGroupIdentifiers": [arn(group), arn(other)], "logStreamNames": ["s"]}, "InvalidParameterException"),
        (
            {"logGroupIdentifiers": [arn(group)], "logStreamNames": ["s"], "logStreamNamePrefixes": ["s"]},
            "InvalidParameterException",
        ),
        ({"logGroupIdentifiers": [arn(group)], "logEventFilterPattern": "a(b"}, "InvalidParameterException"),
    ]:
        assert code(logs.start_live_tail, **wrong) == expected
    # None of them counts as a session.
    assert until(lambda: sessions(stack) == 0)


def test_fifteen_sessions_at_once(logs, make_group):
    group = make_group()
    tails = [Tail(logs, arn(group)) for _ in range(15)]
    try:
        assert code(logs.start_live_tail, logGroupIdentifiers=[arn(group)]) == "LimitExceededException"
        tails.pop().stream.close()

        def another():
            try:
                return Tail(logs, arn(group))
            except logs.exceptions.LimitExceededException:
                return None

        tails.append(until(another))
        assert tails[-1] is not None
    finally:
        for tail in tails:
            tail.stream.close()


def test_the_three_hours_end_as_an_exception_in_the_stream(logs, make_group, stack):
    group = make_group()
    with stack.settings(liveTailSessionSeconds=1.5), Tail(logs, arn(group)) as tail:
        assert "sessionUpdate" in next(tail.events)
        with pytest.raises(EventStreamError, match="SessionTimeoutException"):
            list(tail.events)


@pytest.mark.parametrize(
    "kind, expected",
    [
        ("stream-corrupt", ChecksumMismatch),
        ("stream-cut", ProtocolError),
        ("stream-hang", ReadTimeoutError),
    ],
)
@pytest.mark.parametrize("after", [2, 3])
def test_faults_of_a_stream(logs, make_group, stack, kind, expected, after):
    group = make_group()
    with stack.fault(kind=kind, afterFrames=after, times=1, region=EAST), Tail(logs, arn(group)) as tail:
        seen = []
        with pytest.raises(expected):
            # One by one, so that what came before the fault is kept.
            seen.extend(tail.events)
        # Two frames are spoken for: the initial response and the session's start.
        assert len(seen) == after - 2
    with Tail(logs, arn(group)):
        pass


def test_a_truncated_stream_ends_inside_a_frame(logs, make_group, stack):
    """botocore takes what is left over for nothing; so the bytes are looked at."""
    group = make_group()
    with stack.fault(kind="stream-truncate", afterFrames=2, times=1):
        raw = signed(stack, arn(group))
    buffer = EventStreamBuffer()
    buffer.add_data(raw.body)
    assert [event.headers[":event-type"] for event in buffer] == ["initial-response", "sessionStart"]
    whole = event_stream.event("sessionUpdate", {"sessionMetadata": {"sampled": False}, "sessionResults": []})
    assert raw.body.endswith(whole[: len(whole) // 2]) and raw.is_whole


def signed(stack, group, host=None):
    """A session's bytes until the connection ends, with a host name of one's own in the signature."""
    address = urlsplit(stack.endpoint)
    request = AWSRequest(
        "POST",
        f"http://{host or address.netloc}/",
        {"X-Amz-Target": "Logs_20140328.StartLiveTail", "Content-Type": "application/x-amz-json-1.1"},
        json.dumps({"logGroupIdentifiers": [group]}),
    )
    SigV4Auth(Credentials(stack.key, stack.secret), "logs", EAST).add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.settimeout(10)
        sent = f"POST / HTTP/1.1\r\nHost: {host or address.netloc}\r\n{head}Content-Length: {len(request.body)}\r\n\r\n"
        connection.sendall(sent.encode() + request.body)
        data = b""
        while piece := connection.recv(65_536):
            data += piece
    top, _, rest = data.partition(b"\r\n\r\n")
    body = b""
    while rest and not rest.startswith(b"0\r\n"):
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return SimpleNamespace(head=top.decode(), body=body, is_whole=rest == b"0\r\n\r\n")


def test_the_prefixed_host_is_served_as_well(logs, make_group, stack):
    with stack.settings(liveTailSessionSeconds=0.0):
        answer = signed(stack, arn(make_group()), host="stream-logs.us-east-1.amazonaws.com")
    assert answer.head.startswith("HTTP/1.1 200") and "application/vnd.amazon.eventstream" in answer.head
    assert "Transfer-Encoding: chunked" in answer.head and "Content-Length" not in answer.head
    assert b"SessionTimeoutException" in answer.body


def test_a_client_that_goes_away_ends_its_session(logs, make_group, stack):
    group = make_group()
    with Tail(logs, arn(group)):
        assert sessions(stack) > 0
    assert until(lambda: sessions(stack) == 0)


# A slow client, without waiting for one


@pytest.fixture
def session(monkeypatch):
    groups = {"g": SimpleNamespace(name="g", arn="arn:g")}
    monkeypatch.setattr("local_stack.logs.live_tail.groups_of", lambda world, region: groups)
    world = SimpleNamespace(faults=Faults(), settings=SimpleNamespace(liveTailSessionSeconds=1e9))
    call = SimpleNamespace(region=EAST, parameters={})
    return Session(world, call, [groups["g"]], Streams(), parsed(""), [])


def told(session, since, seconds):
    buffer = EventStreamBuffer()
    for frame in session._updates(since, seconds):
        buffer.add_data(frame)
    return [json.loads(event.payload)["sessionResults"] for event in buffer]


def test_a_slow_client_misses_the_oldest_seconds(session):
    store, since = session._followed[0].store, 1_000_000
    for second in range(14):
        store.arrivals.append((since, since + 1000 * second + 500, second, "s", str(second)))
    found = told(session, since, 14)
    assert [[event["message"] for event in update] for update in found] == [[str(n)] for n in range(4, 14)]
    # What was told or left out is not told again; what was seen late belongs to the second it is told in.
    store.arrivals.append((since, since - 5, 99, "s", "late"))
    assert [[event["message"] for event in update] for update in told(session, since + 14_000, 2)] == [["late"], []]


def test_a_backlog_never_holds_more_than_5000_events(session):
    store = session._followed[0].store
    for second in range(12):
        store.arrivals += [(0, 1000 * second, second * 1000 + n, "s", "m") for n in range(600)]
    found = told(session, 0, 12)
    assert [len(update) for update in found] == [500] * 10


def test_a_sample_is_spread_over_its_second():
    followed = SimpleNamespace(arn="arn:g")
    update = _update([(followed, (0, 0, n, "s", str(n))) for n in range(1000)])
    assert [int(event["message"]) for event in update["sessionResults"]] == list(range(0, 1000, 2))
