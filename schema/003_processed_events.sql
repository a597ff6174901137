-- What was processed. One DDL statement per transaction, split on ";" at top level: see README.md.

-- EventBridge and Lambda both deliver at least once. The key makes a second delivery a no-op: the row goes in with
-- the change, in one transaction. No foreign key: the record of an event may outlive its task.
-- started_at is the function's clock, processed_at the database's; they are never subtracted without saying so.
CREATE TABLE IF NOT EXISTS processed_events (
    event_id     uuid         PRIMARY KEY,
    detail_type  varchar(128) NOT NULL,
    task_id      uuid         NOT NULL,
    region       varchar(32)  NOT NULL,
    request_id   varchar(64)  NOT NULL,
    started_at   timestamptz  NOT NULL,
    processed_at timestamptz  NOT NULL DEFAULT now()
);

-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_processed_events_task_id' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_processed_events_task_id ON processed_events (task_id);
