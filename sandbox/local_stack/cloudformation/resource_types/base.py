"""What the resource types have in common: a physical id, attributes, tags."""

from __future__ import annotations

from typing import Any, ClassVar

from ...cloudwatch.service import CloudWatch
from ...world import World


class Resource:
    """What all of these have in common: a physical id, attributes, and a way to be deleted."""

    #: Set once, before any stack is made.
    world: ClassVar[World]
    cloudwatch: ClassVar[CloudWatch]

    TYPE = ""
    NAME = ""
    ATTRIBUTES: tuple[str, ...] = ()

    def __init__(self, physical_id: str) -> None:
        self.physical_id = physical_id

    @property
    def physical_resource_id(self) -> str:
        return self.physical_id

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if attribute_name not in self.ATTRIBUTES:
            raise UnformattedGetAttTemplateException()
        return self.attribute(attribute_name)

    def attribute(self, name: str) -> Any:
        raise NotImplementedError

    def is_created(self) -> bool:
        return True


def tags_of(properties: dict[str, Any]) -> dict[str, str]:
    tags = properties.get("Tags") or []
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: str(tag["Value"]) for tag in tags}


def boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


def retag(tagger: Any, arn: str, properties: dict[str, Any]) -> None:
    tagger.delete_all_tags_for_resource(arn)
    if properties.get("Tags"):
        tagger.tag_resource(arn, properties["Tags"])
