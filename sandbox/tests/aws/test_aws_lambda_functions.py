"""What is said of functions: states, settings, policies."""

import json

from aws_support import code, on_failure, packed


def test_a_new_function_is_pending_and_then_active(stack, make_role):
    client = stack.client("lambda")
    with stack.settings(functionCreationSeconds=0.6):
        made = client.create_function(
            FunctionName="pending",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=make_role(),
            Code={"ZipFile": packed("#!/bin/sh\n")},
        )
        assert made["State"] == "Pending" and made["StateReasonCode"] == "Creating"
        assert code(client.invoke, FunctionName="pending") == "ResourceConflictException"
        client.get_waiter("function_active_v2").wait(FunctionName="pending", WaiterConfig={"Delay": 0.1})
    found = client.get_function(FunctionName="pending")["Configuration"]
    assert found["State"] == "Active" and found["LastUpdateStatus"] == "Successful"
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/pending"}
    assert "DeadLetterConfig" not in found and "VpcConfig" not in found
    client.delete_function(FunctionName="pending")


def test_event_invoke_config(make_function, make_queue):
    function = make_function()
    client, name = function.lambda_, function.name
    assert code(client.get_function_event_invoke_config, FunctionName=name) == "ResourceNotFoundException"
    _, queue = make_queue()
    on_failure(function, queue, MaximumRetryAttempts=1)
    client.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=120)
    found = client.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 120)
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert found["FunctionArn"] == f"{function.arn}:$LATEST"
    # Put replaces, update adds.
    client.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert "MaximumRetryAttempts" not in client.get_function_event_invoke_config(FunctionName=name)
    assert len(client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]) == 1
    put = client.put_function_event_invoke_config
    assert (
        code(put, FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21_601)
        == "InvalidParameterValueException"
    )
    assert (
        code(put, FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue + ".fifo"}})
        == "InvalidParameterValueException"
    )
    client.delete_function_event_invoke_config(FunctionName=name)
    assert code(client.get_function_event_invoke_config, FunctionName=name) == "ResourceNotFoundException"


def test_functions_are_listed_by_pages_and_without_their_state(make_function):
    made = {make_function().name for _ in range(3)}
    client = make_function().lambda_
    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    listed = [function for page in pages for function in page["Functions"]]
    assert len(pages) > 1 and made <= {function["FunctionName"] for function in listed}
    assert all("State" not in function for function in listed)


def test_a_statement_id_is_given_once(make_function):
    function = make_function()
    wanted = {
        "FunctionName": function.name,
        "StatementId": "one",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    }
    function.lambda_.add_permission(**wanted)
    assert code(function.lambda_.add_permission, **wanted) == "ResourceConflictException"
    policy = json.loads(function.lambda_.get_policy(FunctionName=function.name)["Policy"])
    assert policy["Statement"][0] == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function.arn,
    }
