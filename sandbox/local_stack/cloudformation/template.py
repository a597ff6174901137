"""Reading templates: order of creation, parameters' and rules' checks."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

_UNRESOLVED = "Template format error: Unresolved resource dependencies"
_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


def install() -> None:
    """Makes moto look at templates with these eyes, wherever it reads one."""
    from moto.cloudformation.models import Stack
    from moto.cloudformation.parsing import ResourceMap, clean_json, get_model_map

    original_parse, original_load = Stack.parse_template, ResourceMap.load

    def parse_template(text: Any) -> dict[str, Any]:
        try:
            parsed = original_parse(text)
        except (yaml.YAMLError, ValueError) as problem:
            said = " ".join(str(problem).split())
            raise refusal(f"Template format error: {said}") from None
        if not isinstance(parsed, dict):
            raise refusal("Template format error: unsupported structure.")
        return parsed

    def load(self: Any) -> None:
        if not self._template:
            original_load(self)
            return
        try:
            check(self._template, self.input_parameters, set(get_model_map()))
            original_load(self)
            check_rules(self._template, lambda value: clean_json(copy.deepcopy(value), self._parsed_resources))
        except TemplateError as problem:
            raise refusal(str(problem)) from None

    Stack.parse_template = staticmethod(parse_template)
    ResourceMap.load = load


def refusal(message: str) -> Exception:
    from moto.cloudformation.exceptions import ValidationError

    return ValidationError(message=message)


class TemplateError(ValueError):
    """The text is what CloudFormation answers as a ValidationError."""


def references(value: Any) -> Iterator[str]:
    """Logical ids and parameters a value refers to, by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref" and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else str(inner).split(".")[0]
            elif key == "Fn::Sub":
                text, names = (inner[0], inner[1]) if isinstance(inner, list) else (inner, {})
                yield from (found.split(".")[0] for found in _SUB.findall(text) if found.split(".")[0] not in names)
                yield from references(names)
            else:
                yield from references(inner)


def creation_order(resources: dict[str, Any]) -> list[str]:
    """Every resource after those it refers to or depends on."""
    order: list[str] = []
    path: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in path:
            raise TemplateError(f"Circular dependency between resources: [{', '.join(path[path.index(name) :])}]")
        path.append(name)
        depends = resources[name].get("DependsOn") or []
        needed = [depends] if isinstance(depends, str) else list(depends)
        for wanted in needed:
            if wanted not in resources:
                raise TemplateError(f"{_UNRESOLVED} [{wanted}] in the Resources block of the template")
        needed += list(references(resources[name].get("Properties") or {}))
        for wanted in needed:
            if wanted in resources:
                visit(wanted)
        path.pop()
        order.append(name)

    for name in resources:
        visit(name)
    return order


def check(template: dict[str, Any], given: dict[str, Any], known_types: set[str]) -> None:
    """What CloudFormation refuses before anything is made."""
    resources = template.get("Resources") or {}
    if not resources:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    strange = sorted({str(r.get("Type")) for r in resources.values()} - known_types)
    strange = [name for name in strange if not name.startswith("Custom::")]
    if strange:
        raise TemplateError(f"Template format error: Unrecognized resource types: [{', '.join(strange)}]")
    parameters = template.get("Parameters") or {}
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, one in parameters.items() if name not in given and "Default" not in one]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declared in parameters.items():
        value = given.get(name, declared.get("Default"))
        _check_parameter(name, str(value), declared)
    names = set(resources) | set(parameters)
    for found in references([{k: v for k, v in r.items() if k == "Properties"} for r in resources.values()]):
        if found not in names and not found.startswith("AWS::"):
            raise TemplateError(f"{_UNRESOLVED} [{found}] in the Resources block of the template")
    creation_order(resources)


def _check_parameter(name: str, value: str, declared: dict[str, Any]) -> None:
    def refuse(constraint: str) -> TemplateError:
        said = declared.get("ConstraintDescription")
        return TemplateError(
            f"Parameter '{name}' {constraint}" if not said else f"Parameter {name} failed to satisfy constraint: {said}"
        )

    kind = declared.get("Type", "String")
    if kind == "Number":
        try:
            number = float(value)
        except ValueError:
            raise TemplateError(f"Parameter '{name}' must be a number.") from None
        if "MinValue" in declared and number < float(declared["MinValue"]):
            raise refuse(f"must be a number not less than {declared['MinValue']}")
        if "MaxValue" in declared and number > float(declared["MaxValue"]):
            raise refuse(f"must be a number not greater than {declared['MaxValue']}")
    if "AllowedValues" in declared:
        allowed = [str(one) if not isinstance(one, bool) else str(one).lower() for one in declared["AllowedValues"]]
        if value not in allowed:
            raise refuse(f"must be one of AllowedValues: [{', '.join(allowed)}]")
    if "AllowedPattern" in declared and re.fullmatch(declared["AllowedPattern"], value) is None:
        raise refuse(f"must match pattern {declared['AllowedPattern']}")
    if "MinLength" in declared and len(value) < int(declared["MinLength"]):
        raise refuse(f"must contain at least {declared['MinLength']} characters")
    if "MaxLength" in declared and len(value) > int(declared["MaxLength"]):
        raise refuse(f"must contain at most {declared['MaxLength']} characters")


def check_rules(template: dict[str, Any], resolve: Callable[[Any], Any]) -> None:
    """The Rules section: assertions about parameters ("Rules section structure and syntax").

    ``resolve`` answers what a value's references stand for.
    """
    for rule in (template.get("Rules") or {}).values():
        condition = rule.get("RuleCondition")
        if condition is not None and not _holds(condition, resolve):
            continue
        for assertion in rule.get("Assertions") or []:
            if not _holds(assertion["Assert"], resolve):
                raise TemplateError(
                    "Template validation error: Rule assertion failed: "
                    f"{assertion.get('AssertDescription', 'an assertion does not hold')}"
                )


def _holds(condition: Any, resolve: Callable[[Any], Any]) -> bool:
    """One of the functions of "Rule functions" (template reference), but for those that ask EC2 or Route 53."""
    if not isinstance(condition, dict) or len(condition) != 1:
        raise TemplateError("Template format error: Every rule's condition must be one rule function.")
    ((function, given),) = condition.items()
    match function:
        case "Fn::And":
            return all(_holds(one, resolve) for one in given)
        case "Fn::Or":
            return any(_holds(one, resolve) for one in given)
        case "Fn::Not":
            return not _holds(given[0], resolve)
        case "Fn::Equals":
            return _text(resolve(given[0])) == _text(resolve(given[1]))
        case "Fn::Contains":
            return _text(resolve(given[1])) in _texts(given[0], resolve)
        case "Fn::EachMemberEquals":
            return _texts(given[0], resolve) <= {_text(resolve(given[1]))}
        case "Fn::EachMemberIn":
            return _texts(given[0], resolve) <= _texts(given[1], resolve)
    raise TemplateError(f"Template format error: The rule function {function} is not known here.")


def _texts(values: Any, resolve: Callable[[Any], Any]) -> set[str]:
    """The members of a list, which may be a parameter of a list type."""
    found = resolve(values)
    return {_text(one) for one in (found if isinstance(found, list) else str(found).split(","))}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
