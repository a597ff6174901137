"""Aurora DSQL's control plane: one cluster, two that peer, and what is refused."""

import re
import time

import boto3
import pytest
from aws_support import ACCOUNT, EAST, WEST, stays, until
from botocore.exceptions import ClientError

WITNESS = "us-east-2"


@pytest.fixture
def east(stack):
    return stack.client("dsql", EAST)


@pytest.fixture
def west(stack):
    return stack.client("dsql", WEST)


@pytest.fixture(autouse=True)
def _nothing_left(east, west):
    yield
    for client in (east, west):
        for cluster in client.list_clusters()["clusters"]:
            client.update_cluster(identifier=cluster["identifier"], deletionProtectionEnabled=False)
            client.delete_cluster(identifier=cluster["identifier"])
    until(lambda: not east.list_clusters()["clusters"] and not west.list_clusters()["clusters"])


def error(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response


def status(client, cluster):
    return client.get_cluster(identifier=cluster["identifier"])["status"]


def peered(east, west, **more):
    one = east.create_cluster(multiRegionProperties={"witnessRegion": WITNESS}, **more)
    two = west.create_cluster(multiRegionProperties={"witnessRegion": WITNESS, "clusters": [one["arn"]]}, **more)
    both = {"witnessRegion": WITNESS, "clusters": [one["arn"], two["arn"]]}
    east.update_cluster(identifier=one["identifier"], multiRegionProperties=both)
    west.update_cluster(identifier=two["identifier"], multiRegionProperties=both)
    for client, cluster in ((east, one), (west, two)):
        client.get_waiter("cluster_active").wait(identifier=cluster["identifier"], WaiterConfig={"Delay": 0.1})
    return one, two


def test_a_single_cluster(east):
    made = east.create_cluster(tags={"Name": "x", "taskops:stack": "tasks"})
    assert made["status"] == "CREATING" and made["deletionProtectionEnabled"] is True
    assert re.fullmatch(r"[a-z0-9]{26}", made["identifier"])
    east.get_waiter("cluster_active").wait(identifier=made["identifier"], WaiterConfig={"Delay": 0.1})
    found = east.get_cluster(identifier=made["identifier"])
    assert found["arn"] == f"arn:aws:dsql:{EAST}:{ACCOUNT}:cluster/{made['identifier']}"
    assert found["endpoint"] == f"{made['identifier']}.dsql.{EAST}.on.aws"
    assert found["tags"] == {"Name": "x", "taskops:stack": "tasks"}
    assert found["encryptionDetails"] == {"encryptionType": "AWS_OWNED_KMS_KEY", "encryptionStatus": "ENABLED"}
    assert abs(found["creationTime"].timestamp() - time.time()) < 30 and "multiRegionProperties" not in found
    name = east.get_vpc_endpoint_service_name(identifier=made["identifier"])["serviceName"]
    assert re.fullmatch(rf"com\.amazonaws\.{EAST}\.dsql-[a-f0-9]{{6}}", name)


def test_deletion_protection(east):
    made = east.create_cluster()
    refused = error(east.delete_cluster, identifier=made["identifier"])
    assert refused["Error"]["Code"] == "ValidationException" and refused["reason"] == "deletionProtectionEnabled"
    east.update_cluster(identifier=made["identifier"], deletionProtectionEnabled=False)
    assert east.delete_cluster(identifier=made["identifier"])["status"] == "DELETING"
    east.get_waiter("cluster_not_exists").wait(identifier=made["identifier"], WaiterConfig={"Delay": 0.1})
    gone = error(east.get_cluster, identifier=made["identifier"])
    assert (gone["Error"]["Code"], gone["resourceType"]) == ("ResourceNotFoundException", "cluster")


def test_two_clusters_peer_once_each_names_the_other(east, west):
    one = east.create_cluster(multiRegionProperties={"witnessRegion": WITNESS})
    assert one["status"] == "PENDING_SETUP"
    two = west.create_cluster(multiRegionProperties={"witnessRegion": WITNESS})
    east.update_cluster(
        identifier=one["identifier"], multiRegionProperties={"witnessRegion": WITNESS, "clusters": [two["arn"]]}
    )
    # Longer than a cluster takes here: one side's word alone begins nothing.
    assert stays(lambda: (status(east, one), status(west, two)) == ("PENDING_SETUP", "PENDING_SETUP"))
    west.update_cluster(
        identifier=two["identifier"], multiRegionProperties={"witnessRegion": WITNESS, "clusters": [one["arn"]]}
    )
    assert (status(east, one), status(west, two)) == ("CREATING", "CREATING")
    assert until(lambda: (status(east, one), status(west, two)) == ("ACTIVE", "ACTIVE"))
    properties = east.get_cluster(identifier=one["identifier"])["multiRegionProperties"]
    assert properties == {"witnessRegion": WITNESS, "clusters": sorted([one["arn"], two["arn"]])}


def test_a_peered_cluster_waits_for_its_peer_to_be_deleted(east, west):
    one, two = peered(east, west, deletionProtectionEnabled=False)
    assert east.delete_cluster(identifier=one["identifier"])["status"] == "PENDING_DELETE"
    # Longer than a deletion takes here: it waits for the peer, for ever if need be.
    assert stays(lambda: (status(east, one), status(west, two)) == ("PENDING_DELETE", "ACTIVE"))
    late = error(east.update_cluster, identifier=one["identifier"], deletionProtectionEnabled=True)
    assert late["Error"]["Code"] == "ConflictException"
    assert west.delete_cluster(identifier=two["identifier"])["status"] == "DELETING"
    east.get_waiter("cluster_not_exists").wait(identifier=one["identifier"], WaiterConfig={"Delay": 0.1})
    west.get_waiter("cluster_not_exists").wait(identifier=two["identifier"], WaiterConfig={"Delay": 0.1})


def test_regions_that_cannot_be_together(east, west, stack):
    def refused(**properties):
        answer = error(east.create_cluster, multiRegionProperties=properties)
        assert answer["Error"]["Code"] == "ValidationException" and answer["reason"] == "fieldValidationFailed"
        return answer["Error"]["Message"]

    assert "same as the cluster's Region" in refused(witnessRegion=EAST)
    assert "Region set" in refused(witnessRegion="eu-west-1")
    absent = f"arn:aws:dsql:{WEST}:{ACCOUNT}:cluster/{'a' * 26}"
    assert "witness" in refused(clusters=[absent])
    assert "does not exist" in refused(witnessRegion=WITNESS, clusters=[absent])
    assert "Region set" in refused(witnessRegion=WITNESS, clusters=[absent.replace(WEST, "eu-west-1")])
    assert "differ" in refused(witnessRegion=WITNESS, clusters=[absent.replace(WEST, WITNESS)])
    assert error(stack.client("dsql", "sa-east-1").create_cluster)["Error"]["Code"] == "AccessDeniedException"
    assert east.list_clusters()["clusters"] == []


def test_the_same_client_token_makes_one_cluster(east, west):
    one, again = (east.create_cluster(clientToken="same") for _ in range(2))
    assert one["identifier"] == again["identifier"] and len(east.list_clusters()["clusters"]) == 1
    assert west.create_cluster(clientToken="same")["identifier"] != one["identifier"]


def test_clusters_are_listed_by_pages(east, west):
    made = {east.create_cluster()["identifier"] for _ in range(5)}
    west.create_cluster()
    pages = list(east.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["clusters"]) for page in pages] == [2, 2, 1]
    assert {cluster["identifier"] for page in pages for cluster in page["clusters"]} == made
    assert set(pages[0]["clusters"][0]) == {"identifier", "arn"}
    assert error(east.list_clusters, nextToken="$$$")["Error"]["Code"] == "ValidationException"


