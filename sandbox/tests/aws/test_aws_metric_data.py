"""Metrics that are put, read back and computed with, in each protocol CloudWatch speaks."""

from datetime import timedelta

import pytest
from aws_support import code
from botocore.exceptions import ClientError
from cloudwatch_support import PROTOCOLS, math, minute, named, one_minute, speaking, stat, unique, values


@pytest.fixture(autouse=True)
def _one_minute():
    with one_minute():
        yield


@pytest.fixture
def cloudwatch(stack):
    return stack.client("cloudwatch")


def put(client, namespace, name, *points, dimensions=(), unit="Count", **more):
    data = [
        {"MetricName": name, "Value": value, "Timestamp": minute(ago), "Unit": unit, "Dimensions": list(dimensions)}
        for ago, value in points
    ]
    client.put_metric_data(Namespace=namespace, MetricData=[{**datum, **more} for datum in data])


def message(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_put_is_read_back_in_each_protocol(stack, protocol):
    client, namespace = speaking(stack, protocol), unique("Space")
    dimensions = named(A="1", B="2")
    put(client, namespace, "Hits", (2, 1.5), (2, 2.5), (1, 4), dimensions=dimensions)
    answer = client.get_metric_data(
        MetricDataQueries=[stat("m1", namespace, "Hits", "Sum", 60, *dimensions)], StartTime=minute(5), EndTime=minute()
    )
    (result,) = answer["MetricDataResults"]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("m1", "Hits", "Complete")
    assert result["Timestamps"] == [minute(1), minute(2)]
    assert result["Values"] == [4.0, 4.0]
    points = client.get_metric_statistics(
        Namespace=namespace,
        MetricName="Hits",
        Dimensions=dimensions,
        StartTime=minute(5),
        EndTime=minute(),
        Period=60,
        Statistics=["SampleCount", "Minimum", "Maximum", "Sum", "Average"],
    )["Datapoints"]
    at = {point.pop("Timestamp"): point for point in points}
    assert at[minute(2)] == {
        "SampleCount": 2.0,
        "Minimum": 1.5,
        "Maximum": 2.5,
        "Sum": 4.0,
        "Average": 2.0,
        "Unit": "Count",
    }
    listed = client.list_metrics(Namespace=namespace)["Metrics"]
    assert listed == [{"Namespace": namespace, "MetricName": "Hits", "Dimensions": dimensions}]
    assert code(client.get_metric_data, **_window([])) == "ValidationError"
    assert code(client.get_metric_data, **_window([stat("m1", namespace, "Hits", "Sum")]), NextToken="x") == (
        "InvalidNextToken"
    )


def _window(queries):
    return {"MetricDataQueries": queries, "StartTime": minute(5), "EndTime": minute()}


def test_a_large_request_is_compressed_by_the_sdk_and_understood(cloudwatch):
    namespace = unique("Space")
    data = [{"MetricName": f"Metric{n}", "Value": n, "Dimensions": named(Long="x" * 100)} for n in range(300)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    assert len(cloudwatch.list_metrics(Namespace=namespace)["Metrics"]) == 300


@pytest.mark.parametrize(
    "statistic, expected",
    [
        ("SampleCount", 100),
        ("Sum", 5050),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("p50", 50),
        ("p95", 95),
        ("p99.9", 100),
        ("p0", 1),
        ("tm95", 48),
        ("TM(10%:90%)", 50.5),
        ("TC(:20)", 20),
        ("TS(:3)", 6),
        ("PR(:25)", 25),
        ("wm90", 49.95),
    ],
)
def test_statistics_are_of_the_values(cloudwatch, statistic, expected):
    namespace = unique("Space")
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[{"MetricName": "M", "Values": [float(n) for n in range(1, 101)], "Timestamp": minute(1)}],
    )
    computed = values(cloudwatch, stat("m", namespace, "M", statistic))["m"]
    if statistic == "wm90":
        expected = (sum(range(1, 91)) + 90 * 10) / 100
    assert computed == {1: pytest.approx(expected)}


def test_counts_and_summaries(cloudwatch):
    namespace = unique("Space")
    summary = {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4}
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": "Counted", "Values": [1, 10], "Counts": [9, 1], "Timestamp": minute(1)},
            {"MetricName": "Summed", "StatisticValues": summary, "Timestamp": minute(1)},
        ],
    )
    queries = [stat("p90", namespace, "Counted", "p90"), stat("p91", namespace, "Counted", "p91")]
    queries += [stat("mean", namespace, "Summed", "Average"), stat("none", namespace, "Summed", "p50")]
    assert values(cloudwatch, *queries) == {"p90": {1: 1.0}, "p91": {1: 10.0}, "mean": {1: 2.5}, "none": {}}


