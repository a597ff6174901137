"""The operations of Aurora DSQL (REST-JSON), as botocore's model describes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from ..errors import AwsError
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from .clusters import ARN, REGIONS, Cluster, validation_error

Operation = Callable[[World, Call], Response]


def create_cluster(world: World, call: Call) -> Response:
    wanted = _body(call)
    if call.region not in REGIONS:
        raise AwsError("AccessDeniedException", f"Aurora DSQL is not available in {call.region}.", 403)
    _check_tags(wanted.get("tags"))
    if wanted.get("policy"):
        _check_policy(wanted["policy"])
    return json_answer(world.dsql.create(call.region, wanted).as_json(full=True))


def get_cluster(world: World, call: Call) -> Response:
    cluster = world.dsql.get(call.region, call.labels["identifier"])
    return json_answer({**cluster.as_json(full=True), "tags": cluster.tags})


def update_cluster(world: World, call: Call) -> Response:
    return json_answer(world.dsql.update(call.region, call.labels["identifier"], _body(call)).as_json(full=False))


def delete_cluster(world: World, call: Call) -> Response:
    return json_answer(world.dsql.delete(call.region, call.labels["identifier"]).as_json(full=False))


def list_clusters(world: World, call: Call) -> Response:
    text = call.query_value("max-results")
    if text is not None and (not text.isdigit() or not 1 <= int(text) <= 100):
        raise validation_error("max-results is a number from 1 to 100.", field_name="maxResults")
    size = int(text) if text else 100
    after = _decoded_token(call.query_value("next-token"))
    clusters = [c for c in world.dsql.in_region(call.region) if c.identifier > after]
    page = clusters[:size]
    answer: dict[str, Any] = {"clusters": [{"identifier": c.identifier, "arn": c.arn} for c in page]}
    if len(clusters) > size:
        answer["nextToken"] = base64.urlsafe_b64encode(page[-1].identifier.encode()).decode()
    return json_answer(answer)


def get_vpc_endpoint_service_name(world: World, call: Call) -> Response:
    cluster = world.dsql.get(call.region, call.labels["identifier"])
    return json_answer(
        {
            "serviceName": vpc_endpoint_service_name(call.region),
            "clusterVpcEndpoint": cluster.endpoint.replace(".dsql.", ".dsql-fnh4.", 1),
        }
    )


def vpc_endpoint_service_name(region: str) -> str:
    return f"com.amazonaws.{region}.dsql-fe21ba"


def list_tags_for_resource(world: World, call: Call) -> Response:
    return json_answer({"tags": _tagged(world, call).tags})


def tag_resource(world: World, call: Call) -> Response:
    tags = _body(call).get("tags")
    _check_tags(tags)
    _tagged(world, call).tags.update(tags or {})
    return json_answer({})


def untag_resource(world: World, call: Call) -> Response:
    cluster = _tagged(world, call)
    for key in call.request.query.get("tagKeys", []):
        cluster.tags.pop(key, None)
    return json_answer({})


def put_cluster_policy(world: World, call: Call) -> Response:
    wanted = _body(call)
    _check_policy(wanted.get("policy"))
    cluster = world.dsql.get(call.region, call.labels["identifier"])
    _check_version(cluster, wanted.get("expectedPolicyVersion"))
    cluster.policy, cluster.policy_version = wanted["policy"], cluster.policy_version + 1
    return json_answer({"policyVersion": str(cluster.policy_version)})


def get_cluster_policy(world: World, call: Call) -> Response:
    cluster = world.dsql.get(call.region, call.labels["identifier"])
    return json_answer({"policy": _policy(cluster), "policyVersion": str(cluster.policy_version)})


def delete_cluster_policy(world: World, call: Call) -> Response:
    cluster = world.dsql.get(call.region, call.labels["identifier"])
    _policy(cluster)
    _check_version(cluster, call.query_value("expected-policy-version"))
    cluster.policy = None
    return json_answer({"policyVersion": str(cluster.policy_version)})


def _body(call: Call) -> dict[str, Any]:
    try:
        body = json.loads(call.request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise validation_error("The body is not a JSON object.", "cannotParse")
    return body


def _tagged(world: World, call: Call) -> Cluster:
    arn = call.labels["resourceArn"]
    found = ARN.fullmatch(arn)
    if not found:
        raise validation_error(f"'{arn}' is not the ARN of a cluster.", field_name="resourceArn")
    return world.dsql.get(found[2] if found[2] == call.region else call.region, found[4])


def _check_tags(tags: Any) -> None:
    if tags is None:
        return
    if not isinstance(tags, dict) or len(tags) > 200:
        raise validation_error("tags is a map of at most 200 tags.", field_name="tags")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or not isinstance(value, str) or len(value) > 256:
            raise validation_error(f"The tag '{key}' is too long or has no text as its value.", field_name="tags")
        if key.lower().startswith("aws:"):
            raise validation_error(f"The tag '{key}' begins with aws:, which is AWS's own.", field_name="tags")


def _check_policy(policy: Any) -> None:
    try:
        parsed = json.loads(policy)
    except (TypeError, ValueError):
        parsed = None
    if not isinstance(parsed, dict) or "Statement" not in parsed:
        raise validation_error("The policy is not a policy document.", field_name="policy")


def _check_version(cluster: Cluster, expected: str | None) -> None:
    if expected is not None and expected != str(cluster.policy_version):
        raise AwsError(
            "ConflictException",
            "The policy has another version by now.",
            409,
            {"resourceId": cluster.identifier, "resourceType": "cluster"},
        )


def _policy(cluster: Cluster) -> str:
    if cluster.policy is None:
        raise AwsError(
            "ResourceNotFoundException",
            f"The cluster {cluster.identifier} has no policy.",
            404,
            {"resourceId": cluster.identifier, "resourceType": "cluster-policy"},
        )
    return cluster.policy


def _decoded_token(token: str | None) -> str:
    if token is None:
        return ""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise validation_error("next-token is not one this service gave out.", field_name="nextToken") from None


OPERATIONS: dict[str, Operation] = {
    "CreateCluster": create_cluster,
    "GetCluster": get_cluster,
    "UpdateCluster": update_cluster,
    "DeleteCluster": delete_cluster,
    "ListClusters": list_clusters,
    "GetVpcEndpointServiceName": get_vpc_endpoint_service_name,
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "PutClusterPolicy": put_cluster_policy,
    "GetClusterPolicy": get_cluster_policy,
    "DeleteClusterPolicy": delete_cluster_policy,
}
