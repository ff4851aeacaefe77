"""A seer over a scripted model, and small pictures, for tests that need no server."""

from PIL import Image

from agent.dialects.choose import dialect_named
from agent.model import Reply
from agent.models.scripted import ScriptedModel
from agent.perception.pictures import Picture
from agent.perception.seeing_tools.eyes import Eyes
from agent.perception.seer import Seer
from agent.perception.video.clip import Clip, Frame
from agent.perception.video.film import Film
from tools.errors import ModelError


def seer_saying(*replies: Reply | str | ModelError, dialect: str = "qwen2_5_vl") -> Seer:
    """A seer whose model answers ``replies``, in that order."""
    spoken = dialect_named(dialect)
    return Seer(ScriptedModel(replies), spoken, spoken.sizing)


def model_of(seer: Seer) -> ScriptedModel:
    """Its model, which keeps what it was asked."""
    assert isinstance(seer.model, ScriptedModel)
    return seer.model


def picture(width: int = 1400, height: int = 2800, name: str = "p.png") -> Picture:
    """A grey picture."""
    return Picture(name, Image.new("RGB", (width, height), (128, 128, 128)))


def eyes_for(seer: Seer, *past: Picture) -> Eyes:
    """Eyes that have seen ``past``, and film a screen that grows brighter, twice a second."""

    def film(duration_s: float) -> Clip:
        count = int(duration_s * 2)
        shades = [round(place * 255 / max(1, count - 1)) for place in range(count)]
        frames = [
            Frame(place / 2, Image.new("RGB", (540, 1200), (shade, shade, shade)))
            for place, shade in enumerate(shades)
        ]
        return Film(frames, duration_s)

    return Eyes(seer, past=lambda most: past[-most:], film=film)
