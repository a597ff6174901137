"""CloudWatch Logs as its readers meet it, with boto3 as the reader."""

import itertools
import json
import time

import pytest
from aws_support import ACCOUNT, EAST, WEST, code, until

HOUR = 3_600_000


def now():
    return int(time.time() * 1000)


@pytest.fixture
def logs(stack):
    return stack.client("logs")


@pytest.fixture
def make_group(logs):
    numbers = itertools.count()
    made = []

    def make(*streams, **more):
        name = f"/test/{time.time_ns()}-{next(numbers)}"
        logs.create_log_group(logGroupName=name, **more)
        made.append(name)
        for stream in streams or ("s",):
            logs.create_log_stream(logGroupName=name, logStreamName=stream)
        return name

    yield make
    for name in made:
        logs.delete_log_group(logGroupName=name)


def put(logs, group, *events, stream="s"):
    """Events are messages, or (timestamp, message)."""
    batch = [
        {"timestamp": e[0], "message": e[1]} if isinstance(e, tuple) else {"timestamp": now(), "message": e}
        for e in events
    ]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)


def messages(logs, group, **more):
    return [e["message"] for e in logs.filter_log_events(logGroupName=group, **more)["events"]]


def pages(logs, group, **more):
    found, token = [], {}
    while True:
        page = logs.filter_log_events(logGroupName=group, **more, **token)
        found.append(page["events"])
        if "nextToken" not in page:
            return found
        token = {"nextToken": page["nextToken"]}


def arn(group, region=EAST):
    return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}"


# What is meant


def test_patterns_decide_on_the_server(logs, make_group):
    group = make_group()
    put(logs, group, "ERROR one", "WARN two", '{"level": "ERROR", "ms": 12}', "a b 404")
    for pattern, expected in [
        ("ERROR", ["ERROR one", '{"level": "ERROR", "ms": 12}']),
        ("?ERROR ?WARN", ["ERROR one", "WARN two", '{"level": "ERROR", "ms": 12}']),
        ("ERROR -one", ['{"level": "ERROR", "ms": 12}']),
        ('{ $.level = "ERROR" && $.ms > 3 }', ['{"level": "ERROR", "ms": 12}']),
        ("[..., status=4*]", ["a b 404"]),
        ("%^[EW]%", ["ERROR one", "WARN two"]),
        ("absent", []),
    ]:
        assert messages(logs, group, filterPattern=pattern) == expected
    for wrong in ("foo-bar", "{ $.a = 1", "%a(b)%", "a" * 1025):
        assert code(logs.filter_log_events, logGroupName=group, filterPattern=wrong) == "InvalidParameterException"


def test_both_ends_of_the_time_are_meant(logs, make_group):
    group = make_group()
    base = now() - HOUR
    put(logs, group, *((base + n, str(n)) for n in range(10)))
    assert messages(logs, group, startTime=base + 3, endTime=base + 6) == list("3456")
    assert messages(logs, group, startTime=base + 8) == list("89")
    assert messages(logs, group, endTime=base) == ["0"]
    assert messages(logs, group, startTime=base + 5, endTime=base + 4) == []
    assert messages(logs, group, startTime=base, startFromHead=False) == list("9876543210")
    assert messages(logs, group, startTime=base + 2, endTime=base + 4, startFromHead=False) == list("432")
    assert code(logs.filter_log_events, logGroupName=group, startFromHead=False) == "InvalidParameterException"


def test_order_is_time_then_ingestion_then_the_order_of_putting(logs, make_group):
    group = make_group("s", "t")
    same = now() - 5000
    put(logs, group, (same, "first"), stream="t")
    put(logs, group, (same - 1, "earlier"), (same, "second"), stream="s")
    put(logs, group, (same, "third"), stream="t")
    assert messages(logs, group) == ["earlier", "first", "second", "third"]


def test_streams_by_name_or_by_prefix(logs, make_group):
    group = make_group("2026/a", "2026/b", "2027/c")
    base = now() - 1000
    for at, stream in enumerate(("2026/b", "2027/c", "2026/a")):
        put(logs, group, (base + at, stream), stream=stream)
    assert messages(logs, group, logStreamNames=["2027/c", "2026/a"]) == ["2027/c", "2026/a"]
    assert messages(logs, group, logStreamNames=["2027/c", "2026/a"], startTime=1735689600000, startFromHead=False) == [
        "2026/a",
        "2027/c",
    ]
    assert messages(logs, group, logStreamNamePrefix="2026/") == ["2026/b", "2026/a"]
    for wrong, expected in [
        ({"logStreamNames": ["2026/a"], "logStreamNamePrefix": "2"}, "InvalidParameterException"),
        ({"logStreamNames": [str(n) for n in range(101)]}, "InvalidParameterException"),
        ({"logStreamNames": ["absent"]}, "ResourceNotFoundException"),
    ]:
        assert code(logs.filter_log_events, logGroupName=group, **wrong) == expected


