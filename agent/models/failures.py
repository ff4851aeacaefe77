"""What can go wrong with one exchange, in words, and whether it is worth another try."""

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from agent.models.keys import key_advice
from agent.models.presets import Endpoint
from tools.errors import ContextTooLongError, ModelError, ModelHTTPError, ModelTimeoutError

Again = Literal["never", "once", "always"]
_RETRIED = frozenset({408, 409, 425, 429})
_HOPELESS = frozenset({501, 505})
_SPENT = re.compile(r"insufficient_quota|billing|credit balance|arrearage", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length"
    r"|(longer|more|greater|larger) than (the )?"
    r"(model'?s |maximum |max )*(context|model len|length)"
    r"|exceeds? (the |its )?(model'?s |available |maximum |max )*(context|model len|num_ctx)"
    r"|range of input length|(prompt|input|request) (is|was) too (long|large)|too many tokens"
    r"|reduce the length",
    re.IGNORECASE,
)
_UNKNOWN_MODEL = re.compile(
    r"model[^.]{0,120}(not found|does not exist|not exist|unknown|not available)"
    r"|(unknown|no such|invalid|not a valid) model|model_not_found|pinned to",
    re.IGNORECASE,
)
_OWN_CALL = re.compile(
    r"pars(e|ing) (the |a )?(tool|function) call|parser could not parse"
    r"|could not parse after dialect|failed to parse input at pos",
    re.IGNORECASE,
)
"""How servers say that they could not read the tool call their own model made: Ollama, transformers
5.24, llama.cpp."""
_SHOWN = 300


