"""A model to ask about pictures, in plain Python; one method for each thing that it can do."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import JsonValue

from agent.config import load_config
from agent.model import OnText
from agent.perception.ask import Answered, Caption, ask, caption
from agent.perception.document.pages import DPI
from agent.perception.document.parse import parse_document
from agent.perception.document.reader import MAX_TOKENS as PAGE_TOKENS
from agent.perception.document.values import Document, Page
from agent.perception.film_parts import picture_of
from agent.perception.form import Form
from agent.perception.ground import Grounding, ground
from agent.perception.messages import to_messages
from agent.perception.pictures import Picture, PictureError
from agent.perception.reasoning import MAX_TOKENS, Reasoned, pose, solve
from agent.perception.seer import Seer
from agent.perception.talking import ChatReply, talk
from agent.perception.video.clip import Clip
from agent.perception.video.plan import Plan, Wish, plan_frames
from agent.perception.video.recorded import open_clip
from agent.perception.video.watch import Asking, Watched, frames_a_token, watch
from agent.perception.zoom import ground_closely
from agent.wiring.audience import Audience, Nobody
from agent.wiring.models import find_seer

Given = Picture | Image.Image | Path | str
"""A picture as it may be given: a file, what else ``load_picture`` takes, or one of Pillow."""


class Client(AbstractContextManager["Client", None]):
    """Looks at pictures with one model, found and loaded once.

    ::

        with Client(model="Qwen/Qwen2.5-VL-7B-Instruct", server="vllm") as client:
            ...

    Args:
        audience: Told what was chosen and how loading goes; nobody by default.
        **settings: Fields of ``Config`` such as ``model``, ``server``, ``dialect``; what is not
            given comes from the environment, ``agent.toml`` or the defaults.

    Raises:
        UsageError: A setting is wrong, or there is no such model.
        ModelError: The model cannot be loaded or reached.
    """

    def __init__(self, *, audience: Audience | None = None, **settings: Any) -> None:  # noqa: ANN401 - pydantic checks them
        listener: Audience = audience if audience is not None else Nobody()
        self.config = load_config(settings).config
        self.seer: Seer = find_seer(self.config, listener.notice)

    def reason(
        self,
        problem: str,
        pictures: Sequence[Given] | Given = (),
        *,
        max_tokens: int = MAX_TOKENS,
        on_text: OnText | None = None,
    ) -> Reasoned:
        """Have a problem about ``pictures`` thought through aloud, and find the final answer.

        Args:
            problem: In words.
            pictures: What it is about; may be empty.
            max_tokens: Room for the reasoning and the answer.
            on_text: Hears the reply while it is written.

        Raises:
            UsageError: A picture cannot be used, or the problem is empty.
            ModelError: The model could not be asked.
        """
        looked = [_picture(each) for each in _several(pictures)]
        posed = pose(self.seer, problem, looked, max_tokens=max_tokens)
        return solve(self.seer, posed, on_text=on_text)

    def chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
        stream: OnText | None = None,
    ) -> ChatReply:
        """Go on with a conversation, written as OpenAI's protocol and Qwen's examples write it.

        Args:
            messages: ``{"role": "user", "content": …}`` and so on. The content is words, or a list
                of parts: ``{"type": "text", "text": …}``, ``{"type": "image", "image": …}`` with a
                file, address, ``data:`` address or picture of Pillow, ``{"type": "image_url",
                "image_url": {"url": …}}``, ``{"type": "video", "video": …}`` with a file, an
                address or frames, ``{"type": "video_url", "video_url": {"url": …}}``.
            max_tokens: Room for the reply; ``None`` for what the family needs.
            temperature: 0..2; ``None`` as the family wants it.
            stream: Hears the reply while it is written.

        Raises:
            MessageError: A message is wrong; says which, as ``messages[1].content[0]``.
            ContextTooLongError: The conversation does not fit into the model's context.
            ModelError: The model could not be asked.
        """
        asked, notes = to_messages(messages, self.seer)
        reply = talk(
            self.seer, asked, max_tokens=max_tokens, temperature=temperature, on_text=stream
        )
        return reply.model_copy(update={"notes": (*notes, *reply.notes)})

    def plan_video(self, source: Path | str, wish: Wish | None = None) -> Plan:
        """Which frames of ``source`` would be shown, and what they cost; nobody is asked.

        Raises:
            VideoError: It cannot be used.
            MissingExtraError: The extra ``video`` is not installed.
        """
        return self._planned(open_clip(Path(source)), wish)

    def video(
        self,
        source: Path | str,
        question: str = "",
        *,
        asking: Asking = Asking.EVENTS,
        wish: Wish | None = None,
    ) -> Watched:
        """Find what happens in a clip and when, or answer ``question`` about it.

        Args:
            source: A video file, or the folder of a recording.
            question: What to find or to answer; empty for all events.
            asking: Whether events, one moment or an answer in words is wanted.
            wish: Rate, budget and stretch; by default all of it, in what fits.

        Raises:
            VideoError: It cannot be used.
            MissingExtraError: The extra ``video`` is not installed.
            ModelError: The model could not be asked.
        """
        clip = open_clip(Path(source))
        return watch(self.seer, clip, self._planned(clip, wish), question, asking=asking)

    def _planned(self, clip: Clip, wish: Wish | None) -> Plan:
        wish = replace(wish or Wish(), frames_a_token=frames_a_token(self.seer))
        return plan_frames(clip.facts, self.seer.sizing, wish)

    def ground(
        self, picture: Given, what: str, *, point: bool = False, zoom: bool = False
    ) -> Grounding:
        """Find ``what`` in ``picture``: boxes, or points, in pixels of the picture.

        Args:
            picture: To look at.
            what: In words.
            point: Whether to ask for points.
            zoom: Whether to look again, enlarged, where it may be.

        Raises:
            UsageError: The picture cannot be used, or ``what`` says nothing.
            ModelError: The model could not be asked.
        """
        look = ground_closely if zoom else ground
        return look(self.seer, _picture(picture), what, point=point)

    def caption(self, picture: Given, *, style: str = "short", system: str = "") -> Caption:
        """Say what ``picture`` shows; see ``agent.perception.ask.caption``."""
        return caption(self.seer, _picture(picture), style=style, system=system)

    def ask(
        self,
        pictures: Sequence[Given] | Given,
        question: str,
        *,
        schema: dict[str, JsonValue] | None = None,
        system: str = "",
    ) -> Answered:
        """Answer ``question`` about ``pictures``; see ``agent.perception.ask.ask``.

        Args:
            pictures: One or several.
            question: In words.
            schema: A JSON schema that the answer has to fit; ``Answered.value`` then holds it.
            system: The system prompt; empty for none.
        """
        form = Form(schema) if schema is not None else None
        shown = [_picture(each) for each in _several(pictures)]
        return ask(self.seer, shown, question, form=form, system=system)

    def parse(
        self,
        document: str | Path | Picture,
        *,
        pages: str = "",
        dpi: int = DPI,
        password: str = "",
        max_tokens: int = PAGE_TOKENS,
        on_page: Callable[[Page], None] | None = None,
    ) -> Document:
        """Read a document; see ``agent.perception.document.parse.parse_document``."""
        return parse_document(
            self.seer,
            document,
            pages=pages,
            dpi=dpi,
            password=password,
            max_tokens=max_tokens,
            on_page=on_page,
        )

    def close(self) -> None:
        """Let go of the model. May be called twice."""
        self.seer.model.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def _several(given: Sequence[Given] | Given) -> Sequence[Given]:
    return [given] if isinstance(given, Given) else given


def _picture(given: object) -> Picture:
    if isinstance(given, Given):
        return picture_of(given, "the picture")
    raise PictureError(
        f"A picture cannot be given as {type(given).__name__}.",
        hint="Give its file, its address, or a picture of Pillow.",
    )
