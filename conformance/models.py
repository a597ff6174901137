"""botocore's service models, by the names the local stack records."""

from __future__ import annotations

import functools

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel


@functools.cache
def _loader() -> Loader:
    return Loader()


@functools.cache
def service(name: str) -> ServiceModel | None:
    try:
        return ServiceModel(_loader().load_service_model(name, "service-2"), name)
    except UnknownServiceError:
        return None


@functools.cache
def operation(service_name: str, name: str) -> OperationModel | None:
    """None where botocore knows no such service, or the service no such operation."""
    model = service(service_name)
    try:
        return model.operation_model(name) if model else None
    except OperationNotFoundError:
        return None


def protocols(model: OperationModel) -> list[str]:
    """All that the service speaks: CloudWatch's model names CBOR first, and JSON and query beside it."""
    metadata = model.service_model.metadata
    return list(metadata.get("protocols") or [metadata["protocol"]])
