#!/usr/bin/env python3
"""A custom runtime for tests: each event says what shall come of it."""

import http.client
import json
import os
import sys
import time

NOTES = os.environ["NOTES"]
ROOT = "/2018-06-01/runtime/"
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def call(method, path, body=b"", headers=None):
    api.request(method, ROOT + path, body, headers or {})
    answer = api.getresponse()
    return answer, answer.read()


if os.environ.get("FAIL_INIT") == "error":
    body = json.dumps({"errorType": "Config.Missing", "errorMessage": "no configuration"}).encode()
    call("POST", "init/error", body, {"Lambda-Runtime-Function-Error-Type": "Config.Missing"})
    sys.exit(1)
if os.environ.get("FAIL_INIT") == "exit":
    sys.exit(3)

while True:
    answer, body = call("GET", "invocation/next")
    headers = dict(answer.getheaders())
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    event = json.loads(body)
    wish = event.get("detail", event) if isinstance(event, dict) else {}
    attempt = sum(name.startswith(request_id) for name in os.listdir(NOTES)) + 1
    note = {"at": time.time(), "event": event, "attempt": attempt, "pid": os.getpid(), "headers": headers}
    note["environment"] = {k: v for k, v in os.environ.items() if k != "AWS_SECRET_ACCESS_KEY"}
    name = os.path.join(NOTES, request_id + "-" + str(attempt))
    with open(name + ".new", "w") as sink:
        json.dump(note, sink)
    os.rename(name + ".new", name + ".json")
    if "keys" in wish:
        wish["answer"] = {name: os.environ[name] for name in wish["keys"]}
    if "print" in wish:
        print(wish["print"], flush=True)
    time.sleep(wish.get("sleep", 0))
    if wish.get("exit") is not None:
        os._exit(wish["exit"])
    if wish.get("fail", 0) >= attempt:
        problem = json.dumps({"errorType": "Test.Failure", "errorMessage": "as wished"}).encode()
        kind = {"Lambda-Runtime-Function-Error-Type": "Test.Failure"}
        call("POST", "invocation/" + request_id + "/error", problem, kind)
    else:
        status = call("POST", "invocation/" + request_id + "/response", json.dumps(wish.get("answer", "done")).encode())
        assert status[0].status == 202
