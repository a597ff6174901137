"""Who asks: the credentials in ``env``, what IAM lets them do, and the clock they sign by."""

from __future__ import annotations

import json

from .bench import Bench
from .breakage import Record, breakage

_ROLE = _USER = "taskops-sandbox-break"
_ANYBODY = {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


class _Variables:
    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.write_variables({})


@breakage("there are no credentials in the environment", "credentials-missing", is_global=True)
class _Missing(_Variables):
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.write_variables({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})


@breakage("the credentials in the environment are a session's that is over", "credentials-expired", is_global=True)
class _Expired:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        iam = bench.client("iam")
        try:
            iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=json.dumps(_ANYBODY))
        except iam.exceptions.EntityAlreadyExistsException:
            pass
        arn = f"arn:aws:iam::{bench.account}:role/{_ROLE}"
        given = bench.client("sts").assume_role(RoleArn=arn, RoleSessionName="over")["Credentials"]
        # A session lasts a quarter of an hour at least; nobody waits for that here.
        bench.control("PUT", "/states", {"kind": "session", "region": "global", "name": given["AccessKeyId"], "expired": True})
        bench.write_variables({
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"]})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.write_variables({})
        bench.control("DELETE", "/states?kind=session")
        iam = bench.client("iam")
        try:
            iam.delete_role(RoleName=_ROLE)
        except iam.exceptions.NoSuchEntityException:
            pass


@breakage("the access key in the environment has been made inactive", "credentials-revoked", is_global=True)
class _Revoked:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        iam = bench.client("iam")
        try:
            iam.create_user(UserName=_USER)
        except iam.exceptions.EntityAlreadyExistsException:
            pass
        key = iam.create_access_key(UserName=_USER)["AccessKey"]
        iam.update_access_key(UserName=_USER, AccessKeyId=key["AccessKeyId"], Status="Inactive")
        bench.write_variables({"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.write_variables({})
        iam = bench.client("iam")
        try:
            for key in iam.list_access_keys(UserName=_USER)["AccessKeyMetadata"]:
                iam.delete_access_key(UserName=_USER, AccessKeyId=key["AccessKeyId"])
            iam.delete_user(UserName=_USER)
        except iam.exceptions.NoSuchEntityException:
            pass


@breakage("AWS's clock is an hour ahead of this machine's", "clock-wrong", is_global=True)
class _Clock:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.control("PUT", "/settings", {"clockOffsetSeconds": 3600})

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.control("PUT", "/settings", {"clockOffsetSeconds": 0})


class _Denied:
    """A Deny in the policy of whoever types."""

    name = ""

    @classmethod
    def deny(cls, bench: Bench, action: str, resource: str) -> None:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": resource}]}
        bench.client("iam").put_user_policy(UserName=bench.operator, PolicyName=f"{cls.name}-{bench.region}",
                                            PolicyDocument=json.dumps(document))

    @classmethod
    def mend(cls, bench: Bench, record: Record) -> None:
        iam = bench.client("iam")
        try:
            iam.delete_user_policy(UserName=bench.operator, PolicyName=f"{cls.name}-{bench.region}")
        except iam.exceptions.NoSuchEntityException:
            pass


@breakage("IAM refuses this machine's identity the database: dsql:DbConnect", "token-refused")
class _TokenRefused(_Denied):
    name = "taskops-sandbox-break-token"

    @classmethod
    def break_(cls, bench: Bench, record: Record) -> None:
        arn = f"arn:aws:dsql:{bench.region}:{bench.account}:cluster/{bench.stack.cluster}"
        cls.deny(bench, "dsql:DbConnect", arn)


@breakage("IAM refuses this machine's identity a look at the rule: events:DescribeRule", "look-refused")
class _LookRefused(_Denied):
    name = "taskops-sandbox-break-look"

    @classmethod
    def break_(cls, bench: Bench, record: Record) -> None:
        arn = f"arn:aws:events:{bench.region}:{bench.account}:rule/{bench.stack.bus}/*"
        cls.deny(bench, "events:DescribeRule", arn)


@breakage("AWS throttles every call to EventBridge", "events-throttled")
class _Throttled:
    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        fault = {"kind": "throttle", "service": "events", "region": bench.region}
        record["fault"] = bench.control("POST", "/faults", fault)["id"]

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        bench.end_fault(record)
