"""A model to ask about pictures, in plain Python; one method for each thing that it can do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import JsonValue

from agent.config import load_config
from agent.perception.ask import Answered, Caption, ask, caption
from agent.perception.document.pages import DPI
from agent.perception.document.parse import parse_document
from agent.perception.document.reader import MAX_TOKENS
from agent.perception.document.values import Document, Page
from agent.perception.form import Form
from agent.perception.ground import Grounding, ground
from agent.perception.pictures import Picture, load_picture
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely
from agent.wiring.audience import Audience, Nobody
from agent.wiring.models import find_seer


class Client:
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

    def ground(
        self, picture: Picture | str, what: str, *, point: bool = False, zoom: bool = False
    ) -> Grounding:
        """Find ``what`` in ``picture``: boxes, or points, in pixels of the picture.

        Args:
            picture: A picture, or what ``load_picture`` takes.
            what: In words.
            point: Whether to ask for points.
            zoom: Whether to look again, enlarged, where it may be.

        Raises:
            UsageError: The picture cannot be used, or ``what`` says nothing.
            ModelError: The model could not be asked.
        """
        look = ground_closely if zoom else ground
        return look(self.seer, _picture(picture), what, point=point)

    def caption(self, picture: Picture | str, *, style: str = "short", system: str = "") -> Caption:
        """Say what ``picture`` shows; see ``agent.perception.ask.caption``."""
        return caption(self.seer, _picture(picture), style=style, system=system)

    def ask(
        self,
        pictures: Sequence[Picture | str] | Picture | str,
        question: str,
        *,
        schema: dict[str, JsonValue] | None = None,
        system: str = "",
    ) -> Answered:
        """Answer ``question`` about ``pictures``; see ``agent.perception.ask.ask``.

        Args:
            pictures: One or several, each as ``load_picture`` takes it.
            question: In words.
            schema: A JSON schema that the answer has to fit; ``Answered.value`` then holds it.
            system: The system prompt; empty for none.
        """
        several = [pictures] if isinstance(pictures, Picture | str) else pictures
        form = Form(schema) if schema is not None else None
        shown = [_picture(each) for each in several]
        return ask(self.seer, shown, question, form=form, system=system)

    def parse(
        self,
        document: str | Path | Picture,
        *,
        pages: str = "",
        dpi: int = DPI,
        max_tokens: int = MAX_TOKENS,
        on_page: Callable[[Page], None] | None = None,
    ) -> Document:
        """Read a document; see ``agent.perception.document.parse.parse_document``."""
        return parse_document(
            self.seer, document, pages=pages, dpi=dpi, max_tokens=max_tokens, on_page=on_page
        )

    def close(self) -> None:
        """Let go of the model. May be called twice."""
        self.seer.model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _picture(given: Picture | str) -> Picture:
    return load_picture(given) if isinstance(given, str) else given
