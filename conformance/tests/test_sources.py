"""The operations that the client's sources name."""

from pathlib import Path

from conformance import sources

ROOT = Path(__file__).resolve().parents[2]


def test_every_way_of_naming_an_operation_is_found(tmp_path):
    folder = tmp_path / "Sources" / "AWS" / "Services"
    folder.mkdir(parents=True)
    (folder / "Any.swift").write_text(
        'call(.json(.eventBridge, "PutEvents", input)) call(.get(\n    .lambda, "GetFunction", path: "/X"))\n'
        'AWSOperation(service: .lambda, name: "Invoke") .get(\n  .dsql,\n  "ListClusters") .query(.sts, "AssumeRole", [])\n'
        'case alarmNames = "AlarmNames"\n'
    )
    wanted = {"events PutEvents", "lambda GetFunction", "lambda Invoke", "dsql ListClusters", "sts AssumeRole"}
    assert sources.operations(tmp_path) == wanted
    assert {one.call for one in sources.gaps(tmp_path, {"events PutEvents", "events Nonsense"})} == wanted - {
        "events PutEvents"
    } | {"events Nonsense"}


def test_the_sources_themselves_name_operations_of_the_models():
    found = sources.operations(ROOT)
    assert len(found) >= 20
    assert sources.gaps(ROOT, found) == []
