"""The Runtime API by itself, spoken to as a runtime speaks to it."""

import http.client
import select

import pytest
from aws_support import EAST

from local_stack.lambda_service.runtime_api import Invocation, RuntimeApi

NEXT = "/2018-06-01/runtime/invocation/next"


def test_a_runtime_that_asks_again_still_gets_its_event():
    """A question is left standing on one connection and asked anew on another: the event goes there."""
    api, invocation = RuntimeApi(), Invocation(b"{}", f"arn:aws:lambda:{EAST}:123456789012:function:f")
    given_up, anew = (http.client.HTTPConnection(api.address, timeout=5) for _ in range(2))
    try:
        for number, connection in enumerate((given_up, anew), 1):
            connection.request("GET", NEXT)
            with api.changed:
                assert api.changed.wait_for(lambda wanted=number: api.asked == wanted, 5)
        api.offer(invocation)
        answer = anew.getresponse()
        assert (answer.headers["Lambda-Runtime-Aws-Request-Id"], answer.read()) == (invocation.request_id, b"{}")
        with pytest.raises(ConnectionResetError):
            given_up.getresponse()
    finally:
        api.close()


def test_a_runtime_can_be_stopped_before_it_has_its_event():
    api, invocation = RuntimeApi(), Invocation(b"{}", f"arn:aws:lambda:{EAST}:123456789012:function:f")
    runtime = http.client.HTTPConnection(api.address, timeout=5)
    unread = []
    invocation.when_handed = lambda: unread.append(select.select([runtime.sock], [], [], 0.05)[0])
    try:
        runtime.request("GET", NEXT)
        api.offer(invocation)
        assert runtime.getresponse().read() == b"{}"
        assert unread == [[]], "called once, and nothing was sent yet"
    finally:
        api.close()
