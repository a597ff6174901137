"""Events come back from the queues as they were, and none is deleted before Lambda has it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import redrive

EVENT = {"id": "e1", "source": "task.management", "detail-type": "Task Created", "detail": {"taskId": "t1"}}
RECORD = {
    "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": EVENT,
    "responsePayload": {"errorMessage": "no connection"},
}


class FakeAWS:
    """A queue and a function."""

    def __init__(self, bodies: list[str]) -> None:
        self.waiting = [{"MessageId": f"m{n}", "ReceiptHandle": f"r{n}", "Body": body} for n, body in enumerate(bodies)]
        self.status = 202
        self.invoked: list[Any] = []
        self.deleted: list[str] = []
        self.released: list[str] = []

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        self.queue = QueueName
        return {"QueueUrl": QueueName}

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:
        found, self.waiting = self.waiting[:MaxNumberOfMessages], self.waiting[MaxNumberOfMessages:]
        return {"Messages": found}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:
        self.deleted.append(ReceiptHandle)

    def change_message_visibility(self, ReceiptHandle: str, **_: Any) -> None:
        self.released.append(ReceiptHandle)

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, int]:
        assert (FunctionName, InvocationType) == ("task-processor-dev", "Event")
        self.invoked.append(json.loads(Payload))
        return {"StatusCode": self.status}


@pytest.fixture
def aws(monkeypatch: Any) -> Any:
    def _make(*bodies: Any) -> FakeAWS:
        fake = FakeAWS([body if isinstance(body, str) else json.dumps(body) for body in bodies])
        monkeypatch.setattr(redrive.boto3, "client", lambda *_, **__: fake)
        return fake

    return _make


def test_both_queues_give_the_event_as_it_was(aws: Any, capsys: Any) -> None:
    for queue, body, name in (
        ("failed", RECORD, "task-processor-dev-failed"),
        ("undelivered", EVENT, "task-events-dev-undelivered"),
    ):
        fake = aws(body)
        assert redrive.main(["--region", "us-east-1", "--queue", queue]) == 0
        assert (fake.queue, fake.invoked, fake.deleted) == (name, [EVENT], ["r0"])
    assert "RetriesExhausted: no connection" in capsys.readouterr().out


def test_what_lambda_does_not_take_stays(aws: Any) -> None:
    fake = aws(RECORD)
    fake.status = 500
    assert redrive.main(["--region", "us-east-1", "--queue", "failed"]) == 1
    assert fake.deleted == []


def test_what_is_no_event_stays(aws: Any, capsys: Any) -> None:
    fake = aws("not json", {"some": "thing"}, RECORD)
    assert redrive.main(["--region", "us-east-1", "--queue", "failed"]) == 1
    assert fake.deleted == ["r2"]
    assert "1 events handed" in capsys.readouterr().out


def test_listing_hands_nothing_on_and_gives_all_back(aws: Any, capsys: Any) -> None:
    fake = aws(*[RECORD] * 12)
    assert redrive.main(["--region", "us-east-1", "--queue", "failed", "--list"]) == 0
    assert (fake.invoked, fake.deleted, len(fake.released)) == ([], [], 12)
    assert "12 events wait in task-processor-dev-failed" in capsys.readouterr().out


def test_a_limit_holds(aws: Any) -> None:
    fake = aws(*[RECORD] * 3)
    assert redrive.main(["--region", "us-east-1", "--queue", "failed", "--limit", "1"]) == 0
    assert fake.deleted == ["r0"]
    assert len(fake.waiting) == 2


@pytest.mark.parametrize(
    "given",
    [[], ["--region", "us-east-1"], ["--region", "us-east-1", "--queue", "other"],
     ["--region", "us-east-1", "--queue", "failed", "--limit", "-1"], ["--unknown"]],
)
def test_bad_usage_ends_64(given: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        redrive.main(given)
    assert caught.value.code == 64
    assert "next: redrive.py --help" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["deploy.py", "redrive.py"])
def test_both_scripts_run_by_their_name(root: Path, name: str) -> None:
    script = root / "infrastructure" / name
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env python3\n")
