"""Words in small print on a large page, and a model that finds them by reading the pixels.

It answers as Qwen2.5-VL does, in pixels of the picture it is sent, and knows nothing but that
picture and the words it is asked for: what is too small to be told apart it does not find.
"""

import io
import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from agent.model import OnText, Reply, Request
from tests.agent.models.fault_server import Answer, words
from tests.grounding.lettering import Label, lettering
from tests.grounding.matching import Correlator
from tests.grounding.seeing_model import last_image
from tools.geometry import Box

NAMES: Final = (
    "Harbour", "Lantern", "Meadow", "Copper", "Violet", "Summit", "Garnet", "Orchid", "Timber",
    "Walnut", "Falcon", "Marble", "Basalt", "Cobalt", "Juniper", "Quartz",
)  # fmt: skip
_ASKED: Final = re.compile(r"Find in the picture: the word (\w+)")
_SIZES_PX: Final = tuple(6.0 * 1.07**step for step in range(31))
"""Letter sizes that it tries, 6 to 46 px; smaller ones nobody reads."""
GUESSING: Final = 0.6
SURE: Final = 0.75
"""Correlation from which on a place is named: the first names the likeliest place nearly always,
right or wrong, as many models do; the second rather says that there is nothing."""
PAGE: Final = (1500, 1000)
MAX_PIXELS: Final = 400_000
"""What it is shown at most: about half of the page's width and height."""


@dataclass(frozen=True)
class SmallTarget:
    """A page and one word on it that is looked for.

    Attributes:
        image: The page, RGB.
        name: The word.
        box: Where it stands.
    """

    image: Image.Image
    name: str
    box: Box


def small_target(seed: int, letters_px: int) -> SmallTarget:
    """A page full of words of one size; which of them is looked for, hangs on ``seed`` too."""
    random, (width, height) = Random(seed), PAGE
    ground, ink = random.choice([(245, 30), (28, 230), (200, 10)])
    page = np.full((height, width), ground, dtype=np.float32)
    taken: list[Box] = []
    placed: dict[str, Box] = {}
    for name in random.sample(NAMES, len(NAMES)):
        shape = lettering(Label(name, letters_px), 1.0, 1.0)
        high, wide = shape.shape
        box = _free_place(random, (wide, high), (width, height), taken)
        taken.append(box.grown(6))
        placed[name] = box
        page[box.top : box.bottom, box.left : box.right] += shape * (ink - ground)
    image = Image.fromarray(page.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    _clutter(image, random, taken)
    name = random.choice(sorted(placed))
    return SmallTarget(image, name, placed[name])


def _free_place(
    random: Random, size: tuple[int, int], page: tuple[int, int], taken: list[Box]
) -> Box:
    while True:
        left, top = random.randrange(page[0] - size[0]), random.randrange(page[1] - size[1])
        box = Box(left=left, top=top, right=left + size[0], bottom=top + size[1])
        if not any(box.intersection(other).area for other in taken):
            return box


def _clutter(image: Image.Image, random: Random, taken: list[Box]) -> None:
    """Frames and lines between the words, which no reader may take for letters."""
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        wide, high = random.randrange(20, 200), random.randrange(8, 120)
        box = _free_place(random, (wide, high), image.size, taken)
        shade = random.randrange(60, 200)
        pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), outline=(shade,) * 3)


class SmallPrintReader:
    """A model; in this process, or behind HTTP by way of ``answer``.

    Args:
        sure: Correlation from which on it names a place.
    """

    name = "Qwen2.5-VL-small-print-reader"

    def __init__(self, sure: float = GUESSING) -> None:
        self._sure = sure
        self.looks = 0

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Find the word that is asked for in the last picture."""
        message = request.messages[-1]
        image = Image.open(io.BytesIO(message.images[-1].data))
        text = self.find(image, message.text)
        if on_text is not None:
            on_text(text)
        return Reply(text=text)

    def answer(self, body: dict[str, Any]) -> Answer:
        """The same over HTTP."""
        image = last_image(body)
        assert image is not None
        return words(self.find(image, json.dumps(body["messages"])))

    def find(self, image: Image.Image, asked: str) -> str:
        """The reply: a list with one box, or an empty one."""
        self.looks += 1
        named = _ASKED.search(asked)
        assert named is not None, asked
        grey = Correlator(np.asarray(image.convert("L"), dtype=np.float32))
        best, box = 0.0, (0, 0, 0, 0)
        for size in _SIZES_PX:
            found = grey.with_label(Label(named[1], 16), size / 16, size / 16)
            if not found.size:
                continue
            row, column = divmod(int(found.argmax()), found.shape[1])
            if found[row, column] > best:
                high, wide = lettering(Label(named[1], 16), size / 16, size / 16).shape
                best, box = float(found[row, column]), (column, row, column + wide, row + high)
        if best < self._sure:
            return "[]"
        return json.dumps([{"bbox_2d": list(box), "label": named[1]}])

    def close(self) -> None:
        """Nothing is held."""
