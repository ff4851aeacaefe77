"""The ``openai`` SDK as a line to one server: requests go out, lines of text come back.

The SDK's own retries are off, and its reading of replies is not used: what servers really send has
to be looked at before it is trusted.
"""

import importlib
import json
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from agent.models import failures
from agent.models.presets import Endpoint
from tools.geometry import Frozen

if TYPE_CHECKING:
    from openai import OpenAI

Json = dict[str, Any]
_NO_KEY = "none"  # the SDK insists on one; servers without keys do not look at it
_NAMED = frozenset({"model", "messages", "stream"})


class Patience(Frozen):
    """How long and how often a server is waited for.

    Attributes:
        connect_s: Seconds for a connection.
        silence_s: Longest wait for the next byte; a long prompt is read in silence.
        reply_s: Longest wait for a whole reply.
        tries: How often a request is made at most.
        longest_pause_s: A server that asks to be left alone for longer is given up.
    """

    connect_s: Annotated[float, Field(gt=0)] = 10.0
    silence_s: Annotated[float, Field(gt=0)] = 120.0
    reply_s: Annotated[float, Field(gt=0)] = 600.0
    tries: Annotated[int, Field(ge=1, le=20)] = 5
    longest_pause_s: Annotated[float, Field(ge=0)] = 120.0


class Listing(Frozen):
    """What a server says of itself when asked for its models.

    Attributes:
        models: Their names.
        owners: What stands under ``owned_by``.
        context: Longest context in tokens by model, where it is told.
        server: The ``Server`` header.
    """

    models: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    context: dict[str, int] = Field(default_factory=dict)
    server: str = ""


class Connection:
    """Connections to one server, opened when first needed. May be shared by threads.

    Args:
        endpoint: The server.
        patience: How long it is waited for.
        now: The monotonic clock in seconds.
    """

    def __init__(self, endpoint: Endpoint, patience: Patience, now: Callable[[], float]) -> None:
        self.endpoint = endpoint
        self._patience = patience
        self._now = now
        self._lock = threading.Lock()
        self._client: OpenAI | None = None
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._given_up = False

    @contextmanager
    def complete(self, payload: Json) -> Iterator[tuple[Iterator[str], str]]:
        """Ask for a chat completion; gives the lines of the answer and the request's id.

        Raises:
            Failure: The server could not be asked, or its answer did not arrive.
        """
        deadline_s = self._now() + self._patience.reply_s
        named = {name: value for name, value in payload.items() if name in _NAMED}
        rest = {name: value for name, value in payload.items() if name not in _NAMED}
        with self._failures():
            completions: Any = self._open().chat.completions
            with completions.with_streaming_response.create(**named, extra_body=rest) as response:
                request_id = response.headers.get("x-request-id", "")
                yield self._lines(response, deadline_s), request_id

    def listing(self) -> Listing:
        """Ask for the list of models.

        Raises:
            Failure: As for ``complete``; also where there is no such list.
        """
        with (
            self._failures(),
            self._open().models.with_streaming_response.list() as response,
        ):
            lines = self._lines(response, self._now() + self._patience.reply_s)
            return self._read_listing("\n".join(lines), response.headers.get("server", ""))

    def break_off(self) -> None:
        """Hang up, in the middle of an answer as well; from any thread. There are no more answers.

        A socket that is only closed would be read by the other thread until its silence is over.
        """
        with self._lock:
            self._given_up = True
            sockets = list(self._sockets)
        for each in sockets:
            _hang_up(each)

    def close(self) -> None:
        """Close the connections. May be called twice; a later request opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _open(self) -> "OpenAI":
        import openai

        with self._lock:
            if self._given_up:
                raise failures.given_up()
            if self._client is None:
                client = openai.DefaultHttpxClient(
                    # A proxy for the world outside must not stand before one on this machine.
                    trust_env=not self.endpoint.is_local,
                    event_hooks={"request": [self._follow]},
                )
                timeout = openai.Timeout(self._patience.silence_s, connect=self._patience.connect_s)
                self._client = openai.OpenAI(
                    base_url=self.endpoint.base_url,
                    api_key=self.endpoint.key or _NO_KEY,
                    max_retries=0,
                    timeout=timeout,
                    http_client=client,
                )
            return self._client

    def _follow(self, request: Any) -> None:  # noqa: ANN401 - of the SDK's HTTP library
        request.extensions["trace"] = self._keep_socket

    def _keep_socket(self, event: str, info: Json) -> None:
        """Told by the HTTP library of every step of a request, among them of new connections."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            opened = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._sockets.add(opened)
                given_up = self._given_up
            if given_up:
                _hang_up(opened)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn what the SDK raises into ``Failure``."""
        import openai

        silence = f"did not answer within {self._patience.silence_s:g} s"
        try:
            yield
        except openai.APITimeoutError as error:
            raise failures.too_slow(self.endpoint, silence) from error
        except openai.APIConnectionError as error:
            raise failures.unreachable(self.endpoint, error) from error
        except openai.APIStatusError as error:
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            raise failures.of_status(
                error.status_code, headers, error.response.text, self.endpoint
            ) from error

    def _lines(self, response: Any, deadline_s: float) -> Iterator[str]:  # noqa: ANN401 - SDK's
        """The lines of ``response``, until it ends or takes too long."""
        # The SDK has changed its HTTP library once; its errors are those of the response at hand.
        transport = importlib.import_module(type(response.http_response).__module__.split(".")[0])
        try:
            for line in response.iter_lines():
                if self._now() > deadline_s:
                    limit = f"was still answering after {self._patience.reply_s:g} s"
                    raise failures.too_slow(self.endpoint, limit)
                yield line
        except transport.TimeoutException as error:
            silence = f"fell silent for {self._patience.silence_s:g} s in the middle of its answer"
            raise failures.too_slow(self.endpoint, silence) from error
        except transport.HTTPError as error:
            raise failures.broke_off(self.endpoint) from error

    def _read_listing(self, text: str, server: str) -> Listing:
        if text.lstrip().startswith("<"):
            raise failures.web_page(self.endpoint, text)
        try:
            found = json.loads(text)
        except ValueError:
            raise failures.no_json(self.endpoint, text) from None
        entries = found.get("data") if isinstance(found, dict) else found
        if not isinstance(entries, list):
            raise failures.wrong_shape(self.endpoint, "no list of models")
        entries = [entry for entry in entries if isinstance(entry, dict) and "id" in entry]
        owners = {str(entry["owned_by"]) for entry in entries if entry.get("owned_by")}
        return Listing(
            models=tuple(str(entry["id"]) for entry in entries),
            owners=tuple(sorted(owners)),
            context={
                str(entry["id"]): length for entry in entries if (length := _context(entry)) > 0
            },
            server=server,
        )


def _hang_up(opened: socket.socket) -> None:
    with suppress(OSError):  # it is closed already, or was never more than a step to another
        opened.shutdown(socket.SHUT_RDWR)


def _context(entry: Json) -> int:
    """Longest context of one listed model: vLLM, OpenRouter and llama.cpp each have their word."""
    meta = entry.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    for value in (entry.get("max_model_len"), entry.get("context_length"), meta.get("n_ctx")):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return 0
