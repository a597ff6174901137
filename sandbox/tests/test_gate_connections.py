"""Who gets in at the gate, and in which words everybody else is refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from gate_support import (
    EAST,
    EAST_ID,
    FUNCTION_ROLE,
    LONE_ID,
    NEW_ID,
    OPERATOR,
    WEST,
    WEST_ID,
    Database,
    endpoint,
    running_database,
)

ACCESS_DENIED = "unable to accept connection, access denied"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as running:
        with running.connect() as admin:
            admin.execute("CREATE ROLE processor WITH LOGIN")
            admin.execute(f"AWS IAM GRANT processor TO '{FUNCTION_ROLE}'")
        yield running


def refused(database: Database, **options: object) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        database.connect(**options).close()  # type: ignore[arg-type]
    return str(caught.value)


def test_admin_comes_in_with_a_token_of_boto3(database: Database) -> None:
    with database.connect() as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("admin", "postgres")
        assert connection.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)


def test_a_role_comes_in_when_it_is_mapped_to_the_principal(database: Database) -> None:
    with database.connect("processor", key="ASIAFUNCTION") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("processor",)


def test_both_regions_see_the_same_rows(database: Database) -> None:
    with database.connect() as east, database.connect(region=WEST, identifier=WEST_ID) as west:
        east.execute("CREATE TABLE seen (id int PRIMARY KEY)")
        east.execute("INSERT INTO seen VALUES (7)")
        assert west.execute("SELECT id FROM seen").fetchall() == [(7,)]


def test_an_unpeered_cluster_has_rows_of_its_own(database: Database) -> None:
    with database.connect(identifier=LONE_ID) as lone:
        assert lone.execute("SELECT to_regclass('seen')").fetchone() == (None,)


WRONG = {
    "secret": ({"secret": "other"}, "signature we calculated does not match"),
    "host": ({"host": endpoint(LONE_ID, EAST)}, "made for another host name"),
    "region": ({"region": WEST, "host": endpoint(EAST_ID, EAST)}, "valid region, not 'us-west-2'"),
    "action": ({"action": "DbConnect"}, "Wrong user to action mapping. user: admin, action: DbConnect"),
    "age": ({"ago": timedelta(seconds=901)}, "Signature expired"),
    "future": ({"ago": -timedelta(minutes=10)}, "Signature not yet current"),
    "lifetime": ({"expires": 604_801}, "X-Amz-Expires must be from 1 to 604800"),
    "session token": ({"key": "ASIAFUNCTION", "session": "another"}, "token included in the request is invalid"),
    "credentials": ({"key": "ASIAEXPIRED"}, "security token included in the request is expired"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_token_is_refused_with_its_reason(database: Database, what: str) -> None:
    changes, reason = WRONG[what]
    said = refused(database, password=database.token("admin", **changes))  # type: ignore[arg-type]
    assert ACCESS_DENIED in said and reason in said


def test_a_token_lives_as_long_as_it_says(database: Database) -> None:
    database.connect(password=database.token("admin", expires=604_800, ago=timedelta(days=6))).close()


def test_tampering_is_noticed(database: Database) -> None:
    token = database.token("admin")
    assert "does not match" in refused(database, password=token.replace("X-Amz-Expires=900", "X-Amz-Expires=901"))
    assert "not an authentication token" in refused(database, password="secret")
    assert "lacks X-Amz-Signature" in refused(database, password=token.split("&X-Amz-Signature")[0])


def test_an_unknown_key_is_refused(database: Database) -> None:
    token = database.token("admin").replace("AKIAOPERATOR", "AKIANOBODY")
    assert "security token included in the request is invalid" in refused(database, password=token)


def test_iam_decides(database: Database) -> None:
    database.account.denied.add((OPERATOR, "dsql:DbConnectAdmin"))
    try:
        said = refused(database)
    finally:
        database.account.denied.clear()
    assert f"User: {OPERATOR} is not authorized to perform: dsql:DbConnectAdmin" in said


def test_a_role_without_a_mapping_is_refused_without_a_hint(database: Database) -> None:
    for user in ("processor", "nobody", "sandbox"):
        said = refused(database, user=user)
        assert ACCESS_DENIED in said and "HINT" not in said


def test_a_name_is_needed_to_find_the_cluster(database: Database) -> None:
    said = refused(database, sslsni=0, sslmode="require")
    assert "sni was not received" in said


def test_only_clusters_of_the_region_answer(database: Database) -> None:
    said = refused(database, host=endpoint(WEST_ID, WEST), sslmode="require")
    assert "no cluster in us-east-1" in said
    assert "no cluster in us-east-1" in refused(database, identifier="z" * 26)


def test_a_cluster_that_is_not_ready_says_so(database: Database) -> None:
    assert "the cluster is PENDING_SETUP" in refused(database, identifier=NEW_ID)


def test_there_is_one_database(database: Database) -> None:
    assert 'database "tasks" does not exist' in refused(database, dbname="tasks")


def test_the_certificate_is_checked(database: Database) -> None:
    assert "certificate verify failed" in refused(database, sslrootcert="/etc/ssl/certs/ca-certificates.crt")


def test_without_tls_nothing_happens(database: Database) -> None:
    assert "SSL is required" in refused(database, sslmode="disable")


def test_a_client_that_sends_nonsense_is_dropped(database: Database) -> None:
    with socket.create_connection(("127.0.0.1", database.ports[EAST]), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert raw.recv(100) == b""


def test_a_packet_sent_ahead_of_tls_does_not_slip_in(database: Database) -> None:
    """What arrives in the clear behind the SSLRequest must not be taken for encrypted (CVE-2021-23214)."""
    with socket.create_connection(("127.0.0.1", database.ports[EAST]), timeout=5) as raw:
        raw.sendall((8).to_bytes(4, "big") + (80877103).to_bytes(4, "big") + b"\0\0\0\x08smuggled")
        assert raw.recv(1) == b""


@pytest.mark.parametrize(("ahead", "word"), [(3600, "Signature expired"), (-3600, "Signature not yet current")])
def test_tokens_are_held_against_aws_s_clock_and_a_function_s_against_its_own(
    database: Database, ahead: int, word: str
) -> None:
    database.account.function_keys.add("ASIAFUNCTION")
    database.account.settings.update({"clockOffsetSeconds": ahead})
    try:
        assert word in refused(database)
        token = database.token("admin", ago=timedelta(seconds=-ahead))
        database.connect(password=token).close()
        database.connect("processor", key="ASIAFUNCTION").close()
    finally:
        database.account.settings.update({"clockOffsetSeconds": 0})
        database.account.function_keys.clear()
