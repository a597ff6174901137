"""Tags of log groups (API reference, TagResource, UntagResource, ListTagsForResource)."""

from __future__ import annotations

import re
from typing import Any

from ..errors import AwsError
from ..world import World
from .requests import constraint, groups_of, invalid

MOST_TAGS = 50
#: The model's patterns, ``[\p{L}\p{Z}\p{N}_.:/=+\-@]``: letters, separators and numbers of all scripts are in ``\w`` and
#: ``\s``.
_KEY = re.compile(r"[\w\s.:/=+\-@]{1,128}")
_VALUE = re.compile(r"[\w\s.:/=+\-@]{0,256}")


def checked_tags(tags: dict[str, Any]) -> dict[str, str]:
    if not 1 <= len(tags) <= MOST_TAGS:
        raise constraint("tags", tags, f"Member must have length between 1 and {MOST_TAGS}")
    for key, value in tags.items():
        if not _KEY.fullmatch(key):
            raise constraint("tags", key, "Map keys must satisfy constraint: [Member must have length from 1 to 128]")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise constraint("tags", value, "Map value must satisfy constraint: [Member must have length up to 256]")
        if key.lower().startswith("aws:"):
            raise invalid("Tag keys that begin with aws: are AWS's own.")
    return tags


def tag_resource(world: World, region: str, wanted: dict[str, Any]) -> None:
    from moto.logs.models import logs_backends

    arn, added = _existing(world, region, wanted["resourceArn"]), checked_tags(wanted["tags"])
    tagger = logs_backends[world.account_id][region].tagger
    if len(tagger.get_tag_dict_for_resource(arn) | added) > MOST_TAGS:
        raise AwsError(
            "TooManyTagsException", f"A resource can have no more than {MOST_TAGS} tags.", details={"resourceName": arn}
        )
    tagger.tag_resource(arn, [{"Key": key, "Value": value} for key, value in added.items()])


def untag_resource(world: World, region: str, wanted: dict[str, Any]) -> None:
    from moto.logs.models import logs_backends

    arn = _existing(world, region, wanted["resourceArn"])
    logs_backends[world.account_id][region].untag_resource(arn, wanted["tagKeys"])


def list_tags_for_resource(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    from moto.logs.models import logs_backends

    arn = _existing(world, region, wanted["resourceArn"])
    return {"tags": logs_backends[world.account_id][region].tagger.get_tag_dict_for_resource(arn)}


def forget_tags(world: World, region: str, arn: str) -> None:
    from moto.logs.models import logs_backends

    logs_backends[world.account_id][region].tagger.delete_all_tags_for_resource(arn)


def _existing(world: World, region: str, arn: str) -> str:
    place, _, name = arn.partition(":log-group:")
    if place != f"arn:aws:logs:{region}:{world.account_id}" or name not in groups_of(world, region):
        raise AwsError("ResourceNotFoundException", "The specified resource does not exist.")
    return arn
