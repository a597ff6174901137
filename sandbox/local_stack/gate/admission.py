"""Who may come in: from a client's startup packet and password to a role in a database, or to DSQL's refusal.

Wording and SQLSTATEs: AWS, "Troubleshooting issues in Aurora DSQL", gives "unable to accept connection, sni
was not received" and "Wrong user to action mapping"; public reports of drivers' error objects give FATAL
08006 "unable to accept connection, access denied" with IAM's reason as the hint when the token or IAM refuses,
and FATAL 28000 with the same text and no hint when the role has no mapping to the principal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import messages, token

if TYPE_CHECKING:
    from ..world import ClusterView, Credentials, World

ACCESS_DENIED = "unable to accept connection, access denied"


class NotAdmitted(Exception):
    """Becomes a FATAL error to the client."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def encoded(self) -> bytes:
        return messages.error("FATAL", self.code, self.message, self.hint)


def denied(hint: str | None) -> NotAdmitted:
    return NotAdmitted("08006", ACCESS_DENIED, hint)


def not_mapped() -> NotAdmitted:
    return NotAdmitted("28000", ACCESS_DENIED)


def unavailable() -> NotAdmitted:
    """AWS, "Troubleshooting": server unavailable (XX000) is the word for a passing condition."""
    return NotAdmitted("XX000", "unable to accept connection, server unavailable")


def cluster_at(world: World, server_name: str | None, region: str) -> ClusterView:
    if not server_name:
        raise NotAdmitted("08006", "unable to accept connection, sni was not received")
    cluster = world.cluster_at(server_name.lower())
    if cluster is None or cluster.region != region:
        # With DSQL the name would not resolve at all; say what a person here has to know.
        text = f'unable to accept connection, no cluster in {region} has the endpoint "{server_name}"'
        raise NotAdmitted("08006", text)
    if not cluster.accepts_connections:
        why = cluster.encryption_status if cluster.encryption_status == "KMS_KEY_INACCESSIBLE" else cluster.status
        raise NotAdmitted("57P03", f"unable to accept connection, the cluster is {why}")
    return cluster


def check(world: World, cluster: ClusterView, parameters: Mapping[str, str], password: str) -> Credentials:
    """The principal behind the token, when token and IAM let it in as the role it names."""
    user = parameters.get("user", "")
    try:
        accepted, credentials = token.verify(
            password, user=user, host=cluster.endpoint, region=cluster.region, clock=world.now,
            lookup=world.credentials,
        )
    except token.TokenRefused as refused:
        raise denied(str(refused)) from None
    action = f"dsql:{accepted.action}"
    if not world.is_allowed(credentials.principal_arn, action, cluster.arn,
                            session_policy=credentials.session_policy):
        raise denied(f"User: {credentials.caller_arn} is not authorized to perform: {action} "
                     f"on resource: {cluster.arn}")
    database = parameters.get("database") or user
    if database != "postgres":
        raise NotAdmitted("3D000", f'database "{database}" does not exist')
    return credentials


def mapping_question(role: str, credentials: Credentials) -> bytes:
    """A query, run as the role, that answers with a row when the principal may be that role."""
    arns = {credentials.principal_arn, credentials.caller_arn}
    wanted = ", ".join("'" + arn.replace("'", "''") + "'" for arn in sorted(arns))
    name = role.replace("'", "''")
    return messages.query(
        f"SELECT 1 FROM sys.iam_pg_role_mappings WHERE pg_role_name = '{name}' AND arn IN ({wanted})"
    )
