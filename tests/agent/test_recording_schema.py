"""The committed schema is that of the models, and what is recorded is valid by it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.recording.format import EVENTS, FORMAT_VERSION
from agent.recording.schema import event_schema, schema_text
from tests.agent.episodes import COUNT, DONE, NOWHERE, Rig, call, tap
from tools.devices.fake import FakeDevice

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "recordings" / f"v{FORMAT_VERSION}"
VALIDATOR = Draft202012Validator(event_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def of_kind(kind: str) -> dict[str, Any]:
    return next(event for event in events(GOLDEN) if event["event"] == kind)


def test_the_committed_schema_is_what_the_models_give() -> None:
    path = ROOT / "docs" / "recording.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(), (
        f"write it again: agent recordings schema > {path.relative_to(ROOT)}"
    )


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(event_schema())


def test_every_kind_of_event_is_in_it() -> None:
    known = set(event_schema()["discriminator"]["mapping"])
    assert {event["event"] for event in events(GOLDEN)} == known - {"check"}
    assert known == set(EVENTS.json_schema()["discriminator"]["mapping"])


def test_all_events_of_real_recordings_are_valid(tmp_path: Path) -> None:
    decisions = [tap(COUNT), tap(NOWHERE), call("scroll", direction="down"), call("note", text="n")]
    odd = [call("dance"), tap([9999, 1]), call("type_text", text="中🦓")]
    whole = Rig(tmp_path, [*decisions, *odd, DONE]).run().recording
    lost = Rig(tmp_path, [tap(COUNT)] * 3, device=FakeDevice(gone_after=1)).run().recording
    for folder in (GOLDEN, whole, lost):
        assert folder is not None
        for event in events(folder):
            VALIDATOR.validate(event)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: event | {"dreams": 1},
        lambda event: event | {"seq": -1},
        lambda event: event | {"event": "dance"},
        lambda event: event | {"at_s": "soon"},
        lambda event: event | {"frame": {"path": "frames/x.png"}},
        lambda event: {name: value for name, value in event.items() if name != "event"},
        lambda event: {name: value for name, value in event.items() if name != "masked"},
    ],
)
def test_what_is_no_event_is_not_valid(spoil: Callable[[dict[str, Any]], object]) -> None:
    event = of_kind("observation")
    assert VALIDATOR.is_valid(event)
    assert not VALIDATOR.is_valid(spoil(event))


def test_what_fields_mean_stands_at_the_fields() -> None:
    properties = event_schema()["$defs"]["RunEnd"]["properties"]
    assert properties["events_sha256"]["description"].startswith("Hex digest of all bytes")
    assert "Attributes" not in json.dumps(event_schema())


def test_the_document_names_every_event_and_every_field() -> None:
    text = (ROOT / "docs" / "recording-format.md").read_text(encoding="utf-8")
    mapping = event_schema()["discriminator"]["mapping"]
    for kind, ref in mapping.items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| `{kind}`"))
        fields = event_schema()["$defs"][ref.rpartition("/")[2]]["required"]
        unsaid = {name for name in fields if f"`{name}`" not in row}
        assert unsaid == {"event", "seq", "at_s"}, kind


def test_the_document_names_every_rung_and_origin() -> None:
    text = (ROOT / "docs" / "recording-format.md").read_text(encoding="utf-8")
    kinds = event_schema()["$defs"]
    for name in (
        *kinds["RungTaken"]["properties"]["rung"]["enum"],
        *kinds["Origin"]["properties"]["kind"]["enum"],
    ):
        assert f"`{name}`" in text
    assert f"\nVersion {FORMAT_VERSION}." in text
