"""Runs the AWS half alone, for tests: prints where it listens, ends when its standard input does."""

import json
import sys
from pathlib import Path

from local_stack.server import LocalStack

stack = LocalStack(Path(sys.argv[1])).start()
print(
    json.dumps(
        {
            "endpoint": stack.endpoint_url,
            "control": stack.control_url,
            "key": stack.operator.access_key_id,
            "secret": stack.operator.secret_access_key,
        }
    ),
    flush=True,
)
sys.stdin.read()
stack.close()
