-- Statements and DSQL's answer: the message it refuses with after " --> ", nothing where it runs them.
CREATE TABLE a (id serial primary key); --> type "serial" does not exist
CREATE TABLE a1 (id bigserial, x int[]); --> type "bigserial" does not exist
CREATE TABLE a2 (id int) PARTITION BY RANGE (id); --> PARTITION BY not supported for CREATE TABLE
CREATE TABLE a3 (LIKE a);
CREATE TABLE a4 () INHERITS (a); --> INHERITS not supported for CREATE TABLE
CREATE TABLE a5 (id uuid primary key, d jsonb, x xml, m money, i inet, t tsvector, h hstore); --> datatype xml not supported
CREATE TABLE a6 (id int, EXCLUDE USING gist (id WITH =)); --> EXCLUDE not supported for CREATE TABLE
CREATE TABLE a7 (id int) WITH (fillfactor=70); --> WITH not supported for CREATE TABLE
CREATE TABLE a8 (id int) TABLESPACE foo; --> TABLESPACE not supported for CREATE TABLE
CREATE TABLE a9 (id bigint GENERATED ALWAYS AS IDENTITY); --> identity column is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1
CREATE TABLE a10 (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1));
CREATE TABLE a11 (id int GENERATED ALWAYS AS IDENTITY (CACHE 1)); --> datatype integer not supported, identity column type must be bigint
CREATE TABLE a12 (id int, b text COLLATE "en_US"); --> COLLATE not supported for CREATE TABLE
CREATE TABLE a13 (id int, b int GENERATED ALWAYS AS (id*2) STORED);
CREATE TABLE a14 (id int REFERENCES a(id) DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX i1 ON a(id); --> unsupported mode. please use CREATE INDEX ASYNC.
CREATE INDEX ASYNC i2 ON a(id);
CREATE INDEX ASYNC i3 ON a USING gin (id); --> USING not supported for CREATE INDEX
CREATE INDEX ASYNC i4 ON a (id DESC); --> specifying sort order not supported for index keys
CREATE INDEX ASYNC i5 ON a (id NULLS FIRST);
CREATE INDEX ASYNC i6 ON a (id text_pattern_ops); --> opclass not supported for index keys
CREATE INDEX CONCURRENTLY i7 ON a(id); --> CONCURRENTLY not supported for CREATE INDEX
CREATE SEQUENCE s; --> CREATE SEQUENCE is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1
CREATE SEQUENCE s CACHE 1;
CREATE SEQUENCE s CACHE 100; --> CREATE SEQUENCE is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1
CREATE SEQUENCE s AS int CACHE 1; --> datatype integer not supported, sequence type must be bigint
CREATE VIEW v AS SELECT 1;
CREATE MATERIALIZED VIEW v AS SELECT 1; --> unsupported statement: CreateTableAs
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); --> CREATE TRIGGER not supported
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'begin return 1; end'; --> CREATE FUNCTION with language plpgsql not supported
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';
CREATE PROCEDURE f() LANGUAGE sql AS 'select 1'; --> PROCEDURE is not supported
DO $$ begin end $$; --> unsupported statement: Do
TRUNCATE a; --> unsupported statement: Truncate
CREATE TEMP TABLE a (id int); --> TEMPORARY or TEMP table not supported for CREATE TABLE
SAVEPOINT x; --> unsupported transaction statement: SAVEPOINT
VACUUM; --> unsupported VACUUM statement
ANALYZE a;
LISTEN x; --> unsupported statement: Listen
NOTIFY x; --> unsupported statement: Notify
LOCK TABLE a; --> unsupported statement: Lock
DECLARE c CURSOR FOR SELECT 1; --> unsupported statement: DeclareCursor
PREPARE p AS SELECT 1; --> unsupported statement: Prepare
COPY a FROM STDIN;
CLUSTER a; --> unsupported statement: Cluster
REINDEX TABLE a; --> unsupported statement: Reindex
CREATE RULE r AS ON INSERT TO a DO NOTHING; --> unsupported statement: Rule
CREATE POLICY p ON a; --> unsupported statement: CreatePolicy
CREATE EXTENSION x; --> unsupported statement: CreateExtension
CREATE DATABASE x; --> unsupported statement: Createdb
CREATE TYPE e AS ENUM ('a'); --> CREATE TYPE not supported
CREATE DOMAIN d AS int;
CREATE SCHEMA s;
CREATE ROLE r WITH LOGIN;
CREATE USER u;
ALTER TABLE a ADD COLUMN x int;
ALTER TABLE a ADD COLUMN x int DEFAULT 1; --> ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE a ADD COLUMN x int NOT NULL; --> ALTER TABLE ADD COLUMN with constraint not supported
ALTER TABLE a ALTER COLUMN x TYPE text; --> unsupported ALTER TABLE ALTER COLUMN ... SET DATA TYPE statement
ALTER TABLE a ALTER COLUMN x SET NOT NULL; --> unsupported ALTER TABLE ALTER COLUMN ... SET NOT NULL statement
ALTER TABLE a ALTER COLUMN x SET DEFAULT 1;
ALTER TABLE a DROP COLUMN x;
ALTER TABLE a RENAME COLUMN x TO y;
ALTER TABLE a RENAME TO b;
ALTER TABLE a SET SCHEMA s;
ALTER TABLE a OWNER TO x;
ALTER TABLE a ADD CONSTRAINT c CHECK (x>0); --> unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE a ADD CONSTRAINT c CHECK (x>0) NOT VALID;
ALTER TABLE a ADD CONSTRAINT c UNIQUE (x); --> unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE a ADD CONSTRAINT c UNIQUE USING INDEX i;
ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b; --> unsupported ALTER TABLE ADD CONSTRAINT statement
ALTER TABLE a DROP CONSTRAINT c;
ALTER TABLE a VALIDATE CONSTRAINT c; --> unsupported ALTER TABLE VALIDATE CONSTRAINT statement
ALTER TABLE a ENABLE ROW LEVEL SECURITY; --> unsupported ALTER TABLE ENABLE ROW LEVEL SECURITY statement
ALTER TABLE a DISABLE TRIGGER ALL; --> unsupported ALTER TABLE TRIGGER statement
ALTER INDEX i RENAME TO j; --> unsupported object in RENAME statement
ALTER SYSTEM SET x=1; --> unsupported statement: AlterSystem
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; --> Unsupported isolation level: SERIALIZABLE
BEGIN ISOLATION LEVEL READ COMMITTED; --> Unsupported isolation level: READ COMMITTED
COMMENT ON TABLE a IS 'x';
SELECT * FROM a FOR SHARE; --> locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported
SELECT * FROM a TABLESAMPLE SYSTEM (1); --> TABLESAMPLE clause not supported
SELECT pg_advisory_lock(1);
SELECT pg_sleep(1);
MERGE INTO a USING b ON a.id=b.id WHEN MATCHED THEN DELETE; --> unsupported statement type: MERGE
GRANT SELECT ON a TO r;
AWS IAM GRANT r TO 'arn:aws:iam::1:role/x';
CREATE TYPE pair AS (a int, b int); --> unsupported statement: CompositeType
CREATE TYPE r AS RANGE (subtype = int4); --> unsupported statement: CreateRange
CREATE TABLE a AS SELECT 1; --> unsupported statement: CreateTableAs
SELECT 1 INTO b; --> unsupported statement: CreateTableAs
CREATE UNLOGGED TABLE a (id int); --> UNLOGGED table not supported for CREATE TABLE
SET default_transaction_isolation = 'repeatable read'; --> setting configuration parameter "default_transaction_isolation" not supported
SET client_min_messages = warning; --> setting configuration parameter "client_min_messages" not supported
SET TRANSACTION READ ONLY; --> setting configuration parameter "TRANSACTION" not supported
SET ROLE x; --> setting configuration parameter "role" not supported
SET search_path = public;
SHOW lc_collate; --> unrecognized configuration parameter "lc_collate"
SHOW server_version;
BEGIN ISOLATION LEVEL REPEATABLE READ;
BEGIN;
COMMIT;
ROLLBACK;
ROLLBACK TO SAVEPOINT x; --> unsupported transaction statement: ROLLBACK TO
RELEASE x; --> unsupported transaction statement: RELEASE
GRANT USAGE ON SCHEMA public TO r; --> feature not supported on system entity
GRANT USAGE ON SCHEMA s TO r;
REVOKE SELECT ON a FROM r;
DROP TABLE a;
DROP INDEX i;
DROP TYPE t; --> unsupported object in DROP statement
CREATE UNIQUE INDEX ASYNC i ON a (b) INCLUDE (c) NULLS NOT DISTINCT;
CREATE INDEX ASYNC i ON a (lower(b)) WHERE b IS NOT NULL;
CREATE INDEX ASYNC ON a (b);
CREATE INDEX ASYNC i ON a USING btree (b); --> USING not supported for CREATE INDEX
ALTER TABLE ASYNC a VALIDATE CONSTRAINT c;
ALTER TABLE a ADD COLUMN d money; --> datatype money not supported
ALTER TABLE a ADD COLUMN d text[]; --> datatype text[] not supported
ALTER TABLE a ADD COLUMN d serial; --> type "serial" does not exist
ALTER TABLE a ALTER COLUMN d DROP NOT NULL;
ALTER TYPE t ADD VALUE 'x'; --> ALTER TYPE not supported
INSERT INTO a VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING id;
UPDATE a SET b = 1 WHERE id = 2;
DELETE FROM a WHERE id = 2;
SELECT * FROM a FOR UPDATE;
SELECT * FROM a FOR KEY SHARE;
WITH x AS (SELECT 1) SELECT * FROM x;
EXPLAIN SELECT 1;
CREATE TABLE a (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), p uuid REFERENCES p (id) ON DELETE CASCADE, d jsonb NOT NULL, t timestamptz DEFAULT now(), CHECK (t > 'epoch'));
