"""Calls that are late do not make each other wait."""

from concurrent.futures import ThreadPoolExecutor

import boto3
from aws_support import EAST, until
from botocore.config import Config

CALLS = 40


def test_calls_that_are_delayed_are_all_in_the_server_at_once(stack):
    client = boto3.client(
        "cloudwatch",
        region_name=EAST,
        endpoint_url=stack.endpoint,
        aws_access_key_id=stack.key,
        aws_secret_access_key=stack.secret,
        config=Config(max_pool_connections=CALLS, retries={"total_max_attempts": 1}),
    )

    def arrived():
        calls = stack.control("GET", "/calls")[1]["calls"]
        return sum(call["count"] for call in calls if call["operation"] == "ListDashboards")

    before = arrived()
    with stack.fault(kind="delay", service="cloudwatch", delayMs=5000), ThreadPoolExecutor(CALLS) as pool:
        answers = [pool.submit(client.list_dashboards) for _ in range(CALLS)]
        assert until(lambda: arrived() - before == CALLS)
        # None of them has been answered when the last one has come in.
        assert not any(answer.done() for answer in answers)
        assert all("DashboardEntries" in answer.result() for answer in answers)