class Failure(Exception):  # noqa: N818 - never leaves this folder
    """One exchange that failed.

    Args:
        error: What the caller of the model hears if there is no further try.
        again: Whether another try may help.
        wait_s: Seconds the server asks to be left alone; ``None`` if it does not say.
        status: The HTTP status, 0 without one.
        said: What the server said, for finding out which field it refuses.
    """

    def __init__(
        self,
        error: ModelError,
        *,
        again: Again = "never",
        wait_s: float | None = None,
        status: int = 0,
        said: str = "",
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again
        self.wait_s = wait_s
        self.status = status
        self.said = said

    @property
    def is_unknown_model(self) -> bool:
        """Whether the server seems not to have the model, or not this address."""
        return self.status == 404 or (
            self.status in {400, 403, 422} and bool(_UNKNOWN_MODEL.search(self.said))
        )

    @property
    def is_own_call(self) -> bool:
        """Whether it is the model's reply that the server stumbled over, not the request."""
        return self.status >= 500 and bool(_OWN_CALL.search(self.said))


def of_status(status: int, headers: Mapping[str, str], body: str, endpoint: Endpoint) -> Failure:
    """The failure that an answer with an error status is.

    Args:
        status: The HTTP status.
        headers: Of the answer; looked up in lower case.
        body: Of the answer, whatever it is.
        endpoint: The server, for advice about its key.
    """
    said = words_of(body)
    if status in {400, 413, 422, 500} and _TOO_LONG.search(body):
        return Failure(_too_long(said), status=status, said=body)
    if status in {401, 403} and not _UNKNOWN_MODEL.search(body):
        return Failure(ModelHTTPError(status, f"{said} {_about_key(status, endpoint)}"))
    if status == 413:
        advice = "The request is too large for it: send fewer or smaller pictures."
        return Failure(ModelHTTPError(status, f"{said} {advice}"))
    again: Again = "never"
    if status in _RETRIED or (status >= 500 and status not in _HOPELESS):
        again = "always"
    if status == 429 and _SPENT.search(body):
        said, again = f"{said} This account has nothing left to spend.", "never"
    error = ModelHTTPError(status, said)
    return Failure(error, again=again, wait_s=retry_after(headers), status=status, said=body)


def of_error_object(error: Any, endpoint: Endpoint) -> Failure:  # noqa: ANN401 - the server's JSON
    """The failure that an error inside an answer with status 200 is, as proxies send it."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code.isdigit():
        code = int(code)
    status = code if isinstance(code, int) and 400 <= code <= 599 else 500
    return of_status(status, {}, json.dumps({"error": error}, ensure_ascii=False), endpoint)


def given_up() -> Failure:
    """The caller has hung up, and nothing more is asked."""
    return Failure(ModelError("The request was broken off."))


def unreachable(endpoint: Endpoint, cause: BaseException) -> Failure:
    """No connection, or one that broke."""
    inner = cause.__cause__ or cause
    reason = str(inner) or type(inner).__name__
    start = f" Is the {endpoint.preset.name} server running?" if endpoint.is_local else ""
    error = ModelError(f"No connection to {endpoint.base_url}: {reason}.{start}")
    return Failure(error, again="always")


def too_slow(endpoint: Endpoint, what: str) -> Failure:
    """It did not answer in time; one more try, because a second wait as long rarely helps."""
    return Failure(ModelTimeoutError(f"{endpoint.base_url} {what}."), again="once")


def broke_off(endpoint: Endpoint) -> Failure:
    """The reply ended in the middle."""
    error = ModelError(f"The reply of {endpoint.base_url} broke off before its end.")
    return Failure(error, again="always")


def no_json(endpoint: Endpoint, seen: str) -> Failure:
    """Something that should be JSON is not; a server under strain does that, so once more."""
    error = ModelError(f"{endpoint.base_url} did not answer in JSON, but with: {_short(seen)!r}")
    return Failure(error, again="once")


def wrong_shape(endpoint: Endpoint, what: str) -> Failure:
    """JSON, but not a chat completion."""
    error = ModelError(f"{endpoint.base_url} answered with {what}, which is no chat completion.")
    return Failure(error, again="once")


def web_page(endpoint: Endpoint, page: str) -> Failure:
    """A page for people: the address is wrong, or a proxy or login stands in between."""
    error = ModelError(
        f"{endpoint.base_url} answered with a web page ({words_of(page)}), not with JSON. Check "
        "the address, which usually ends in /v1, and whether a proxy or a login stands in between."
    )
    return Failure(error)


def words_of(body: str) -> str:
    """What a server's answer says, in one short line."""
    text = body.strip()
    if text.startswith("<"):
        title = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        return _short(html.unescape(re.sub(r"<[^>]*>", " ", title[2] if title else text)))
    try:
        found = json.loads(text)
    except ValueError:
        return _short(text) or "(nothing)"
    return _short(_message_in(found)) or _short(text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, or ``None``.

    A date is held against the server's own ``Date``, so that this machine's clock does not matter.
    """
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "").strip()
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        until, now = (
            stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
            for stamp in map(parsedate_to_datetime, (value, headers.get("date", "")))
        )
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _message_in(found: Any) -> str:  # noqa: ANN401 - the server's JSON
    """The words in the many shapes that errors come in."""
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "; ".join(filter(None, map(_message_in, found[:3])))
    if not isinstance(found, dict):
        return ""
    place = ".".join(map(str, found["loc"])) if isinstance(found.get("loc"), list) else ""
    for name in ("error", "message", "msg", "detail", "error_description"):
        if words := _message_in(found.get(name)):
            return f"{place}: {words}" if place else words
    return ""


def _too_long(said: str) -> ContextTooLongError:
    return ContextTooLongError(
        f"The request does not fit into the model's context: {said} Send fewer or smaller "
        "pictures, or start the server with a longer context."
    )


def _about_key(status: int, endpoint: Endpoint) -> str:
    if not endpoint.key:
        return f"It wants a key. {key_advice(endpoint.preset.key_name)}"
    if status == 401:
        return f"The key given is not accepted. {key_advice(endpoint.preset.key_name)}"
    return "The key is known but may not do this; look at its rights and the account's region."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
