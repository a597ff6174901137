-- Which IAM identities may take the roles. One DDL statement per transaction, split on ";" at top level: see README.md.
-- run: always

-- Both take ARNs of IAM roles and of IAM users alike (Aurora DSQL user guide, "Using database roles and IAM
-- authentication"). A variable with several values runs its statement, and its condition, once for each.

-- skip when: SELECT 1 FROM sys.iam_pg_role_mappings WHERE pg_role_name = 'task_processor' AND arn = '${processorRoleArn}'
AWS IAM GRANT task_processor TO '${processorRoleArn}';

-- skip when: SELECT 1 FROM sys.iam_pg_role_mappings WHERE pg_role_name = 'taskops' AND arn = '${consoleRoleArn}'
AWS IAM GRANT taskops TO '${consoleRoleArn}';
