"""What SQS says of a queue."""

import json

import pytest
from cloudwatch_support import unique

RETENTION = "1209600"


@pytest.fixture
def sqs(stack):
    return stack.client("sqs")


def attributes(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"]).get("Attributes", {})


def test_depths_retention_policy_and_redrive(sqs, make_queue):
    _, letters = make_queue()
    redrive = {"deadLetterTargetArn": letters, "maxReceiveCount": 3}
    more = {"RedrivePolicy": json.dumps(redrive), "MessageRetentionPeriod": RETENTION}
    url, arn = make_queue(takes_from="arn:aws:events:us-east-1:123456789012:rule/r", **more)
    for delay in (0, 0, 0, 300):
        sqs.send_message(QueueUrl=url, MessageBody="m", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=url)
    told = attributes(sqs, url)
    depths = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    assert [told[name] for name in depths] == ["2", "1", "1"]
    assert told["MessageRetentionPeriod"] == RETENTION
    assert json.loads(told["RedrivePolicy"]) == redrive
    assert json.loads(told["Policy"])["Statement"][0]["Resource"] == arn
    # Whole seconds, as all times of SQS.
    assert told["CreatedTimestamp"].isdigit() and told["LastModifiedTimestamp"].isdigit()
    assert attributes(sqs, url, "QueueArn", "KmsMasterKeyId") == {"QueueArn": arn}


@pytest.mark.parametrize(
    "made, changed, expected",
    [
        ({}, {}, {"SqsManagedSseEnabled": "true"}),
        ({"KmsMasterKeyId": "alias/aws/sqs"}, {}, {"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/aws/sqs"}),
        ({}, {"KmsMasterKeyId": "alias/k"}, {"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/k"}),
        ({"KmsMasterKeyId": "alias/k"}, {"SqsManagedSseEnabled": "true"}, {"SqsManagedSseEnabled": "true"}),
        ({"SqsManagedSseEnabled": "false"}, {}, {"SqsManagedSseEnabled": "false"}),
    ],
)
def test_a_queue_is_encrypted_one_way_at_most(sqs, made, changed, expected):
    url = sqs.create_queue(QueueName=unique("queue"), Attributes=made)["QueueUrl"]
    if changed:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)
    assert attributes(sqs, url, "SqsManagedSseEnabled", "KmsMasterKeyId") == expected
