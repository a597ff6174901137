"""What a person is told when something cannot be done: what happened, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)


class Problem(Exception):
    """A sentence that says what happened and where, and one that says what to do about it."""

    def __init__(self, summary: str, hint: str, step: str = "deploy", region: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint
        self.step = step
        self.region = region


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def error_message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", error))


_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}


@contextmanager
def aws_errors(step: str, region: str | None = None) -> Iterator[None]:
    """Turns what boto3 raises into a Problem; what a caller expects, it catches before."""
    place = f" in {region}" if region else ""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise Problem(
            f"no usable AWS credentials were found ({error})",
            "set AWS_PROFILE, or run `aws configure`, then try again",
            step,
            region,
        ) from error
    except EndpointConnectionError as error:
        raise Problem(
            f"AWS does not answer{place}: {error}",
            "check the network, and AWS_ENDPOINT_URL if it is set",
            step,
            region,
        ) from error
    except ClientError as error:
        raise _client_problem(error, step, region, place) from error
    except BotoCoreError as error:
        raise Problem(f"the call{place} could not be made: {error}", "check the AWS settings", step, region) from error


def _client_problem(error: ClientError, step: str, region: str | None, place: str) -> Problem:
    code = error_code(error)
    request = error.response.get("ResponseMetadata", {}).get("RequestId", "none")
    summary = f"{error.operation_name}{place} failed with {code}: {error_message(error)} (request {request})"
    if code in _EXPIRED:
        hint = "the credentials have expired: log in again (`aws sso login`), then repeat the command"
    elif code in _UNKNOWN:
        hint = "AWS does not know these credentials: run `aws sts get-caller-identity` to see whose they are"
    elif "AccessDenied" in code or code == "UnauthorizedOperation":
        hint = "`aws sts get-caller-identity` says who you are; infrastructure/README.md lists what you need"
    else:
        hint = "repeat the command: what is already done is not done again"
    return Problem(summary, hint, step, region)
