"""A scrubbed recording reads and verifies as before, and what was to go is nowhere in it."""

import base64
import dataclasses
import hashlib
import io
import json
import shutil
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from PIL import Image, ImageChops

from agent.recording.alive import is_held
from agent.recording.format import FORMAT_VERSION
from agent.recording.reader import Recording, list_recordings, read_recording
from agent.recording.scrub import scrub
from agent.recording.verify import verify
from tests.agent.episodes import DONE, FORM, NAME, SAVE, Rig, call, tap
from tools.action import Action
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError, UsageError
from tools.geometry import Box
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings"
TERM = "Ann Lee & Söhne"
TERMS = {TERM: "<redacted>"}


def as_xml(node: UiNode) -> str:
    box = node.box
    return (
        f"<node text={quoteattr(node.text)} hint={quoteattr(node.hint)} class={node.kind!r} "
        f'bounds="[{box.left},{box.top}][{box.right},{box.bottom}]" package="fake" />'
    )


class TreeDevice(FakeDevice):
    """Gives its UI tree as XML too, as Android does."""

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        found = super().observe(seen=seen)
        nodes = found.ui_tree.nodes if found.ui_tree is not None else ()
        source = f"<hierarchy>{''.join(map(as_xml, nodes))}</hierarchy>"
        return dataclasses.replace(found, ui_tree=UiTree(nodes=nodes, source=source))


def run(parent: Path, device: FakeDevice | None = None) -> Recording:
    """Type the term into a form; the policy speaks of it in all sorts of ways."""
    encoded = base64.b64encode(f"name={TERM}".encode()).decode()
    said = [
        tap(FORM),
        tap(NAME),
        call("type_text", f'I type "{TERM}" ({encoded}).', text=TERM),
        call("note", "name=Ann%20Lee%20%26%20S%C3%B6hne", text=json.dumps({"n": TERM})),
        tap(SAVE),
        DONE,
    ]
    rig = Rig(parent, said, device=device or TreeDevice(), goal=f"Write {TERM} down")
    folder = rig.run().recording
    assert folder is not None
    (folder / "phone-state.json").write_text(json.dumps({"owners": {TERM: [TERM, 1]}, "n": 12}))
    (folder / "phone.log").write_text(f"hello\r\n{TERM} called\r\n", newline="")
    return read_recording(folder)


def picture(recording: Recording, step: int) -> Image.Image:
    seen = recording.steps[step].observation
    assert seen is not None
    return Image.open(io.BytesIO(recording.read(seen.frame))).convert("RGB")