def test_periods_are_counted_from_the_start_and_the_end_is_left_out(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "M", *((ago, 1) for ago in range(10)))
    start = minute(7) + timedelta(seconds=42)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[stat("m", namespace, "M", "Sum", 300)], StartTime=start, EndTime=minute(1)
    )["MetricDataResults"][0]
    # The start is rounded down to its minute; the last period is cut short by the end.
    assert answer["Timestamps"] == [minute(2), minute(7)]
    assert answer["Values"] == [1.0, 5.0]


def test_units_are_kept_apart_when_one_is_asked_for(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "M", (1, 1), unit="Seconds")
    put(cloudwatch, namespace, "M", (1, 20), unit="Milliseconds")
    queries = [stat("s", namespace, "M", "Sum", 60, unit="Seconds"), stat("all", namespace, "M", "Sum")]
    queries += [stat("bytes", namespace, "M", "Sum", 60, unit="Bytes")]
    assert values(cloudwatch, *queries) == {"s": {1: 1.0}, "all": {1: 21.0}, "bytes": {}}


def test_fine_resolution(cloudwatch):
    namespace = unique("Space")
    start = minute(2)
    data = [
        {"MetricName": "M", "Value": 1, "Timestamp": start + timedelta(seconds=s), "StorageResolution": 1}
        for s in range(30)
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[stat("m", namespace, "M", "Sum", 10)], StartTime=start, EndTime=start + timedelta(minutes=1)
    )["MetricDataResults"][0]
    assert answer["Values"] == [10.0, 10.0, 10.0]


def test_pages_of_data_points(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "A", *((ago, ago) for ago in range(1, 6)))
    put(cloudwatch, namespace, "B", (1, 7), (2, 8))
    asked = {
        "MetricDataQueries": [stat("a", namespace, "A", "Sum"), stat("b", namespace, "B", "Sum")],
        "StartTime": minute(9),
        "EndTime": minute(),
        "MaxDatapoints": 3,
    }
    pages = list(_pages(cloudwatch, asked))
    assert [[(r["Id"], r["Values"], r["StatusCode"]) for r in page] for page in pages] == [
        [("a", [1.0, 2.0, 3.0], "PartialData")],
        [("a", [4.0, 5.0], "Complete"), ("b", [7.0], "PartialData")],
        [("b", [8.0], "Complete")],
    ]


def test_a_token_leads_on_in_its_own_request_only(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "A", *((ago, ago) for ago in range(1, 6)))
    asked = {**_window([stat("a", namespace, "A", "Sum")]), "MaxDatapoints": 2}
    token = cloudwatch.get_metric_data(**asked)["NextToken"]
    assert cloudwatch.get_metric_data(**{**asked, "MaxDatapoints": 9}, NextToken=token)["MetricDataResults"]
    other = {**asked, "MetricDataQueries": [stat("a", namespace, "A", "Average")]}
    assert code(cloudwatch.get_metric_data, **other, NextToken=token) == "InvalidNextToken"


