"""A model that answers what it was told to answer, for tests, benchmarks and to try things out.

The file is YAML or JSON: a list of texts, or of mappings with the fields of a ``Reply``.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from agent.model import OnText, Reply, Request, Thought
from tools.errors import ConfigError, ModelError

_REPLIES: TypeAdapter[list[str | dict[str, Any]]] = TypeAdapter(list[str | dict[str, Any]])


class ScriptedModel:
    """Answers in the order given, whatever it is asked, and keeps what it was asked.

    Args:
        replies: What to answer; an error is raised in place of an answer.
        name: How it is named in recordings.
    """

    def __init__(
        self, replies: Iterable[Reply | str | ModelError], *, name: str = "scripted"
    ) -> None:
        self._replies = list(replies)
        self._name = name
        self.requests: list[Request] = []
        self.closed = False

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """The next reply.

        Raises:
            ModelError: There is none left, or the script says so.
        """
        self.requests.append(request)
        if len(self.requests) > len(self._replies):
            raise ModelError("The script of replies is at its end.")
        reply = self._replies[len(self.requests) - 1]
        if isinstance(reply, ModelError):
            raise reply
        reply = Reply(text=reply) if isinstance(reply, str) else reply
        if on_text is not None:
            for piece in filter(None, (Thought(reply.reasoning), reply.text)):
                on_text(piece)
        return reply

    def close(self) -> None:
        """Nothing is held; noted all the same."""
        self.closed = True


def read_replies(path: Path) -> list[Reply]:
    """The replies in ``path``.

    Raises:
        ConfigError: It cannot be read, or is no list of replies.
    """
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [
            Reply(text=each) if isinstance(each, str) else Reply.model_validate_json(_json(each))
            for each in _REPLIES.validate_python(written)
        ]
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"The replies in {str(path)!r} cannot be read: {reason}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"The replies in {str(path)!r} are not UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        raise ConfigError(f"{path}{where}: this is neither YAML nor JSON.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigError(
            f"{path}: {where}: {first['msg']}.",
            hint="Replies are a list of texts, or of mappings with text, reasoning and calls.",
        ) from None


def _json(value: dict[str, Any]) -> bytes:
    return TypeAdapter(dict[str, Any]).dump_json(value)
