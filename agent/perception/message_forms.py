"""Messages as OpenAI's protocol and Qwen's examples write them, checked where they come in."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from PIL import Image
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from agent.perception.pictures import Picture
from tools.errors import UsageError

Speaker = Literal["system", "user", "assistant"]
_ROLES: Final = ("system", "user", "assistant")
_LOW_DETAIL: Final = 512 * 512
"""Largest picture at ``detail: low``, as OpenAI documents it."""


class MessageError(UsageError):
    """A message is not as it should be; the text begins with where, as ``messages[1].content[0]``.

    Args:
        where: The place.
        message: What is wrong there.
        hint: What to do.
    """

    def __init__(self, where: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{where}: {message.rstrip('.')}.", hint=hint)
        self.where = where


def _picture_source(value: object) -> object:
    if isinstance(value, str | Path | Image.Image | Picture) and value != "":
        return value
    raise ValueError("must be a file, an address, data:image;base64,… or a picture of Pillow")


def _film_source(value: object) -> object:
    if isinstance(value, str | Path) and value != "":
        return value
    if isinstance(value, list | tuple) and value:
        return tuple(_picture_source(frame) for frame in value)
    raise ValueError("must be a file, an address, or a list of frames")


def _address(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _film_address(value: object) -> object:
    """The address of a ``video_url``, which is a text or a mapping with one."""
    if isinstance(value, Mapping) and set(value) == {"url"}:
        value = value["url"]
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError('must be {"url": "…"}, the address of one clip')


Pixels = Annotated[int, Field(ge=1)]
Frames = Annotated[int, Field(ge=1, le=100_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Sides(_Form):
    """What Qwen's examples can say of a picture's size.

    Attributes:
        min_pixels: Smallest area it is shown at.
        max_pixels: Largest area.
        resized_height: Height it is resized to before that, with ``resized_width``.
        resized_width: Its width.
    """

    min_pixels: Pixels | None = None
    max_pixels: Pixels | None = None
    resized_height: Pixels | None = None
    resized_width: Pixels | None = None

    @model_validator(mode="after")
    def _both_sides(self) -> "Sides":
        if (self.resized_height is None) != (self.resized_width is None):
            raise ValueError("resized_height and resized_width go together")
        return self


class TextForm(_Form):
    """Words."""

    type: Literal["text"] = "text"
    text: str


class ImageForm(Sides):
    """A picture as Qwen's examples give it."""

    type: Literal["image"] = "image"
    image: Annotated[Any, BeforeValidator(_picture_source)]


class _Url(_Form):
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    detail: Literal["auto", "low", "high"] = "auto"


class ImageUrlForm(Sides):
    """A picture as OpenAI's protocol gives it."""

    type: Literal["image_url"] = "image_url"
    image_url: Annotated[_Url, BeforeValidator(_address)]


class Sampled(Sides):
    """What can be said of how a clip is sampled.

    Attributes:
        fps: Frames per second to show; of a list, those it has been sampled with.
        sample_fps: The same for a list.
        nframes: How many frames to show instead.
        min_frames: At least so many.
        max_frames: At most so many.
        total_pixels: Of all frames together.
        video_start: Second to begin at.
        video_end: Second to end at.
    """

    fps: Annotated[float, Field(gt=0, le=120)] | None = None
    sample_fps: Annotated[float, Field(gt=0, le=120)] | None = None
    nframes: Frames | None = None
    min_frames: Frames | None = None
    max_frames: Frames | None = None
    total_pixels: Pixels | None = None
    video_start: Annotated[float, Field(ge=0)] | None = None
    video_end: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if self.fps is not None and self.nframes is not None:
            raise ValueError("fps or nframes, not both")
        return self


class VideoForm(Sampled):
    """A clip as Qwen's examples give it: a file, its address, or a list of pictures."""

    type: Literal["video"] = "video"
    video: Annotated[Any, BeforeValidator(_film_source)]


class VideoUrlForm(Sampled):
    """A clip as vLLM's protocol gives it."""

    type: Literal["video_url"] = "video_url"
    video_url: Annotated[str, BeforeValidator(_film_address)]


