-- Who may do what. One DDL statement per transaction, split on ";" at top level: see README.md.

-- CREATE ROLE has no IF NOT EXISTS. Granting what is granted already is harmless, so the rest needs no condition.

-- skip when: SELECT 1 FROM pg_roles WHERE rolname = 'task_processor'
CREATE ROLE task_processor WITH LOGIN;

-- skip when: SELECT 1 FROM pg_roles WHERE rolname = 'taskops'
CREATE ROLE taskops WITH LOGIN;

-- The function never deletes.
GRANT SELECT, INSERT, UPDATE ON tasks TO task_processor;

GRANT SELECT, INSERT ON task_updates TO task_processor;

GRANT SELECT, INSERT ON processed_events TO task_processor;

-- The console reads, and deletes the canaries of its own stack.
GRANT SELECT, DELETE ON tasks TO taskops;

GRANT SELECT, DELETE ON task_updates TO taskops;

GRANT SELECT, DELETE ON processed_events TO taskops;

GRANT SELECT ON schema_version TO taskops;
