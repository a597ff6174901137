"""What Lambda writes down about a function's work."""

import json
import re
import time

from aws_support import EAST, answer, code


def test_lambda_s_lines_in_the_text_format(make_function):
    function = make_function()
    function.invoke({"print": "one\ntwo"})
    function.invoke({})
    lines = function.lines()
    request = re.search(r"START RequestId: (\S+) ", lines[1])[1]
    assert lines[0] == (
        "INIT_START Runtime Version: provided.al2023\tRuntime Version ARN: "
        f"arn:aws:lambda:{EAST}::runtime:provided.al2023\n"
    )
    assert lines[1:5] == [
        f"START RequestId: {request} Version: $LATEST\n",
        "one\n",
        "two\n",
        f"END RequestId: {request}\n",
    ]
    report = (
        rf"REPORT RequestId: {request}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n"
    )
    assert re.fullmatch(report, lines[5])
    assert "Init Duration" not in lines[-1] and lines[-1].startswith("REPORT")


def test_lambda_s_lines_in_the_json_format_and_in_another_group(stack, make_function):
    group = f"/shared/{time.time_ns()}"
    stack.client("logs").create_log_group(logGroupName=group)
    function = make_function(LoggingConfig={"LogFormat": "JSON", "LogGroup": group})
    config = function.lambda_.get_function_configuration(FunctionName=function.name)["LoggingConfig"]
    assert config == {"LogFormat": "JSON", "LogGroup": group, "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    function.invoke({})
    events = stack.client("logs").filter_log_events(logGroupName=group)["events"]
    records = [json.loads(event["message"]) for event in events]
    assert [record["type"] for record in records] == ["platform.initStart", "platform.start", "platform.report"]
    assert records[2]["record"]["status"] == "success" and records[2]["record"]["metrics"]["memorySizeMB"] == 128
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/{function.name}\[\$LATEST][0-9a-f]{{32}}", events[0]["logStreamName"])


def test_a_role_that_may_not_log_leaves_no_log(stack, make_function):
    function = make_function(logs=False)
    assert answer(function.invoke({"print": "x"})) == "done"
    assert (
        code(stack.client("logs").filter_log_events, logGroupName=f"/aws/lambda/{function.name}")
        == "ResourceNotFoundException"
    )
    assert stack.counter("lambda-logs-denied") > 0
