"""An error the gate gives in DSQL's place."""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_NOT_SUPPORTED = "0A000"
PROGRAM_LIMIT_EXCEEDED = "54000"
SERIALIZATION_FAILURE = "40001"


@dataclass(frozen=True)
class Refusal:
    code: str
    message: str
    hint: str | None = None


def unsupported(message: str) -> Refusal:
    return Refusal(FEATURE_NOT_SUPPORTED, message)


#: AWS, "Concurrency control in Aurora DSQL".
DATA_CONFLICT = Refusal(SERIALIZATION_FAILURE, "change conflicts with another transaction (OC000)")
SCHEMA_CONFLICT = Refusal(SERIALIZATION_FAILURE, "schema has been updated by another transaction (OC001)")
#: Recorded from live clusters, as are the two of mixed transactions.
SEVERAL_DDL = unsupported("multiple ddl statements not supported in a transaction")
DDL_WITH_DML = unsupported("ddl and dml are not supported in the same transaction")
#: AWS, "Cluster quotas and database limits in Amazon Aurora DSQL".
TOO_OLD = Refusal(PROGRAM_LIMIT_EXCEEDED, "transaction age limit of 300s exceeded")
