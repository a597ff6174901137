-- The log of changes. One DDL statement per transaction, split on ";" at top level: see README.md.

-- The foreign key keeps a late event from logging a change to a task that is gone. It costs no conflict of its own:
-- a change is logged in the transaction that updates the task's row, so the two contend for that row anyway.
-- No ON DELETE CASCADE: who deletes a task deletes its log first and knowingly, in one transaction.
-- DSQL has foreign keys since 26 August 2026 (its release notes); it makes no index for them.
CREATE TABLE IF NOT EXISTS task_updates (
    id         uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id    uuid         NOT NULL REFERENCES tasks (id),
    field_name varchar(50)  NOT NULL,
    old_value  text,
    new_value  text,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz  NOT NULL DEFAULT now()
);

-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_task_updates_task_id' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_task_updates_task_id ON task_updates (task_id);