def everything(folder: Path) -> str:
    """All text in all files, names included, JSON without its escapes."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    names = [str(path.relative_to(folder)) for path in found]
    texts = [path.read_text() for path in found if path.suffix not in {".jpg", ".bin"}]
    return "\n".join([folder.name, *names, *texts])


def test_the_term_is_nowhere_and_all_else_is_as_it_was(tmp_path: Path) -> None:
    old = run(tmp_path)
    before = {path: path.read_bytes() for path in old.folder.rglob("*") if path.is_file()}
    done = scrub(old, TERMS)
    new = read_recording(done.folder)
    assert (new.warnings, verify(new).problems, verify(new).notes) == ((), (), ())
    text = everything(done.folder)
    for trace in ("Ann", "Söhne", "S%C3%B6hne", "S\\u00f6hne", "ann-lee", "Lee"):
        assert trace not in text
        assert trace in everything(old.folder) or trace == "S\\u00f6hne"
    assert base64.b64encode(TERM.encode()).decode()[4:12] not in text
    assert {path: path.read_bytes() for path in before} == before
    assert [each.index for each in new.steps] == [each.index for each in old.steps]
    assert [step.intent is None for step in new.steps] == [
        step.intent is None for step in old.steps
    ]
    assert new.start.goal == "Write <redacted> down"
    assert new.start.run == done.folder.name
    assert done.folder.parent == old.folder.parent
    assert new.steps[2].decision is not None
    assert new.steps[2].decision.call.arguments == {"text": "<redacted>"}
    assert new.steps[0].observation is not None
    assert new.steps[0].observation.frame == old.steps[0].observation.frame  # type: ignore[union-attr]
    assert done.names == set()
    assert len(list_recordings(tmp_path)[0]) == 2


def test_the_term_goes_in_whatever_case_it_is_written(tmp_path: Path) -> None:
    old = run(tmp_path)
    done = scrub(old, {"ANN LEE & söhne": "<redacted>"})
    text = everything(done.folder)
    for trace in ("Ann", "Söhne", "S%C3%B6hne", "ann-lee", "Lee"):
        assert trace not in text
    assert done.masked == scrub(old, TERMS, tmp_path / "other").masked != []


def test_other_text_files_go_along_without_the_term(tmp_path: Path) -> None:
    old = run(tmp_path)
    (old.folder / "dump.bin").write_bytes(b"\xff\xfe\x00")
    (old.folder / "link").symlink_to("/etc/hostname")
    (old.folder / "frames" / "0099-before.jpg").write_bytes(b"\xff\xd8\xff")
    done = scrub(old, TERMS)
    state = json.loads((done.folder / "phone-state.json").read_text())
    assert state == {"owners": {"<redacted>": ["<redacted>", 1]}, "n": 12}
    assert (done.folder / "phone.log").read_bytes() == b"hello\r\n<redacted> called\r\n"
    assert done.left_out == [
        "dump.bin: no text, and no event names it",
        "frames/0099-before.jpg: no text, and no event names it",
        "link: a link",
    ]


def test_pixels_are_masked_where_the_tree_shows_the_term(tmp_path: Path) -> None:
    old = run(tmp_path)
    done = scrub(old, TERMS)
    new = read_recording(done.folder)
    field = Box(left=10, top=40, right=260, bottom=76)
    shown = [step.index for step in new.steps if step.observation and step.observation.masked]
    assert shown == [3, 4]  # the field holds it from the moment it was typed until it was saved
    for index in shown:
        seen = new.steps[index].observation
        assert seen is not None
        assert seen.masked == (field,)
        changed = ImageChops.difference(picture(old, index), picture(new, index))
        inside = np.asarray(picture(new, index).crop((12, 42, 258, 74))).astype(int)
        assert abs(inside - 128).max() < 12, "nothing of what was written there is left"
        outside = np.asarray(changed).copy()
        outside[40:76, 10:260] = 0
        assert outside[90:].max() < 60, "the rest is as it was, but for JPEG"
    frames = [f"frames/{index:04d}-before.jpg" for index in shown[:1]]
    assert set(frames) <= set(done.masked)
    assert "frames/0004-anchor.jpg" in done.masked, "the patch around Save reaches into the field"
    intent = new.steps[4].intent
    assert intent is not None
    assert intent.anchor is not None
    cut = intent.anchor.box
    with Image.open(io.BytesIO(new.read(intent.anchor.patch))) as patch:
        there = field.intersection(cut)
        within = (there.left - cut.left, there.top - cut.top, there.right - cut.left,
                  there.bottom - cut.top)  # fmt: skip
        inner = np.asarray(patch.convert("L").crop(within))[2:-2, 2:-2].astype(int)
    assert inner.size > 100
    assert abs(inner - 128).max() < 12, "nothing of it is left in the patch, either"
    assert done.unchecked == []


def test_frames_without_a_tree_are_told(tmp_path: Path) -> None:
    class Blind(FakeDevice):
        def observe(self, *, seen: Screenshot | None = None) -> Observation:
            return dataclasses.replace(super().observe(seen=seen), ui_tree=None)

    done = scrub(run(tmp_path, Blind()), TERMS)
    pictures = {f"frames/{path.name}" for path in (done.folder / "frames").iterdir()}
    assert set(done.unchecked) == pictures != set()
    assert done.masked == []


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION + 1))
def test_what_was_sent_to_a_model_is_scrubbed_and_still_fits_together(
    tmp_path: Path, version: int
) -> None:
    old = read_recording(GOLDEN / f"v{version}")
    done = scrub(old, {"the form": "<X>", "Ann": "<Y>"}, tmp_path / "new")
    new = read_recording(done.folder)
    assert done.folder == tmp_path / "new"
    assert (new.start.format, new.start.run) == (FORMAT_VERSION, "new")
    assert verify(new).problems == ()
    assert new.start.goal == "Fill in <X> for <Y>"
    assert new.parts.keys() != old.parts.keys()
    assert new.steps[0].requests[0].settings == old.steps[0].requests[0].settings
    text = everything(done.folder)
    assert "the form" not in text
    assert "Ann" not in text
    if version > 1:
        assert new.start.origin is not None
        assert "for-ann" not in new.start.origin.run


def test_a_picture_that_was_sent_is_masked_and_named_by_its_new_hash(tmp_path: Path) -> None:
    """The golden recording has no tree; one is put in, as if the device had given it."""
    folder = Path(shutil.copytree(GOLDEN / "v2", tmp_path / "with tree"))
    box = 'bounds="[10,40][260,76]"'
    tree = f'<hierarchy><node text="Ann" class="EditText" {box} /></hierarchy>'.encode()
    path = folder / "frames" / "0000-tree.xml"
    lines = (folder / "events.jsonl").read_text()
    was, now = (hashlib.sha256(data).hexdigest() for data in (path.read_bytes(), tree))
    lines = lines.replace(f'"{was}","size_bytes":12', f'"{now}","size_bytes":{len(tree)}')
    path.write_bytes(tree)
    (folder / "events.jsonl").write_text(lines)
    old = read_recording(folder)
    done = scrub(old, {"Ann": "<Y>"})
    new = read_recording(done.folder)
    assert verify(new).problems == ()
    sent = {request.images[-1].path for step in new.steps for request in step.requests}
    assert sent <= set(done.masked)
    assert done.unchecked == []
    for ref in new.refs:
        if "sent" in ref.path:
            image = Image.open(io.BytesIO(new.read(ref))).convert("RGB")
            inside = np.asarray(image.crop((12, 42, 268, 73))).astype(int)
            assert abs(inside - 128).max() < 12


def test_a_crashed_run_can_be_scrubbed(tmp_path: Path) -> None:
    old = run(tmp_path)
    path = old.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    new = read_recording(scrub(read_recording(old.folder), TERMS).folder)
    assert new.crashed
    assert verify(new).good


def test_nothing_is_written_when_it_cannot_be_done(tmp_path: Path) -> None:
    old = run(tmp_path)
    there = sorted(tmp_path.iterdir())
    with pytest.raises(RecordingError, match="a term is a word of the format itself"):
        scrub(old, {"type_text": "<redacted>"})
    with pytest.raises(UsageError, match="fewer than 3"):
        scrub(old, {"no": "<redacted>"})
    with pytest.raises(RecordingError, match=r"is there already\. Name a new folder"):
        scrub(old, TERMS, old.folder)
    frame = next((old.folder / "frames").glob("*.jpg"))
    frame.write_bytes(b"tampered")
    with pytest.raises(RecordingError, match="was changed afterwards"):
        scrub(old, TERMS)
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="is there already"):
        scrub(old, TERMS, tmp_path / "file")
    (tmp_path / "file").unlink()
    assert sorted(tmp_path.iterdir()) == there


def test_a_missing_frame_is_missing_from_the_copy_too(tmp_path: Path) -> None:
    old = run(tmp_path)
    (old.folder / "frames" / "0000-before.jpg").unlink()
    new = read_recording(scrub(read_recording(old.folder), TERMS).folder)
    assert new.warnings == ("The file frames/0000-before.jpg is missing.",)


def test_a_name_that_keeps_a_term_is_told(tmp_path: Path) -> None:
    done = scrub(run(tmp_path), {"description": "<X>"})
    assert done.names == {"description"}


def test_numbers_that_are_a_term_go_too(tmp_path: Path) -> None:
    said = [call("note", text="n", code=123456), DONE]
    folder = Rig(tmp_path, said).run().recording
    assert folder is not None
    (folder / "phone-state.json").write_text('{"pin": 123456, "on": true, "more": 1234567}')
    done = scrub(read_recording(folder), {"123456": "<PIN>"})
    assert json.loads((done.folder / "phone-state.json").read_text()) == {
        "pin": "<PIN>", "on": True, "more": 1234567,
    }  # fmt: skip
    decision = read_recording(done.folder).steps[0].decision
    assert decision is not None
    assert decision.call.arguments["code"] == "<PIN>"


def test_the_run_must_be_over(tmp_path: Path) -> None:
    seen: list[str] = []

    class Scrubbing(FakeDevice):
        def perform(self, action: Action) -> None:
            (folder,) = (path.parent for path in tmp_path.glob("*/events.jsonl"))
            assert is_held(folder)
            with pytest.raises(RecordingError) as caught:
                scrub(read_recording(folder), TERMS)
            seen.append(str(caught.value))
            super().perform(action)

    Rig(tmp_path, [tap(FORM), DONE], device=Scrubbing()).run()
    (said,) = seen
    assert "still goes on" in said