def _pages(client, asked):
    while True:
        answer = client.get_metric_data(**asked)
        yield answer["MetricDataResults"]
        if "NextToken" not in answer:
            return
        asked = {**asked, "NextToken": answer["NextToken"]}


def test_what_is_not_asked_back_is_still_computed_with(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "Errors", (1, 1), (2, 3))
    put(cloudwatch, namespace, "Calls", (1, 4), (2, 0), (3, 5))
    queries = [
        stat("errors", namespace, "Errors", "Sum", ReturnData=False),
        stat("calls", namespace, "Calls", "Sum", ReturnData=False),
        math("rate", "errors / calls * 100", Label="Error rate"),
    ]
    # Two minutes ago there was nothing to divide by; three minutes ago no errors, which counts as 0.
    assert values(cloudwatch, *queries) == {"rate": {1: 25.0, 3: 0.0}}


#: From the user guide's tables, "-" a missing point: metric1, metric2 and metric3 over five minutes.
@pytest.mark.parametrize(
    "expression, expected",
    [
        ("IF(m1, m2, m3)", {5: 30, 4: 0, 3: 20}),
        ("IF(m1, 5, m3)", {5: 5, 4: 5, 3: 20}),
        ("IF(m1, m2, 5)", {5: 30, 4: 0, 3: 5, 2: 5}),
        ("IF(1, m2, m3)", {5: 30, 3: 0, 2: 0, 1: 30}),
        ("IF(m2 > 15, m2)", {5: 30, 1: 30}),
        ("m1 < m2", {5: 1, 4: 0, 3: 0, 2: 0, 1: 1}),
        ("m2 >= 30 AND m3 >= 0", {5: 1, 4: 0, 3: 0, 2: 0, 1: 1}),
        ("SUM(METRICS())", {5: 31, 4: 1, 3: 20, 2: 0, 1: 50}),
        ("SUM([m1, m2]) / METRIC_COUNT(METRICS())", {5: 31 / 3, 4: 1 / 3, 3: 0, 2: 0, 1: 10}),
        ("AVG([m2, m3])", {5: 15, 4: 0, 3: 10, 2: 0, 1: 25}),
        ("MAX([m2, m3])", {5: 30, 4: 0, 3: 20, 2: 0, 1: 30}),
        ("m2 - MIN(m2)", {5: 30, 3: 0, 2: 0, 1: 30}),
        ("FILL(m1, 0)", {5: 1, 4: 1, 3: 0, 2: 0, 1: 0}),
        ("FILL(m2, REPEAT)", {5: 30, 4: 30, 3: 0, 2: 0, 1: 30}),
        ("FILL(m2, LINEAR)", {5: 30, 4: 15, 3: 0, 2: 0, 1: 30}),
        ("RATE(m2)", {3: -30 / 120, 2: 0, 1: 30 / 60}),
        ("DIFF(m1)", {4: 0, 3: -1, 2: 0}),
        ("RUNNING_SUM(m3)", {5: 0, 4: 0, 3: 20, 1: 40}),
        ("m3 / PERIOD(m3)", {5: 0, 4: 0, 3: 20 / 60, 1: 20 / 60}),
        ("TIME_SERIES(2 + 3 * 2) - 2 ^ 2", {5: 4, 4: 4, 3: 4, 2: 4, 1: 4}),
        ("ABS(-m1)", {5: 1, 4: 1, 3: 0, 2: 0}),
        ("FIRST(SORT(METRICS(), SUM, DESC))", {5: 30, 3: 0, 2: 0, 1: 30}),
        ("LAST(SLICE(SORT(METRICS(), SUM, DESC), 0, 2))", {5: 0, 4: 0, 3: 20, 1: 20}),
        ('SUM(METRICS("m2"))', {5: 30, 3: 0, 2: 0, 1: 30}),
    ],
)
def test_metric_math(cloudwatch, expression, expected):
    namespace = unique("Space")
    put(cloudwatch, namespace, "M1", (5, 1), (4, 1), (3, 0), (2, 0))
    put(cloudwatch, namespace, "M2", (5, 30), (3, 0), (2, 0), (1, 30))
    put(cloudwatch, namespace, "M3", (5, 0), (4, 0), (3, 20), (1, 20))
    queries = [stat(f"m{n}", namespace, f"M{n}", "Sum", ReturnData=False) for n in (1, 2, 3)]
    window = {"StartTime": minute(5), "EndTime": minute()}
    assert values(cloudwatch, *queries, math("e", expression), **window) == {"e": pytest.approx(expected)}


