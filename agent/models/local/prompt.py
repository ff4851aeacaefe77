"""From a request to tokens: the chat template, the places of pictures, and what identifies each.

Two prompts are compared token by token to find how much of one is already known from the other.
The places of a picture all look alike, so they are compared by the picture's hash instead.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.model import ImagePart, Message, Part, RawCall, Request, TextPart, VideoPart
from agent.models.local.vision import Clips, Grid, Vision
from agent.models.local.weights import Weights
from tools.errors import ContextTooLongError, ModelError
from tools.geometry import Size

_CONTROL: Final = re.compile(
    r"<\|(im_start|im_end|endoftext|vision_start|vision_end|vision_pad|image_pad|video_pad)\|>"
)
_IMAGE_PAD: Final = "<|image_pad|>"


@dataclass(frozen=True)
class Placed:
    """A picture in a prompt.

    Attributes:
        part: The picture.
        size: At which it is shown.
        grid: How it is cut.
        start: Its first token.
    """

    part: ImagePart
    size: Size
    grid: Grid
    start: int


@dataclass(frozen=True, eq=False)
class Prompt:
    """A conversation in tokens.

    Attributes:
        ids: Tokens.
        keys: The same, with the hash of a picture in each of its places (negative).
        kinds: 0 for a word, 1 for a piece of a picture, 2 for one of a clip.
        pictures: In order; empty if there are clips.
        clips: What was made of it if there are clips in it.
        thinking: Whether it ends within a thought, which the reply goes on with.
    """

    ids: NDArray[np.int64]
    keys: NDArray[np.int64]
    kinds: NDArray[np.int64]
    pictures: tuple[Placed, ...]
    clips: Clips | None = None
    thinking: bool = False

    def __len__(self) -> int:
        return int(self.ids.size)


def build_prompt(
    request: Request, weights: Weights, vision: Vision, *, share: float = 1.0
) -> Prompt:
    """Put ``request`` into tokens.

    Args:
        request: The conversation.
        weights: Whose template and tokenizer are used.
        vision: Sizes the pictures.
        share: Of the pixels of pictures that may be shown; see ``shrinkable``.

    Raises:
        ModelError: The template has no place for something, or a picture is broken.
        ContextTooLongError: There is no room left for a reply.
    """
    media = [part for each in request.messages for part in each.parts if not _is_text(part)]
    pictures = [part for part in media if isinstance(part, ImagePart)]
    shares = [share if may else 1.0 for may in shrinkable(len(pictures), weights)]
    sizes = [
        vision.shown(part.size, share=each) for part, each in zip(pictures, shares, strict=True)
    ]
    text = render(request, weights)
    if any(isinstance(part, VideoPart) for part in media):
        prompt = _with_clips(text, media, sizes, vision)
    else:
        prompt = _with_pictures(text, list(zip(pictures, sizes, strict=True)), weights, vision)
    if len(prompt) >= weights.context:
        raise ContextTooLongError(
            f"The conversation has {len(prompt)} tokens; {weights.name} takes {weights.context}, "
            "its reply included."
        )
    return replace(prompt, thinking=text.rstrip().endswith("<think>"))


def shrinkable(count: int, weights: Weights) -> list[bool]:
    """Which of ``count`` pictures may be shown smaller than they were sent.

    A model that names points in pixels names them in the last picture, as it is shown; were that
    one shrunk here, nobody could map the points back.
    """
    return [not weights.points_in_pixels or place < count - 1 for place in range(count)]


def render(request: Request, weights: Weights) -> str:
    """The conversation as the model's chat template writes it, a picture being one token.

    Raises:
        ModelError: The template has no place for tools, or cannot be used.
    """
    from jinja2 import TemplateError

    template = weights.folder.template
    if request.tools and "tools" not in template:
        raise ModelError(
            f"The chat template of {weights.name} has no place for tools: "
            "choose a dialect that describes them in words."
        )
    calls = "tool_calls" in template
    try:
        return str(
            weights.tokenizer.apply_chat_template(
                [_message(each, calls=calls) for each in request.messages],
                tools=list(request.tools) or None,
                chat_template=template,
                tokenize=False,
                add_generation_prompt=True,
            )
        )
    except (TemplateError, ValueError) as error:
        raise ModelError(f"The chat template of {weights.name} fails: {error}.") from error


def _is_text(part: Part) -> bool:
    return isinstance(part, TextPart)


def _message(message: Message, *, calls: bool) -> dict[str, Any]:
    """A message in the words of a chat template."""
    content: Any = [_content(part) for part in message.parts]
    if all(_is_text(part) for part in message.parts):
        content = _harmless(message.text)
    spoken: dict[str, Any] = {"role": message.role, "content": content}
    if message.calls and calls:
        spoken["tool_calls"] = [_call(each) for each in message.calls]
    elif message.calls:
        written = "\n".join(
            f'<tool_call>\n{{"name": {json.dumps(each.name)}, "arguments": {each.arguments}}}\n'
            "</tool_call>"
            for each in message.calls
        )
        spoken["content"] = _harmless("\n".join(filter(None, [message.text, written])))
    return spoken


def _content(part: Part) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": _harmless(part.text)}
    return {"type": "image" if isinstance(part, ImagePart) else "video"}


def _call(call: RawCall) -> dict[str, Any]:
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = call.arguments
    return {"type": "function", "function": {"name": call.name, "arguments": arguments}}


def _harmless(text: str) -> str:
    """``text`` without the marks that would end a turn, begin one, or stand for a picture.

    Words on a screen end up in prompts; they must not speak as another role.
    """
    return _CONTROL.sub(r"<| \1 |>", text)


def _with_pictures(
    text: str, pictures: Sequence[tuple[ImagePart, Size]], weights: Weights, vision: Vision
) -> Prompt:
    pad = int(weights.tokenizer.convert_tokens_to_ids(_IMAGE_PAD))
    short = np.asarray(
        weights.tokenizer(text, add_special_tokens=False)["input_ids"], dtype=np.int64
    )
    places = np.flatnonzero(short == pad)
    if places.size != len(pictures):
        raise ModelError(
            f"The chat template of {weights.name} made {places.size} places for "
            f"{len(pictures)} pictures."
        )
    times = np.ones_like(short)
    keyed = short.copy()
    grids = [vision.grid(size) for _, size in pictures]
    for place, (part, size), grid in zip(places, pictures, grids, strict=True):
        times[place] = grid.tokens
        keyed[place] = _key(part.sha256, size.width, size.height)
    starts = (np.cumsum(times) - times)[places]
    placed = tuple(
        Placed(part, size, grid, int(start))
        for (part, size), grid, start in zip(pictures, grids, starts, strict=True)
    )
    ids = np.repeat(short, times)
    return Prompt(ids, np.repeat(keyed, times), (ids == pad).astype(np.int64), placed)


def _with_clips(text: str, media: Sequence[Part], sizes: Sequence[Size], vision: Vision) -> Prompt:
    """A prompt with clips: the processor of the family knows how each lays them out."""
    rest = iter(sizes)
    parts = [(part, next(rest)) if isinstance(part, ImagePart) else part for part in media]
    clips = vision.clips(text, [part for part in parts if not isinstance(part, TextPart)])
    ids = clips.ids[0].numpy().astype(np.int64)
    kinds = clips.kinds[0].numpy().astype(np.int64)
    # What is in a clip is not compared: such a prompt is read anew from its first frame on.
    fresh = -np.arange(1, ids.size + 1, dtype=np.int64)
    return Prompt(ids, np.where(kinds == 0, ids, fresh), kinds, (), clips)


@lru_cache(maxsize=256)
def _key(sha256: str, width: int, height: int) -> int:
    digest = hashlib.sha256(f"{sha256} {width}x{height}".encode()).digest()
    return -1 - (int.from_bytes(digest[:8], "big") >> 2)
