"""What the tests of documents share: a seer with a script, and a page of one size."""

from PIL import Image

from agent.dialects.choose import DIALECTS
from agent.model import Reply
from agent.models.scripted import ScriptedModel
from agent.perception.document.reader import Reading, read_reply
from agent.perception.document.values import Document, Page
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from tools.errors import ModelError
from tools.geometry import Projection, Size, Space

PAGE = Size(width=800, height=1000)
SAME = Projection(shown=PAGE, device=PAGE)


def read(text: str, finish: str = "stop") -> Reading:
    """What a reply says about a page that was shown as it is."""
    return read_reply(Reply(text=text, finish_reason=finish), SAME, Space.MODEL_PX)


def document(text: str) -> Document:
    """A document of one page that a model wrote as ``text``."""
    reading = read(text)
    page = Page(
        number=1, size=PAGE, outcome=reading.outcome, blocks=reading.blocks, notes=reading.notes,
        raw=text, finish_reason="stop",
    )  # fmt: skip
    return Document(source="page.png", model="scripted", page_count=1, pages=(page,))


def seer(*replies: Reply | str | ModelError, dialect: str = "qwen2_5_vl") -> Seer:
    """A model that answers as told."""
    spoken = DIALECTS[dialect]()
    return Seer(ScriptedModel(replies), spoken, spoken.sizing)


def paper(width: int = 800, height: int = 1000) -> Picture:
    """A page with nothing on it."""
    return Picture("paper.png", Image.new("RGB", (width, height), "white"))
