"""Finds where terms stand on recorded screens, and paints over them.

The UI tree tells where: a term that is drawn but is no text of the tree, as on a canvas or a web
page without accessibility, is not found.
"""

import io
import math
from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree
from PIL import Image, ImageDraw

from agent.recording.format import FileRef, ModelRequest
from agent.recording.reader import RecordedStep, Recording
from agent.recording.redact import Redactor
from tools.errors import CaptureError
from tools.geometry import Box, Size
from tools.ui_tree import parse_ui_tree

_GREY = (128, 128, 128)
_PLACES = frozenset({"bounds", "index", "rotation"})
_QUALITY = 90
_SKEWED = 0.15
"""Sides of a whole frame are rounded to multiples of up to 32 px; beyond that it was cut out."""


@dataclass
class Masks:
    """What is to be painted over in which picture.

    Attributes:
        boxes: Path of the picture to boxes in its own pixels.
        seen: Path of each observation's frame to boxes in device px.
        unchecked: Paths of pictures of screens without a UI tree: nothing is known of them.
    """

    boxes: dict[str, set[Box]] = field(default_factory=lambda: defaultdict(set))
    seen: dict[str, set[Box]] = field(default_factory=lambda: defaultdict(set))
    unchecked: set[str] = field(default_factory=set)


def find_masks(recording: Recording, redactor: Redactor) -> Masks:
    """Look through the UI trees of ``recording``.

    Raises:
        RecordingError: A tree or picture was changed afterwards.
    """
    masks, checked = Masks(), set[str]()
    missing = {ref.path for ref in recording.refs if not recording.file(ref).is_file()}
    for step in recording.steps:
        seen = step.observation
        pictures = _pictures_of(step, recording)
        tree = seen.ui_tree if seen is not None else None
        boxes = None if tree is None or tree.path in missing else _found(recording, tree, redactor)
        if seen is None or boxes is None:
            masks.unchecked.update(ref.path for ref in pictures)
            continue
        checked.update(ref.path for ref in pictures)
        masks.seen[seen.frame.path] |= boxes
        for ref in pictures if boxes else ():
            if ref.path not in missing:
                masks.boxes[ref.path] |= _placed(step, ref, recording.read(ref), boxes)
    masks.unchecked |= {ref.path for ref in recording.refs if ref.path.endswith((".png", ".jpg"))}
    masks.unchecked -= checked
    return masks


def paint(data: bytes, boxes: set[Box]) -> bytes:
    """The picture with ``boxes``, in its own pixels, painted grey, encoded as it was."""
    with Image.open(io.BytesIO(data)) as opened:
        kind, image = opened.format, opened.convert("RGB")
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=_GREY)
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}))
    return buffer.getvalue()


def redact_tree(data: bytes, redactor: Redactor) -> bytes:
    """The XML without the terms; the same bytes if none is in it.

    Boxes and numbers of nodes stay, whatever the terms are.
    """
    try:
        root = ElementTree.fromstring(data)
    except (ParseError, DefusedXmlException, ValueError):
        # What cannot be parsed nobody reads as a tree: it may be redacted as text.
        text = data.decode("utf-8", "replace")
        return redactor.text(text).encode() if redactor.finds(text) else data
    changed = [_redact_element(element, redactor) for element in root.iter()]
    if not any(changed):
        return data
    redacted: bytes = ElementTree.tostring(root, encoding="unicode").encode()
    return redacted


def _redact_element(element: Element, redactor: Redactor) -> bool:
    before = (dict(element.attrib), element.text, element.tail)
    for name, text in element.attrib.items():
        if name not in _PLACES:
            element.set(name, redactor.text(text))
    element.text = redactor.text(element.text) if element.text else element.text
    element.tail = redactor.text(element.tail) if element.tail else element.tail
    return before != (element.attrib, element.text, element.tail)


def _found(recording: Recording, tree: FileRef, redactor: Redactor) -> set[Box] | None:
    """Boxes of the nodes that show a term, device px; ``None`` if the tree cannot be read."""
    try:
        nodes = parse_ui_tree(recording.read(tree)).nodes
    except CaptureError:
        return None
    return {
        node.box
        for node in nodes
        if node.box.area
        and any(redactor.finds(text) for text in (node.text, node.description, node.hint))
    }


def _pictures_of(step: RecordedStep, recording: Recording) -> list[FileRef]:
    """The frame of a step and all that was made from it: the anchor patch, the picture sent."""
    found = [step.observation.frame] if step.observation is not None else []
    if step.intent is not None and step.intent.anchor is not None:
        found.append(step.intent.anchor.patch)
    for request in step.requests:
        newest = _newest(request, recording)
        found.extend(image for image in request.images if image.sha256 == newest)
    return found


def _newest(request: ModelRequest, recording: Recording) -> str:
    """Hash of the picture that a request names last; empty if it names none."""
    for key in reversed(request.messages):
        pieces = recording.parts.get(key, {}).get("parts", [])
        for piece in reversed(pieces if isinstance(pieces, list) else []):
            if isinstance(piece, dict) and "image" in piece:
                return str(piece["image"])
    return ""


def _placed(step: RecordedStep, ref: FileRef, data: bytes, boxes: set[Box]) -> set[Box]:
    """``boxes`` of the device in the pixels of a picture made from its frame."""
    with Image.open(io.BytesIO(data)) as image:
        size = Size(width=image.width, height=image.height)
    whole = Box.of(size)
    anchor = step.intent.anchor if step.intent is not None else None
    if anchor is not None and ref.path == anchor.patch.path:
        left, top = anchor.box.left, anchor.box.top
        moved = {_moved(box, left, top) for box in boxes}
        return {box.intersection(whole) for box in moved if box.intersection(whole).area}
    seen = step.observation
    frame = seen.size if seen is not None else size
    scale_x, scale_y = size.width / frame.width, size.height / frame.height
    if abs(scale_x / scale_y - 1) > _SKEWED:
        return {whole}  # a part of the frame, nobody knows which: all of it is painted over
    return {_scaled(box, scale_x, scale_y).intersection(whole) for box in boxes}


def _moved(box: Box, left: int, top: int) -> Box:
    return Box(
        left=box.left - left, top=box.top - top, right=box.right - left, bottom=box.bottom - top
    )


def _scaled(box: Box, scale_x: float, scale_y: float) -> Box:
    if scale_x == scale_y == 1:
        return box
    return Box(  # a pixel more on each side: shrinking mixes neighbours
        left=math.floor(box.left * scale_x) - 1,
        top=math.floor(box.top * scale_y) - 1,
        right=math.ceil(box.right * scale_x) + 1,
        bottom=math.ceil(box.bottom * scale_y) + 1,
    )
