-- What every database of the sandbox holds before a client sees it: the roles, views and procedures that
-- Aurora DSQL has by itself. Run once, in single-user mode, on template1; statements end at ";" + blank line.

CREATE ROLE admin LOGIN CREATEROLE;

ALTER SCHEMA public OWNER TO admin;

CREATE SCHEMA sys;

CREATE SCHEMA sandbox;

GRANT USAGE ON SCHEMA sys, sandbox TO PUBLIC;

-- IAM: which principals may log in as which role (AWS IAM GRANT).

CREATE TABLE sandbox.iam_mappings (
    iam_oid oid NOT NULL,
    arn text NOT NULL,
    role_oid oid NOT NULL,
    grantor_oid oid NOT NULL,
    PRIMARY KEY (role_oid, arn)
);

CREATE SEQUENCE sandbox.iam_oids START 20000;

CREATE VIEW sys.iam_pg_role_mappings AS
SELECT m.iam_oid, m.arn, m.role_oid AS pg_role_oid, r.rolname AS pg_role_name,
       m.grantor_oid AS grantor_pg_role_oid, g.rolname AS grantor_pg_role_name
FROM sandbox.iam_mappings m
JOIN pg_roles r ON r.oid = m.role_oid
LEFT JOIN pg_roles g ON g.oid = m.grantor_oid;

GRANT SELECT ON sys.iam_pg_role_mappings TO PUBLIC;

-- The wording of these refusals: AWS, "Troubleshooting issues in Aurora DSQL", authorization errors.

CREATE FUNCTION sandbox.iam_role(role_name text, arn text) RETURNS oid LANGUAGE plpgsql AS $$
DECLARE role pg_roles;
BEGIN
    IF session_user <> 'admin' THEN
        RAISE EXCEPTION 'permission denied to grant IAM trust with role %', role_name USING ERRCODE = '42501';
    END IF;
    SELECT * INTO role FROM pg_roles WHERE rolname = role_name;
    IF role.oid IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role_name USING ERRCODE = '42704';
    END IF;
    IF role.rolsuper OR role.rolname = 'admin' OR role.rolname LIKE 'pg\_%' THEN
        RAISE EXCEPTION 'Role % not supported', role_name USING ERRCODE = '0A000';
    END IF;
    IF NOT role.rolcanlogin THEN
        RAISE EXCEPTION 'role % must have the LOGIN attribute', role_name USING ERRCODE = '22023';
    END IF;
    IF arn !~ '^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(role|user|assumed-role)/[^[:space:]]+$' THEN
        RAISE EXCEPTION 'IAM role must look like an IAM ARN' USING ERRCODE = '22023';
    END IF;
    RETURN role.oid;
END $$;

CREATE PROCEDURE sandbox.iam_grant(role_name text, principal text) LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE target oid := sandbox.iam_role(role_name, principal);
BEGIN
    IF EXISTS (SELECT FROM sandbox.iam_mappings m WHERE m.role_oid = target AND m.arn = principal) THEN
        RAISE EXCEPTION 'IAM trust of role "%" with "%" already exists', role_name, principal USING ERRCODE = '42710';
    END IF;
    INSERT INTO sandbox.iam_mappings
    SELECT nextval('sandbox.iam_oids')::oid, principal, target, oid FROM pg_roles WHERE rolname = session_user;
END $$;

CREATE PROCEDURE sandbox.iam_revoke(role_name text, principal text) LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE target oid := sandbox.iam_role(role_name, principal);
BEGIN
    DELETE FROM sandbox.iam_mappings m WHERE m.role_oid = target AND m.arn = principal;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'IAM trust of role "%" with "%" does not exist', role_name, principal USING ERRCODE = '42704';
    END IF;
END $$;

-- Asynchronous jobs. The work is done at once; the row and the answer are those of DSQL.

CREATE TABLE sandbox.jobs (
    job_id text PRIMARY KEY,
    status text NOT NULL,
    details text,
    job_type text NOT NULL,
    class_id oid,
    object_id oid,
    object_name text,
    start_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now()
);