def test_a_group_is_named_in_exactly_one_way(logs, stack, make_group):
    group = make_group()
    put(logs, group, "x")
    assert logs.filter_log_events(logGroupIdentifier=arn(group))["events"]
    assert logs.filter_log_events(logGroupIdentifier=group)["events"]
    for wrong, expected in [
        ({}, "InvalidParameterException"),
        ({"logGroupName": group, "logGroupIdentifier": group}, "InvalidParameterException"),
        ({"logGroupIdentifier": arn(group) + ":*"}, "InvalidParameterException"),
        ({"logGroupIdentifier": arn(group, WEST)}, "InvalidParameterException"),
        ({"logGroupName": "/absent"}, "ResourceNotFoundException"),
        ({"logGroupIdentifier": arn("/absent")}, "ResourceNotFoundException"),
        ({"logGroupName": group, "limit": 10_001}, "InvalidParameterException"),
    ]:
        assert code(logs.filter_log_events, **wrong) == expected
    assert code(stack.client("logs", WEST).filter_log_events, logGroupName=group) == "ResourceNotFoundException"


def test_infrequent_access_cannot_be_read_this_way(logs, make_group):
    group = make_group(logGroupClass="INFREQUENT_ACCESS")
    put(logs, group, "x")
    assert code(logs.filter_log_events, logGroupName=group) == "InvalidOperationException"
    assert code(logs.get_log_events, logGroupName=group, logStreamName="s") == "InvalidOperationException"
    assert code(logs.create_log_group, logGroupName="/x", logGroupClass="RARE") == "InvalidParameterException"


# Pages