PartForm = TextForm | ImageForm | VideoForm
_FORMS: Final[dict[str, type[TextForm | ImageForm | ImageUrlForm | VideoForm | VideoUrlForm]]] = {
    "text": TextForm,
    "image": ImageForm,
    "image_url": ImageUrlForm,
    "video": VideoForm,
    "video_url": VideoUrlForm,
}


@dataclass(frozen=True)
class Written:
    """A message as it was written, checked.

    Attributes:
        where: Its place, such as ``messages[1]``.
        role: Who speaks.
        parts: What is said, each with its place.
    """

    where: str
    role: Speaker
    parts: tuple[tuple[str, PartForm], ...]


def read_messages(messages: object) -> tuple[Written, ...]:
    """The messages in ``messages``, a list as OpenAI's protocol has it.

    Raises:
        MessageError: One of them is wrong; says which, and what.
    """
    if isinstance(messages, Mapping | str) or not isinstance(messages, Sequence) or not messages:
        raise MessageError(
            "messages", "must be a list of messages", hint='One is {"role": "user", "content": …}.'
        )
    read = tuple(_read(value, f"messages[{place}]") for place, value in enumerate(messages))
    if read[-1].role != "user":
        raise MessageError(read[-1].where, "the last message must be the user's")
    for message in read[1:]:
        if message.role == "system":
            raise MessageError(message.where, "only the first message can be the system's")
    return read


def _read(value: object, where: str) -> Written:
    if not isinstance(value, Mapping):
        raise MessageError(where, f"must be a mapping with role and content, not {_kind(value)}")
    role, content = value.get("role"), value.get("content")
    if role not in _ROLES:
        raise MessageError(f"{where}.role", f"must be one of {', '.join(_ROLES)}, not {role!r}")
    if extra := sorted(map(str, value.keys() - {"role", "content", "name"})):
        raise MessageError(f"{where}.{extra[0]}", "is not known here")
    if isinstance(content, str):
        return Written(where, role, ((f"{where}.content", TextForm(text=content)),))
    if not isinstance(content, list | tuple) or not content:
        raise MessageError(f"{where}.content", "must be words or a list of parts")
    places = [f"{where}.content[{number}]" for number in range(len(content))]
    parts = tuple((place, _part(part, place)) for place, part in zip(places, content, strict=True))
    for place, part in parts:
        if role != "user" and not isinstance(part, TextForm):
            raise MessageError(place, f"the {role} has words only, no {part.type}")
    return Written(where, role, parts)


def _part(value: object, where: str) -> PartForm:
    if not isinstance(value, Mapping):
        raise MessageError(
            where, f'must be a mapping such as {{"type": "text", …}}, not {_kind(value)}'
        )
    # Rows of a table have every field, most of them empty.
    written = {key: value[key] for key in value if value[key] is not None}
    named = written.get("type", next((kind for kind in _FORMS if kind in written), None))
    form = _FORMS.get(named) if isinstance(named, str) else None
    if form is None:
        raise MessageError(
            where, f"{named!r} is no kind of part", hint=f"Known are {', '.join(_FORMS)}."
        )
    address = f"{named}_url"
    if named not in written and address in _FORMS and address in written:
        form, written = _FORMS[address], {**written, "type": address}
    try:
        read = form.model_validate(written)
    except ValidationError as error:
        raise _explained(error, form, where) from None
    if isinstance(read, VideoUrlForm):
        return VideoForm(video=read.video_url, **read.model_dump(include=set(Sampled.model_fields)))
    return _as_image(read) if isinstance(read, ImageUrlForm) else read


def _as_image(form: ImageUrlForm) -> ImageForm:
    low = form.image_url.detail == "low" and form.max_pixels is None
    sides = form.model_dump(include=set(Sides.model_fields))
    if low:
        sides["max_pixels"] = _LOW_DETAIL
    return ImageForm(image=form.image_url.url, **sides)


def _explained(error: ValidationError, form: type[BaseModel], where: str) -> MessageError:
    first = error.errors(include_url=False)[0]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        close = difflib.get_close_matches(name, form.model_fields, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else ""
        return MessageError(f"{where}{path}", "is not known here", hint=hint)
    if first["type"] == "missing":
        return MessageError(f"{where}{path}", "is missing")
    words = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return MessageError(f"{where}{path}", words.replace("should be", "must be"))


def _kind(value: object) -> str:
    return type(value).__name__
