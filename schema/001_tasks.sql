-- Tasks. One DDL statement per transaction, split on ";" at top level: see README.md.

-- A task made by an event has the event's id, which the sender knows from PutEvents; the default serves direct
-- requests. updated_at is set by the writer, because DSQL has no triggers.
CREATE TABLE IF NOT EXISTS tasks (
    id           uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    title        varchar(255) NOT NULL,
    description  text,
    status       varchar(50)  NOT NULL DEFAULT 'pending',
    priority     varchar(20)  NOT NULL DEFAULT 'medium',
    assigned_to  varchar(100),
    created_by   varchar(100) NOT NULL,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),
    project_id   integer,
    due_date     timestamptz,
    completed_at timestamptz
);

-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_tasks_status' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_status ON tasks (status);

-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_tasks_assigned_to' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_assigned_to ON tasks (assigned_to);

-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_tasks_project_id' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_project_id ON tasks (project_id);

-- Pages of GET /tasks: newest first, the id breaks ties.
-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_tasks_created_at' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_created_at ON tasks (created_at, id);

-- Finds what a stack's canaries left behind without reading anybody's tasks.
-- done when: SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'idx_tasks_created_by' AND i.indisvalid
CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_created_by ON tasks (created_by, created_at);
