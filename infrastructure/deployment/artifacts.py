"""The bucket that Lambda reads the function's code from: one in each Region, because Lambda wants it there."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from .function_zip import FunctionZip
from .problem import Problem, aws_errors, error_code
from .progress import Progress

STEP = "artifact"


class Artifacts:
    def __init__(self, s3: Any, prefix: str, account: str, region: str, stack: str, progress: Progress) -> None:
        self._s3 = s3
        self._account = account
        self._region = region
        self._folder = f"functions/{stack}/"
        self._progress = progress
        self.bucket = f"{prefix}-{account}-{region}"
        self.made_bucket = False
        if len(self.bucket) > 63:
            raise Problem(
                f"the bucket name {self.bucket} is longer than S3's 63 characters",
                "give a shorter --artifact-bucket-prefix",
                STEP,
                region,
            )

    def upload(self, function_zip: FunctionZip) -> str:
        """The key under which the zip now stands. The same zip is not sent twice."""
        key = f"{self._folder}{function_zip.sha256}.zip"
        with aws_errors(STEP, self._region):
            self._ensure_bucket()
            if self._exists(key):
                self._progress.say(STEP, "ready", f"s3://{self.bucket} has this zip already", self._region)
                return key
            size = f"{function_zip.size / 1048576:.1f} MB"
            self._progress.say(STEP, "starting", f"uploads {function_zip.path.name}, {size}", self._region)
            with function_zip.path.open("rb") as body:
                self._s3.put_object(
                    Bucket=self.bucket, Key=key, Body=body, ExpectedBucketOwner=self._account
                )
            self._progress.say(STEP, "ready", f"uploaded to s3://{self.bucket}", self._region)
        return key

    def remove(self) -> None:
        """This stack's zips, and the bucket when nothing else is in it."""
        with aws_errors(STEP, self._region):
            try:
                for page in self._s3.get_paginator("list_objects_v2").paginate(
                    Bucket=self.bucket, Prefix=self._folder
                ):
                    for entry in page.get("Contents", []):
                        self._s3.delete_object(Bucket=self.bucket, Key=entry["Key"])
                self._s3.delete_bucket(Bucket=self.bucket)
            except ClientError as error:
                if error_code(error) == "BucketNotEmpty":
                    detail = f"s3://{self.bucket} keeps what other stacks put there"
                    self._progress.say(STEP, "ready", detail, self._region)
                    return
                if error_code(error) in ("NoSuchBucket", "404"):
                    return
                raise
            self._progress.say(STEP, "ready", f"s3://{self.bucket} is gone", self._region)

    def _ensure_bucket(self) -> None:
        try:
            self._s3.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self._account)
            return
        except ClientError as error:
            if error_code(error) == "403":
                raise Problem(
                    f"the bucket {self.bucket} belongs to another account, or you may not see it",
                    "give another --artifact-bucket-prefix",
                    STEP,
                    self._region,
                ) from error
            if error_code(error) not in ("404", "NoSuchBucket"):
                raise
        where = {"LocationConstraint": self._region}
        # us-east-1 is the one Region that S3 does not take as a constraint.
        extra = {} if self._region == "us-east-1" else {"CreateBucketConfiguration": where}
        self._s3.create_bucket(Bucket=self.bucket, **extra)
        self.made_bucket = True
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )

    def _exists(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if error_code(error) in ("404", "NoSuchKey"):
                return False
            raise
        return True