def test_search_finds_by_schema_and_words(cloudwatch):
    namespace = unique("Space")
    for name, value in (("one", 1), ("two", 2)):
        put(cloudwatch, namespace, "Errors", (1, value), dimensions=named(FunctionName=name))
    put(cloudwatch, namespace, "Errors", (1, 50), dimensions=named(FunctionName="one", Resource="one:live"))
    put(cloudwatch, namespace, "Throttles", (1, 70), dimensions=named(FunctionName="one"))
    expression = f"SUM(SEARCH('{{\"{namespace}\",FunctionName}} MetricName=\"Errors\"', 'Sum', 60))"
    assert values(cloudwatch, math("e", expression)) == {"e": {1: 3.0}}
    found = cloudwatch.get_metric_data(
        **_window([math("e", f"SEARCH('{{\"{namespace}\",FunctionName}} errors', 'Sum', 60)")])
    )["MetricDataResults"]
    assert [result["Label"] for result in found] == ["e one Errors", "e two Errors"]


@pytest.mark.parametrize(
    "queries, text",
    [
        ([stat("M1", "N", "M", "Sum")], "is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."),
        ([stat("m", "N", "M", "Sum"), stat("m", "N", "M", "Sum")], "are not unique"),
        ([{"Id": "m"}], "The parameter MetricDataQueries.member.1.MetricStat is required."),
        ([{**stat("m", "N", "M", "Sum"), "Expression": "m"}], "mutually exclusive"),
        ([stat("m", "N", "M", "median")], "The value median for parameter MetricDataQueries.member.1.MetricStat.Stat"),
        ([stat("m", "N", "M", "Sum", 90)], "MetricStat.Period"),
        ([math("e", "MEDIAN(METRICS())")], "Error in expression 'e': Function 'MEDIAN' not found"),
        ([math("e", "m9 * 2")], "Error in expression 'e'"),
        ([math("e", "1 +")], "Error in expression 'e'"),
        ([math("e", "a"), math("a", "e")], "circle"),
        ([stat("m", "N", "M", "Sum"), math("e", "AVG(m)")], "must be a time series"),
        ([stat(f"m{n}", "N", "M", "Sum") for n in range(501)], "must not have a size greater than 500"),
        ([math("e", 'SELECT SUM(Errors) FROM "AWS/Lambda"')], "Metrics Insights"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_queries_that_cannot_be_right_are_refused(cloudwatch, queries, text):
    assert text in message(cloudwatch.get_metric_data, **_window(queries))


def test_a_window_the_wrong_way_round(cloudwatch):
    asked = {"MetricDataQueries": [stat("m", "N", "M", "Sum")], "StartTime": minute(1), "EndTime": minute(2)}
    assert code(cloudwatch.get_metric_data, **asked) == "ValidationError"
    asked = {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistics": ["Sum"]}
    assert code(cloudwatch.get_metric_statistics, StartTime=minute(1), EndTime=minute(2), **asked) == (
        "InvalidParameterValue"
    )
    long = {"StartTime": minute(1441), "EndTime": minute()}
    assert code(cloudwatch.get_metric_statistics, **long, **asked) == "InvalidParameterCombination"


@pytest.mark.parametrize(
    "datum, expected",
    [
        ({"Value": 1, "Values": [1]}, "InvalidParameterCombination"),
        ({}, "MissingParameter"),
        ({"Values": [1, 2], "Counts": [1]}, "InvalidParameterValue"),
        ({"Value": 1, "Timestamp": minute(15 * 24 * 60)}, "InvalidParameterValue"),
        ({"Value": 1, "Timestamp": minute(-150)}, "InvalidParameterValue"),
        ({"Value": 1, "StorageResolution": 10}, "InvalidParameterValue"),
        ({"Value": 1, "Unit": "Parsecs"}, "ValidationError"),
        ({"Value": 1, "Dimensions": named(**{f"D{n}": "x" for n in range(31)})}, "ValidationError"),
    ],
)
def test_data_that_cannot_be_right_is_refused(cloudwatch, datum, expected):
    assert code(cloudwatch.put_metric_data, Namespace="N", MetricData=[{"MetricName": "M", **datum}]) == expected


def test_aws_namespaces_are_aws_s_own(cloudwatch):
    arguments = {"Namespace": "AWS/Lambda", "MetricData": [{"MetricName": "Errors", "Value": 1}]}
    assert code(cloudwatch.put_metric_data, **arguments) == "InvalidParameterValue"


def test_lists_of_metrics_have_pages_and_filters(cloudwatch):
    namespace = unique("Space")
    for start in range(0, 1200, 400):
        data = [
            {"MetricName": "M", "Value": 1, "Dimensions": named(Number=f"{n:04}", Parity=str(n % 2))}
            for n in range(start, start + 400)
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    pages = [page["Metrics"] for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace)]
    assert [len(page) for page in pages] == [500, 500, 200]
    odd = cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace, Dimensions=named(Parity="1"))
    assert sum(len(page["Metrics"]) for page in odd) == 600
    filters = [{"Name": "Number"}, *named(Parity="0")]
    assert len(cloudwatch.list_metrics(Namespace=namespace, Dimensions=filters)["Metrics"]) == 500
    assert not cloudwatch.list_metrics(Namespace=namespace, Dimensions=named(Parity="2"))["Metrics"]


def test_only_what_had_data_of_late_is_recently_active(cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "Old", (5 * 60, 1))
    put(cloudwatch, namespace, "New", (1, 1))
    names = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace=namespace)["Metrics"]}
    recent = cloudwatch.list_metrics(Namespace=namespace, RecentlyActive="PT3H")["Metrics"]
    assert names == {"Old", "New"} and [metric["MetricName"] for metric in recent] == ["New"]


def test_a_metric_comes_late_when_it_is_told_to(stack, cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "M", (0, 1), (3, 2), (6, 3))
    with stack.settings(metricDelaySeconds=300):
        assert values(cloudwatch, stat("m", namespace, "M", "Sum"))["m"] == {6: 3.0}
    state = {"kind": "metrics", "region": "us-east-1", "namespace": namespace, "delaySeconds": 150}
    assert stack.control("PUT", "/states", state)[0] == 200
    try:
        assert values(cloudwatch, stat("m", namespace, "M", "Sum"))["m"] == {3: 2.0, 6: 3.0}
    finally:
        stack.control("DELETE", f"/states?kind=metrics&name={namespace}")
    assert set(values(cloudwatch, stat("m", namespace, "M", "Sum"))["m"]) == {0, 3, 6}


def test_a_result_that_is_not_complete_when_it_is_told_to_be(stack, cloudwatch):
    namespace = unique("Space")
    put(cloudwatch, namespace, "M", (1, 1))
    state = {"kind": "metrics", "region": "us-east-1", "StatusCode": "InternalError"}
    assert stack.control("PUT", "/states", state)[0] == 200
    try:
        result = cloudwatch.get_metric_data(**_window([stat("m", namespace, "M", "Sum")]))["MetricDataResults"][0]
        assert result["StatusCode"] == "InternalError"
    finally:
        stack.control("DELETE", "/states?kind=metrics")
