"""From messages as people write them to what a model is asked: pictures loaded, sized, encoded."""

from PIL import Image

from agent.model import ImagePart, Message, Part, TextPart
from agent.perception.families import manner_of
from agent.perception.film_parts import film_part, picture_of
from agent.perception.message_forms import (
    ImageForm,
    MessageError,
    PartForm,
    TextForm,
    read_messages,
)
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.prompt import spoken
from agent.sight import Sight
from tools.errors import CaptureError, MissingExtraError, UsageError
from tools.geometry import Size
from tools.screen import Screenshot


def to_messages(messages: object, seer: Seer) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """``messages`` as ``seer`` is asked them, and what a person should know of that.

    Args:
        messages: A list of ``{"role": …, "content": …}``, where the content is words or a list of
            parts: ``text``, ``image``, ``image_url``, ``video`` or ``video_url``, as in OpenAI's
            protocol, vLLM's, and the examples of Qwen, sizes of pictures included.
        seer: Whose sizing is used where a part does not say otherwise.

    Raises:
        MessageError: One of them is wrong, or cannot be loaded; says which.
        MissingExtraError: A video is a file, and PyAV is not installed.
    """
    maker = _Maker(seer)
    made = tuple(
        Message(written.role, tuple(maker.part(form, where) for where, form in written.parts))
        for written in read_messages(messages)
    )
    if manner_of(seer.dialect).single_round and sum(each.role == "user" for each in made) > 1:
        maker.notes.append(f"{seer.dialect.name} was made for one question without a history.")
    return made, tuple(maker.notes)


class _Maker:
    def __init__(self, seer: Seer) -> None:
        self.notes: list[str] = []
        self._seer = seer

    def part(self, form: PartForm, where: str) -> Part:
        if isinstance(form, TextForm):
            return TextPart(spoken(form.text))
        films = manner_of(self._seer.dialect).sees_video
        if not isinstance(form, ImageForm) and not films:
            raise MessageError(where, f"{self._seer.dialect.name} looks at no videos")
        try:
            if isinstance(form, ImageForm):
                return self._image(form, where)
            part, note = film_part(form, self._seer, where)
        except MissingExtraError:
            raise
        except UsageError as error:
            raise MessageError(where, error.message, hint=error.hint) from None
        except CaptureError as error:
            raise MessageError(where, str(error)) from None
        self.notes.append(note)
        return part

    def _image(self, form: ImageForm, where: str) -> ImagePart:
        picture = picture_of(form.image, where)
        self.notes += picture.notes
        sizing = self._seer.sizing.budget(
            min_pixels=form.min_pixels or 0, max_pixels=form.max_pixels or 0
        )
        if form.resized_height is not None and form.resized_width is not None:
            sides = Size(width=form.resized_width, height=form.resized_height)
            picture = _resized(picture, sizing.shown(sides))
        return Sight(sizing).look(Screenshot(picture.image)).image


def _resized(picture: Picture, size: Size) -> Picture:
    sides = (size.width, size.height)
    return Picture(picture.name, picture.image.resize(sides, Image.Resampling.BICUBIC))
