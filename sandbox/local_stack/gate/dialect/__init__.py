"""What Aurora DSQL makes of SQL that differs from PostgreSQL."""

from .refusal import Refusal
from .statements import Kind, Plan, Statement, plan

__all__ = ["Kind", "Plan", "Refusal", "Statement", "plan"]