CREATE VIEW sys.jobs AS
SELECT job_id, status, details, job_type, class_id, object_id, object_name, start_time, update_time
FROM sandbox.jobs;

GRANT SELECT ON sys.jobs TO PUBLIC;

CREATE FUNCTION sandbox.record_job(type text, object oid, name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE id text;
BEGIN
    SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + floor(random() * 32)::int, 1), '')
    INTO id FROM generate_series(1, 26);
    INSERT INTO sandbox.jobs VALUES (id, 'completed', NULL, type, 'pg_class'::regclass, object, name);
    RETURN id;
END $$;

CREATE FUNCTION sandbox.create_index_async(ddl text, in_table text, index_name text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE index oid;
BEGIN
    EXECUTE ddl;
    SELECT i.indexrelid INTO index
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = in_table::regclass AND (index_name IS NULL OR c.relname = index_name)
    ORDER BY i.indexrelid DESC LIMIT 1;
    RETURN sandbox.record_job('INDEX_BUILD', index,
        (SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = index));
END $$;

CREATE FUNCTION sandbox.validate_constraint_async(ddl text, in_table text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE ddl;
    RETURN sandbox.record_job('VALIDATE_CONSTRAINT', in_table::regclass, in_table);
END $$;

CREATE PROCEDURE sys.wait_for_job(job text, INOUT succeeded boolean DEFAULT NULL) LANGUAGE plpgsql AS $$
BEGIN
    IF job !~ '^[a-z2-7]{26}$' THEN
        RAISE EXCEPTION 'Unable to convert text to UUID' USING ERRCODE = '22P02';
    END IF;
    SELECT status = 'completed' INTO succeeded FROM sys.jobs WHERE job_id = job;
    IF succeeded IS NULL THEN
        RAISE EXCEPTION 'job "%" does not exist', job USING ERRCODE = '42704';
    END IF;
END $$;

-- A transaction changes at most 3,000 rows (AWS, "Cluster quotas and database limits"). Each table gets
-- three statement triggers that count; they are marked internal so that no client sees or drops them.

CREATE FUNCTION sandbox.count_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE total bigint;
BEGIN
    SELECT count(*) + coalesce(nullif(current_setting('sandbox.changed_rows', true), ''), '0')::bigint
    INTO total FROM changed;
    IF total > 3000 THEN
        RAISE EXCEPTION 'transaction row limit exceeded' USING ERRCODE = '54000';
    END IF;
    PERFORM set_config('sandbox.changed_rows', total::text, true);
    RETURN NULL;
END $$;

CREATE FUNCTION sandbox.watch_new_table() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE command record;
BEGIN
    FOR command IN SELECT * FROM pg_event_trigger_ddl_commands()
                   WHERE object_type = 'table' AND command_tag = 'CREATE TABLE' LOOP
        EXECUTE format('CREATE TRIGGER sandbox_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS changed
                        FOR EACH STATEMENT EXECUTE FUNCTION sandbox.count_rows()', command.objid::regclass);
        EXECUTE format('CREATE TRIGGER sandbox_updated AFTER UPDATE ON %s REFERENCING NEW TABLE AS changed
                        FOR EACH STATEMENT EXECUTE FUNCTION sandbox.count_rows()', command.objid::regclass);
        EXECUTE format('CREATE TRIGGER sandbox_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS changed
                        FOR EACH STATEMENT EXECUTE FUNCTION sandbox.count_rows()', command.objid::regclass);
        UPDATE pg_trigger SET tgisinternal = true
        WHERE tgrelid = command.objid AND tgname LIKE 'sandbox\_%';
    END LOOP;
END $$;

CREATE EVENT TRIGGER sandbox_watch_new_table ON ddl_command_end
WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION sandbox.watch_new_table();

DROP DATABASE postgres;

CREATE DATABASE postgres TEMPLATE template1;