def test_pages_end_with_the_limit_and_nothing_is_lost_between_them(logs, make_group):
    group = make_group()
    base = now() - HOUR
    put(logs, group, *((base + n // 3, str(n)) for n in range(10)))
    found = pages(logs, group, limit=4)
    assert [len(page) for page in found] == [4, 4, 2]
    events = [event for page in found for event in page]
    assert [e["message"] for e in events] == [str(n) for n in range(10)]
    again = [event for page in pages(logs, group, limit=3) for event in page]
    assert [e["eventId"] for e in again] == [e["eventId"] for e in events] and len({e["eventId"] for e in events}) == 10
    backwards = pages(logs, group, limit=4, startTime=base, startFromHead=False)
    assert [e for page in backwards for e in page] == events[::-1]
    assert len(pages(logs, group, limit=10)) == 1


def test_a_page_holds_a_megabyte_and_goes_on_where_it_ended(logs, make_group):
    group = make_group()
    for n in range(5):
        put(logs, group, f"{n}" + "x" * 399_999)
    assert [[e["message"][0] for e in page] for page in pages(logs, group)] == [["0", "1"], ["2", "3"], ["4"]]


def test_a_filter_that_matches_little_gives_empty_pages(logs, make_group, stack):
    group = make_group()
    base = now() - HOUR
    put(logs, group, *((base + n, "needle" if n == 50 else "hay") for n in range(90)))
    with stack.settings(filterScanLimit=20):
        found = pages(logs, group, filterPattern="needle")
        assert [len(page) for page in found] == [0, 0, 1, 0, 0]
        assert sum(len(page) for page in pages(logs, group, filterPattern="absent")) == 0


def test_empty_pages_can_be_asked_for(logs, make_group, stack):
    group = make_group()
    put(logs, group, "a", "b")
    with stack.fault(kind="empty-page", times=2, region=EAST):
        assert [len(page) for page in pages(logs, group)] == [0, 0, 2]


def test_a_token_belongs_to_its_request(logs, make_group):
    group, other = make_group(), make_group()
    put(logs, group, "a", "b", "c")
    token = logs.filter_log_events(logGroupName=group, limit=1)["nextToken"]
    assert messages(logs, group, nextToken=token) == ["b", "c"]
    for wrong in (
        {"logGroupName": other, "nextToken": token},
        {"logGroupName": group, "nextToken": token, "filterPattern": "b"},
        {"logGroupName": group, "nextToken": "nonsense"},
    ):
        assert code(logs.filter_log_events, **wrong) == "InvalidParameterException"


def test_what_is_seen_late_is_found_by_reading_again(logs, make_group):
    """Paging goes by time: what is ingested behind its back is in the next reading, with the same ids as ever."""
    group = make_group()
    base = now() - HOUR
    put(logs, group, (base, "a"), (base + 10, "c"))
    page = logs.filter_log_events(logGroupName=group, limit=1)
    put(logs, group, (base - 5, "before"), (base + 5, "between"))
    assert messages(logs, group, nextToken=page["nextToken"]) == ["between", "c"]
    assert messages(logs, group) == ["before", "a", "between", "c"]
    assert page["events"][0] in logs.filter_log_events(logGroupName=group)["events"]


# Lag


def test_an_event_is_seen_when_it_is_ingested_and_not_before(logs, make_group, stack):
    group = make_group()
    with stack.fault(kind="ingestion-lag", delayMs=3000, group=group):
        put(logs, group, "late")
    begun = now()
    put(logs, group, "at once")
    assert messages(logs, group) == ["at once"]
    assert "lastEventTimestamp" in logs.describe_log_streams(logGroupName=group)["logStreams"][0]
    assert [e["message"] for e in logs.get_log_events(logGroupName=group, logStreamName="s")["events"]] == ["at once"]
    events = until(lambda: [e for e in logs.filter_log_events(logGroupName=group)["events"] if e["message"] == "late"])
    assert events[0]["ingestionTime"] <= now() and events[0]["ingestionTime"] - events[0]["timestamp"] >= 3000
    assert events[0]["ingestionTime"] >= begun
    assert messages(logs, group) == ["late", "at once"]


def test_lambda_s_own_lines_lag_by_kind(make_function, stack):
    function = make_function()
    with stack.fault(kind="ingestion-lag", delayMs=3000, lines="END,REPORT", group=f"/aws/lambda/{function.name}"):
        function.invoke({"print": "said"})
        kinds = [line.split(None, 1)[0] for line in function.lines()]
        assert kinds == ["INIT_START", "START", "said"]
    assert until(lambda: [line.split(None, 1)[0] for line in function.lines()][3:] == ["END", "REPORT"])


# Putting


def test_two_weeks_back_and_two_hours_ahead(logs, make_group):
    group = make_group()
    day = 24 * HOUR
    answer = put(logs, group, (now() - 15 * day, "old"), (now() - 14 * day - 9000, "old too"), (now() - 13 * day, "in"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    answer = put(logs, group, (now() + HOUR, "ahead"), (now() + 3 * HOUR, "new"))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert messages(logs, group) == ["in", "ahead"]
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    answer = put(logs, group, (now() - 2 * day, "expired"), (now(), "kept"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert "rejectedLogEventsInfo" not in put(logs, group, "x")


def test_batches_that_are_refused(logs, make_group):
    group = make_group()
    for events in (
        [(now(), "a"), (now() - 5, "b")],
        [(now() - 25 * HOUR, "a"), (now(), "b")],
        [(now(), "x" * 600_000)] * 2,
        [(now(), "x" * 1_048_577)],
    ):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            put(logs, group, *events)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        put(logs, group, "x", stream="absent")
    assert messages(logs, group) == []


# The rest


def test_get_log_events_has_tokens_that_end_by_repeating(logs, make_group):
    group = make_group()
    base = now() - HOUR
    put(logs, group, *((base + n, str(n)) for n in range(5)))

    def read(**more):
        page = logs.get_log_events(logGroupName=group, logStreamName="s", **more)
        return [e["message"] for e in page["events"]], page["nextForwardToken"], page["nextBackwardToken"]

    assert read()[0] == list("01234")
    assert read(startTime=base + 1, endTime=base + 3, startFromHead=True)[0] == list("12")
    assert read(limit=2)[0] == list("34")
    found, forward, _ = read(limit=3, startFromHead=True)
    assert found == list("012")
    found, forward, backward = read(limit=3, startFromHead=True, nextToken=forward)
    assert found == list("34")
    found, end, _ = read(startFromHead=True, nextToken=forward)
    assert (found, end) == ([], forward)
    assert read(nextToken=backward, limit=2)[0] == list("12")
    put(logs, group, (base + 9, "new"))
    assert read(startFromHead=True, nextToken=end)[0] == ["new"]
    assert (
        code(logs.get_log_events, logGroupName=group, logStreamName="s", nextToken="x/1") == "InvalidParameterException"
    )


def test_an_empty_stream_can_be_followed_from_its_first_token(logs, make_group):
    group = make_group()
    page = logs.get_log_events(logGroupName=group, logStreamName="s")
    assert page["events"] == []
    put(logs, group, (now() - HOUR, "first"))
    following = logs.get_log_events(
        logGroupName=group, logStreamName="s", nextToken=page["nextForwardToken"], startFromHead=True
    )
    assert [e["message"] for e in following["events"]] == ["first"]


def test_groups_are_described_by_prefix_part_and_class(logs, make_group):
    names = sorted([make_group(), make_group(), make_group(logGroupClass="INFREQUENT_ACCESS")])
    rare = next(
        n
        for n in names
        if logs.describe_log_groups(logGroupNamePrefix=n)["logGroups"][0]["logGroupClass"] != "STANDARD"
    )
    found = logs.describe_log_groups(logGroupNamePrefix="/test/")["logGroups"]
    assert [g["logGroupName"] for g in found] == names
    assert all(g["arn"] == g["logGroupArn"] + ":*" for g in found)
    first = logs.describe_log_groups(logGroupNamePrefix="/test/", limit=2)
    rest = logs.describe_log_groups(logGroupNamePrefix="/test/", limit=2, nextToken=first["nextToken"])
    assert [g["logGroupName"] for g in first["logGroups"] + rest["logGroups"]] == names and "nextToken" not in rest
    part = logs.describe_log_groups(logGroupNamePattern=names[1][3:])["logGroups"]
    assert [sorted(g) for g in part] == [["arn", "creationTime", "logGroupName"]]
    assert logs.describe_log_groups(logGroupNamePattern=names[1][3:].upper())["logGroups"] == []
    by_class = logs.describe_log_groups(logGroupClass="INFREQUENT_ACCESS", logGroupNamePrefix="/test/")["logGroups"]
    assert [g["logGroupName"] for g in by_class] == [rare]
    for wrong in ({"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}, {"limit": 51}, {"nextToken": "?"}):
        assert code(logs.describe_log_groups, **wrong) == "InvalidParameterException"


def test_tags_streams_and_what_moto_answers_still_agree(logs, make_group):
    group = make_group("a", "b", tags={"team": "x"})
    base = now() - HOUR
    put(logs, group, (base, "1"), (base + 5, "2"), stream="a")
    assert logs.list_tags_for_resource(resourceArn=arn(group))["tags"] == {"team": "x"}
    described = {s["logStreamName"]: s for s in logs.describe_log_streams(logGroupName=group)["logStreams"]}
    assert described["a"]["firstEventTimestamp"] == base and described["a"]["lastEventTimestamp"] == base + 5
    assert described["a"]["storedBytes"] == 0 and "lastEventTimestamp" not in described["b"]
    query = logs.start_query(
        logGroupName=group, startTime=base // 1000 - 9, endTime=now() // 1000 + 9, queryString="fields @message"
    )
    assert len(logs.get_query_results(queryId=query["queryId"])["results"]) == 2
    logs.delete_log_stream(logGroupName=group, logStreamName="a")
    assert messages(logs, group) == []
    logs.create_log_stream(logGroupName=group, logStreamName="a")
    put(logs, group, "anew", stream="a")
    assert messages(logs, group, logStreamNames=["a"]) == ["anew"]


def test_metric_filters_are_tested_by_the_same_rules(logs):
    answer = logs.test_metric_filter(
        filterPattern="[w1=ERROR, w2]", logEventMessages=["INFO a", "ERROR b c", json.dumps({"a": 1})]
    )
    assert answer["matches"] == [
        {"eventNumber": 2, "eventMessage": "ERROR b c", "extractedValues": {"$w1": "ERROR", "$w2": "b c"}}
    ]
    assert code(logs.test_metric_filter, filterPattern="a(", logEventMessages=["x"]) == "InvalidParameterException"


def test_a_quarter_of_a_million_events_are_read_wherever_they_lie(logs, make_group):
    group = make_group()
    base = now() - 10 * HOUR
    for batch in range(25):
        put(logs, group, *((base + batch * 10_000 + n, f"event {batch * 10_000 + n}") for n in range(10_000)))
    for at in range(0, 250_000, 10_000):
        assert messages(logs, group, startTime=base + at, endTime=base + at + 4) == [f"event {at + n}" for n in range(5)]
    assert len(messages(logs, group, startTime=base + 100_000)) == 10_000
    found = logs.describe_log_streams(logGroupName=group)["logStreams"][0]
    assert found["lastEventTimestamp"] == base + 249_999
