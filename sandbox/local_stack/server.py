"""The AWS half of the local stack, put together: AWS operations, EventBridge, Lambda, control address.

The database gates are started beside it, by whoever runs the process, and given ``LocalStack.world``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .settings import LiveSettings, Settings
from .world import ACCOUNT_ID, PARTITION, World

OPERATOR = "operator"
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class OperatorKey:
    """The key of the person at the terminal; it may do everything, as on an account of one's own."""

    access_key_id: str
    secret_access_key: str


class LocalStack:
    """The AWS half, ready to be started. One per process: moto's backends are the process's own."""

    def __init__(
        self, directory: Path, settings: Settings | None = None, aws_port: int = 0, control_port: int = 0
    ) -> None:
        _prepare_environment()
        # moto is imported only now: it reads its settings from the environment while it is imported.
        from . import moto_repairs, sqs, tagging
        from .application import Application
        from .cloudformation import install as install_cloudformation
        from .cloudwatch.service import CloudWatch
        from .control import ControlAddress
        from .dsql.operations import OPERATIONS as DSQL_OPERATIONS
        from .eventbridge.delivery import Deliverer
        from .eventbridge.events import EventBridge, check_patterns_of_rules, show_set_states
        from .http_server import HttpServer
        from .lambda_service import moto_functions
        from .lambda_service.operations import operations as lambda_operations
        from .lambda_service.runtime import LambdaRuntime
        from .logs import moto_logs
        from .logs.live_tail import LiveTail
        from .logs.operations import operations as logs_operations
        from .timers import Timers

        directory.mkdir(parents=True, exist_ok=True)
        self.world = World(directory.resolve(), settings=LiveSettings(settings))
        self.runtime = LambdaRuntime(self.world)
        self.timers = Timers()
        self.events = EventBridge(self.world, Deliverer(self.world, self.runtime, self.timers))
        self.runtime.delivery.publish = self.events.publish
        moto_repairs.install()
        moto_logs.install(self.world)
        live_tail = LiveTail()
        moto_functions.install(self.world, self.runtime)
        check_patterns_of_rules()
        show_set_states(self.world)
        sqs.install(self.world)
        samples = (self.runtime.metrics.sample_all, lambda: sqs.sample(self.world))
        self.cloudwatch = CloudWatch(self.world, samples, self.runtime.submit_to)
        install_cloudformation(self.world, self.cloudwatch)
        application = Application(
            self.world,
            {
                "cloudwatch": self.cloudwatch.operations(),
                "events": self.events.operations(),
                "lambda": lambda_operations(self.runtime),
                "dsql": DSQL_OPERATIONS,
                "logs": logs_operations(live_tail),
                "resourcegroupstaggingapi": tagging.operations(self.world, self.cloudwatch.tagged_alarms),
            },
        )
        control = ControlAddress(
            self.world,
            {
                "functions": self.runtime.status,
                "pendingRetries": self.timers.pending,
                "liveTailSessions": live_tail.status,
            },
        )
        self._aws = HttpServer(application, aws_port, "aws", clock=lambda: self.world.now().timestamp())
        self._control = HttpServer(control.handler(), control_port, "control")
        self.world.endpoint_url = f"http://127.0.0.1:{self._aws.port}"
        self.control_url = f"http://127.0.0.1:{self._control.port}"
        self.operator = _create_operator()

    @property
    def endpoint_url(self) -> str:
        return self.world.endpoint_url

    def start(self) -> LocalStack:
        self._aws.start()
        self._control.start()
        self.cloudwatch.start()
        return self

    def close(self) -> None:
        self._aws.stop()
        self._control.stop()
        self.cloudwatch.close()
        self.timers.close()
        self.runtime.close()


def _prepare_environment() -> None:
    # The process must not pick up a person's own account: its credentials, Regions and endpoints stay outside.
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    # moto makes boto3 clients to learn its routes; they are never used to call anything.
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "unused"
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT_ID
    _stand_in_for_openapi_validator()
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"


def _stand_in_for_openapi_validator() -> None:
    """moto's CloudFormation imports its API Gateway, and that a validator with nine packages behind it.

    Nothing here imports OpenAPI documents, so the import is satisfied and the validator refuses to work.
    """
    if importlib.util.find_spec("openapi_spec_validator") is not None:
        return

    def validate(*_: Any, **__: Any) -> None:
        raise NotImplementedError("the local stack does not read OpenAPI documents")

    names = (
        "openapi_spec_validator",
        "openapi_spec_validator.validation",
        "openapi_spec_validator.validation.exceptions",
    )
    for name in names:
        sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[names[0]])["validate"] = validate
    vars(sys.modules[names[2]])["OpenAPIValidationError"] = type("OpenAPIValidationError", (Exception,), {})


def _create_operator() -> OperatorKey:
    from moto.iam.models import iam_backends

    backend = iam_backends[ACCOUNT_ID][PARTITION]
    backend.create_user("us-east-1", OPERATOR)
    backend.put_user_policy(OPERATOR, "administrator", json.dumps(_ADMINISTRATOR))
    key = backend.create_access_key(OPERATOR)
    return OperatorKey(key.access_key_id, key.secret_access_key)
