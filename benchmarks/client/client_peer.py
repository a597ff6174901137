"""What client-calls does, with botocore: the same calls to the same server, as many in flight, and signatures.

Usage: client_peer.py URL CALLS IN_FLIGHT SIGNATURES. Prints one JSON line.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

ENTRY = {
    "Source": "task.management",
    "DetailType": "Task Created",
    "Detail": '{"eventType":"task.created","n":1}',
    "EventBusName": "task-events-dev",
}


def main() -> int:
    url, calls, in_flight, signatures = sys.argv[1], *map(int, sys.argv[2:5])
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "session")
    client = botocore.session.get_session().create_client(
        "events",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(max_pool_connections=in_flight, retries={"mode": "standard"}),
    )

    def call(_: int) -> str:
        return client.put_events(Entries=[ENTRY])["Entries"][0]["EventId"]

    with ThreadPoolExecutor(in_flight) as pool:
        list(pool.map(call, range(in_flight * 4)))
        cpu, began = time.process_time(), time.monotonic()
        list(pool.map(call, range(calls)))
        wall, cpu = time.monotonic() - began, time.process_time() - cpu

    signer = SigV4Auth(credentials, "events", "us-east-1")
    body = json.dumps({"Entries": [ENTRY]})
    began = time.process_time()
    for _ in range(signatures):
        request = AWSRequest(
            "POST",
            "https://events.us-east-1.amazonaws.com/",
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSEvents.PutEvents"},
            data=body,
        )
        signer.add_auth(request)
    signing = time.process_time() - began
    print(
        json.dumps(
            {
                "calls_per_second": calls / wall,
                "cpu_us_per_call": cpu / calls * 1e6,
                "signatures_per_second": signatures / signing,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
