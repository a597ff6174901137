#!/usr/bin/env python3
"""Creates, updates or deletes the task system in two Regions: `deploy.py --function-zip Z`, `deploy.py --delete`.

Running it again changes only what differs. boto3's own settings say where and as whom: AWS_PROFILE, AWS_ENDPOINT_URL
and the rest. It ends 0 when everything stands, 1 when something failed, 64 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from deployment import configuration
from deployment.artifacts import Artifacts
from deployment.clusters import Cluster
from deployment.function_zip import FunctionZip, chosen_architecture, inspect_zip
from deployment.glibc import check_glibc, is_this_machine
from deployment.problem import Problem, aws_errors
from deployment.progress import Progress
from deployment.regions import check_regions
from deployment.rollout import Plan, Region, remove, roll_out
from deployment.stacks import Stack

TEMPLATE = Path(__file__).with_name("stack.yaml")
# A template of more than this has to be read from S3 (CloudFormation quotas).
TEMPLATE_LIMIT = 51_200
SETTINGS = ("LambdaMemorySize", "LambdaTimeout", "LogRetentionDays", "ClusterNamePrefix")


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n  next: {self.prog} --help\n")


def name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", value):
        raise argparse.ArgumentTypeError(f"{value!r} is not a name: a small letter, then at most 19 of a-z, 0-9 and -")
    return value


def duration(value: str) -> float:
    found = re.fullmatch(r"(\d+)(s|m|h)", value)
    if not found:
        raise argparse.ArgumentTypeError(f"{value!r} is not a time such as 90s, 30m or 1h")
    return int(found[1]) * {"s": 1.0, "m": 60.0, "h": 3600.0}[found[2]]


def setting(value: str) -> tuple[str, str]:
    key, equals, text = value.partition("=")
    if not equals or key not in SETTINGS:
        raise argparse.ArgumentTypeError(f"{value!r} is not NAME=VALUE with a NAME of {', '.join(SETTINGS)}")
    return key, text


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = Parser(prog="deploy.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--function-zip", type=Path, help="what `make function` built")
    parser.add_argument("--stack", type=name, default="tasks", help="the stack's name (default: tasks)")
    parser.add_argument("--environment", type=name, default="dev", help="part of every name (default: dev)")
    parser.add_argument("--regions", nargs=2, default=["us-east-1", "us-west-2"], metavar="REGION")
    parser.add_argument("--witness", default="us-east-2", metavar="REGION")
    parser.add_argument("--architecture", choices=["x86_64", "arm64"], help="default: what the bootstrap says")
    parser.add_argument("--parameter", type=setting, action="append", default=[], metavar="NAME=VALUE",
                        help=f"a setting of the template ({', '.join(SETTINGS)})")
    parser.add_argument("--artifact-bucket-prefix", default="taskops-artifacts", metavar="PREFIX",
                        help="the bucket in each Region is PREFIX-ACCOUNT-REGION")
    parser.add_argument("--timeout", type=duration, default="30m", help="for each wait (default: 30m)")
    parser.add_argument("--output", choices=["text", "json"], default="text", help="json prints JSON Lines")
    parser.add_argument("--write-config", type=Path, metavar="FILE", help="write taskops.yaml for this stack")
    parser.add_argument("--keep-failed", action="store_true", help="leave a stack that failed for you to look at")
    parser.add_argument("--delete", action="store_true", help="delete both stacks, the code and the database")
    parser.add_argument("--remove-protection", action="store_true",
                        help="with --delete: switch the clusters' deletion protection off first")
    options = parser.parse_args(given)
    if options.delete == bool(options.function_zip):
        parser.error("give either --function-zip ZIP or --delete")
    if options.remove_protection and not options.delete:
        parser.error("--remove-protection goes with --delete")
    return options


class Deployment:
    def __init__(self, options: argparse.Namespace, progress: Progress) -> None:
        self.options = options
        self.progress = progress
        self.stack_name = f"{options.stack}-{options.environment}"
        with aws_errors("credentials"):
            self._session = boto3.session.Session()
            self.account = self._client("sts", options.regions[0]).get_caller_identity()["Account"]
        self.regions = [self._region(region) for region in options.regions]

    def create(self, function_zip: FunctionZip, body: str) -> None:
        options = self.options
        defaults = self._template_defaults(body)
        plan = Plan(
            stack=options.stack,
            environment=options.environment,
            witness=options.witness,
            architecture=chosen_architecture(options.architecture, function_zip),
            body=body,
            defaults=defaults,
            settings=dict(options.parameter),
            timeout=options.timeout,
            keep_failed=options.keep_failed,
        )
        stores = [self._artifacts(region) for region in options.regions]
        try:
            for region, store in zip(self.regions, stores, strict=True):
                key = store.upload(function_zip)
                region.code = {"FunctionCodeBucket": store.bucket, "FunctionCodeKey": key}
            outputs = roll_out(self.regions, plan, self.progress)
        except (Problem, KeyboardInterrupt):
            for store in stores:
                if store.made_bucket and not plan.keep_failed:
                    store.remove()
            raise
        if options.write_config:
            text = configuration.render(options.stack, options.environment, outputs)
            configuration.write(options.write_config, text, self.progress)
        self._finish("ready", outputs)

    def _template_defaults(self, body: str) -> dict[str, str]:
        """CloudFormation reads the template, before anything is made, and says which parameters it has."""
        region = self.options.regions[0]
        with aws_errors("template", region):
            summary = self._client("cloudformation", region).get_template_summary(TemplateBody=body)
        self.progress.say("template", "ready", f"CloudFormation can read {TEMPLATE.name}")
        return {
            parameter["ParameterKey"]: parameter["DefaultValue"]
            for parameter in summary.get("Parameters", [])
            if "DefaultValue" in parameter
        }

    def delete(self) -> None:
        standing = [region for region in self.regions if region.stack.look() is not None]
        for region in standing:
            cluster = region.cluster()
            if cluster and cluster.is_protected() and not self.options.remove_protection:
                raise Problem(
                    f"the cluster {cluster.identifier} in {region.name} is protected against deletion",
                    "to delete the database and all tasks in it, repeat with --remove-protection",
                    "cluster",
                    region.name,
                )
        remove(standing, self.options.timeout, self.progress)
        for region in self.options.regions:
            self._artifacts(region).remove()
        self._finish("deleted", {})

    def _finish(self, state: str, outputs: dict[str, dict[str, str]]) -> None:
        self.progress.result({
            "step": "deploy",
            "state": state,
            "stack": self.options.stack,
            "environment": self.options.environment,
            "regions": outputs,
        })

    def _region(self, region: str) -> Region:
        dsql = self._client("dsql", region)
        stack = Stack(self._client("cloudformation", region), region, self.stack_name, self.progress)
        return Region(region, stack, lambda identifier: Cluster(dsql, identifier, region, self.progress))

    def _artifacts(self, region: str) -> Artifacts:
        prefix = self.options.artifact_bucket_prefix
        return Artifacts(
            self._client("s3", region), prefix, self.account, region, self.stack_name, self.progress
        )

    def _client(self, service: str, region: str) -> Any:
        retries: Any = {"mode": "standard", "max_attempts": 5}
        return self._session.client(service, region_name=region, config=Config(retries=retries))


def read_template() -> str:
    body = TEMPLATE.read_text(encoding="utf-8")
    if len(body.encode()) > TEMPLATE_LIMIT:
        raise Problem(f"{TEMPLATE} has more than {TEMPLATE_LIMIT} bytes", "shorten its comments", "template")
    return body


def lambda_endpoints(regions: list[str]) -> list[str]:
    """Where boto3's own settings (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA, a profile's) lead; no call is made."""
    with aws_errors("credentials"):
        session = boto3.session.Session()
        return [session.client("lambda", region_name=region).meta.endpoint_url for region in regions]


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    progress = Progress(options.output)
    try:
        for warning in check_regions(options.regions, options.witness):
            progress.warn(warning)
        if options.delete:
            Deployment(options, progress).delete()
        else:
            # Both are looked at before AWS is asked anything.
            function_zip, body = inspect_zip(options.function_zip), read_template()
            chosen_architecture(options.architecture, function_zip)
            if not all(is_this_machine(endpoint) for endpoint in lambda_endpoints(options.regions)):
                check_glibc(options.function_zip)
            Deployment(options, progress).create(function_zip, body)
    except Problem as problem:
        progress.fail(problem)
        return 1
    except KeyboardInterrupt:
        progress.fail(Problem("interrupted", "repeat the command: what is already done is not done again"))
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
