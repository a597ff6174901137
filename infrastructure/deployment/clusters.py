"""The DSQL cluster inside a stack, asked directly: only DSQL says whether it takes connections."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from .problem import Problem, aws_errors, error_code
from .progress import Progress
from .waiting import attempts

STEP = "cluster"
# IDLE and INACTIVE have scaled to nothing and wake with the next connection (user guide, cluster lifecycle).
HEALTHY = {"ACTIVE", "IDLE", "INACTIVE"}
HOPELESS = {"FAILED", "DELETING", "DELETED", "PENDING_DELETE"}


class Cluster:
    def __init__(self, dsql: Any, identifier: str, region: str, progress: Progress) -> None:
        self._client = dsql
        self.identifier = identifier
        self.region = region
        self._progress = progress

    def describe(self) -> dict[str, Any] | None:
        with aws_errors(STEP, self.region):
            try:
                answer: dict[str, Any] = self._client.get_cluster(identifier=self.identifier)
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
                return None
        return answer

    def is_protected(self) -> bool:
        found = self.describe()
        return bool(found and found.get("deletionProtectionEnabled"))

    def unprotect(self) -> None:
        if self.is_protected():
            with aws_errors(STEP, self.region):
                self._client.update_cluster(identifier=self.identifier, deletionProtectionEnabled=False)
            self._progress.say(STEP, "progress", f"{self.identifier}: deletion protection is off", self.region)

    def wait_until_healthy(self, timeout: float) -> None:
        look = f"aws dsql get-cluster --region {self.region} --identifier {self.identifier}"
        self._progress.say(STEP, "starting", f"waits for {self.identifier}", self.region)
        last = ""
        for _ in attempts(timeout, f"the cluster {self.identifier} in {self.region}", look, STEP, self.region):
            found = self.describe()
            status = str(found["status"]) if found else "gone"
            if status in HEALTHY:
                self._progress.say(STEP, "ready", f"{self.identifier} is {status}", self.region)
                return
            if found is None or status in HOPELESS:
                raise Problem(
                    f"the cluster {self.identifier} in {self.region} is {status}", look, STEP, self.region
                )
            if status != last:
                self._progress.say(STEP, "progress", f"{self.identifier} is {status}", self.region)
                last = status