def test_tags_and_policies(east):
    made = east.create_cluster(tags={"a": "1"})
    arn = made["arn"]
    east.tag_resource(resourceArn=arn, tags={"b": "2"})
    east.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert east.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert error(east.tag_resource, resourceArn=arn, tags={"aws:x": "1"})["Error"]["Code"] == "ValidationException"
    identifier = made["identifier"]
    assert error(east.get_cluster_policy, identifier=identifier)["Error"]["Code"] == "ResourceNotFoundException"
    policy = '{"Version": "2012-10-17", "Statement": []}'
    assert east.put_cluster_policy(identifier=identifier, policy=policy)["policyVersion"] == "1"
    assert east.get_cluster_policy(identifier=identifier)["policy"] == policy
    stale = error(east.put_cluster_policy, identifier=identifier, policy=policy, expectedPolicyVersion="9")
    assert stale["Error"]["Code"] == "ConflictException"
    east.delete_cluster_policy(identifier=identifier)


def test_identifiers_that_are_none(east, stack):
    # boto3 checks the pattern no more than any other client does.
    assert error(east.get_cluster, identifier="not-one")["Error"]["Code"] == "ValidationException"
    assert error(east.get_cluster, identifier="a" * 26)["Error"]["Code"] == "ResourceNotFoundException"


def test_a_cluster_is_its_own_region_s(east, west):
    made = east.create_cluster()
    assert error(west.get_cluster, identifier=made["identifier"])["Error"]["Code"] == "ResourceNotFoundException"


def test_quota(east):
    with_witness = {"multiRegionProperties": {"witnessRegion": WITNESS}}
    for _ in range(5):
        east.create_cluster(**with_witness)
    refused = error(east.create_cluster, **with_witness)
    assert refused["Error"]["Code"] == "ServiceQuotaExceededException"
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 402


def test_the_token_generator_knows_the_endpoint(east, stack):
    """What boto3 signs for a cluster's endpoint is what the gates get to see."""
    made = east.create_cluster()
    session = boto3.Session(stack.key, stack.secret, region_name=EAST)
    token = session.client("dsql").generate_db_connect_auth_token(made["identifier"] + f".dsql.{EAST}.on.aws", EAST)
    assert token.startswith(east.get_cluster(identifier=made["identifier"])["endpoint"] + "/?Action=DbConnect&")
