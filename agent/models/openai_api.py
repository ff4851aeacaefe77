"""A model behind any server that speaks the OpenAI protocol."""

import difflib
import re
from copy import copy
from typing import Any, Literal

from agent.model import OnText, Reply, Request
from agent.models import structured
from agent.models.failures import Failure
from agent.models.openai_connection import Connection, Listing, Patience
from agent.models.openai_messages import payload
from agent.models.openai_reply import Gatherer, Price
from agent.models.presets import Endpoint
from agent.models.structured import Constraint, ServerMemory
from tools.clock import Clock, SystemClock
from tools.errors import ContextTooLongError, ModelError, ModelHTTPError

Json = dict[str, Any]
Structured = Literal["auto", "off"] | Constraint
"""``auto``: hold replies to their schema in the first way the server was seen to honour."""

_NEEDED = frozenset({"model", "messages", "stream", "tools"})
_COMPLAINT = re.compile(
    r"unexpected|unrecogni[sz]ed|unknown|unsupported|not supported|not support|not permitted"
    r"|not allowed|extra (inputs|fields)|invalid|must be|does not|cannot",
    re.IGNORECASE,
)
_UNKNOWN_FIELDS = re.compile(
    r"(unexpected|unrecogni[sz]ed|unknown|unsupported|extra) (fields?|parameters?|inputs?|keys?)"
    r"|(unexpected|unrecogni[sz]ed|unknown) (request )?argument",
    re.IGNORECASE,
)
_ABOUT_SCHEMAS = re.compile(
    r"response_format|json_schema|schema|grammar|guided|structur", re.IGNORECASE
)
_STANDARD = frozenset({"max_tokens", "max_completion_tokens", "temperature", "top_p", "stop"})
_CRASHES = {"has no attribute 'get_vocab'": "stop"}
"""What ``transformers serve`` says when it breaks on a field, and the field."""
_LISTED = 12


class OpenAIModel:
    """A model behind a server. May be shared by threads.

    A reply that breaks off is asked for again, and ``on_text`` then hears it from its beginning.
    Fields that the server refuses by name are left out from then on.

    Args:
        model: The model as the server names it.
        endpoint: The server.
        patience: How long and how often it is waited for.
        price: What tokens cost, where the server does not tell.
        structured: How replies are held to the schema of a request.
        memory: What is known of servers; the user's cache if ``None``.
        clock: Passes the pauses between tries.
    """

    def __init__(
        self,
        model: str,
        endpoint: Endpoint,
        *,
        patience: Patience | None = None,
        price: Price | None = None,
        structured: Structured = "auto",
        memory: ServerMemory | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._model = model
        self._patience = patience or Patience()
        self._price = price
        self._structured: Structured = structured
        self._memory = memory
        self._clock: Clock = clock or SystemClock()
        self._connection = Connection(endpoint, self._patience, self._clock.now)
        self._refused: set[str] = set()
        self._tried: dict[str, bool] | None = None

    @property
    def name(self) -> str:
        """The model as the server names it."""
        return self._model

    @property
    def reads_clips(self) -> bool:
        """Whether the server takes clips; else they are sent as single pictures."""
        return self.endpoint.preset.video != "images"

    @property
    def refused(self) -> frozenset[str]:
        """Fields that the server has refused and that are left out since."""
        return frozenset(self._refused)

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Put ``request`` to the server and wait for the whole reply.

        Raises:
            ContextTooLongError: It does not fit into the model's context.
            ModelTimeoutError: The server took too long.
            ModelHTTPError: It answered with an error that another try did not mend.
            ModelError: It cannot be reached, or does not speak the protocol.
        """
        constraint = self._constraint(request)
        extra = structured.fields_for(constraint, request) if constraint else {}
        return self._ask(request, extra, on_text)

    def listing(self) -> Listing:
        """What the server says of itself.

        Raises:
            ModelError: It has no list of models, or cannot be asked.
        """
        try:
            return self._connection.listing()
        except Failure as failure:
            raise failure.error from failure.__cause__

    def try_constraint(self, constraint: Constraint) -> bool:
        """Find out whether the server honours ``constraint``, and remember it.

        A server that is out of order is taken not to, for as long as this object lives.

        Raises:
            ModelError: It could not be asked at all.
        """
        request = structured.probe_request(constraint)
        fields = structured.fields_for(constraint, request)
        try:
            reply = self._ask(request, fields, None)
        except ModelHTTPError as error:
            if error.status in {401, 403, 404, 429}:
                raise
            found, lasting = False, error.status < 500
        else:
            found, lasting = structured.honoured(constraint, reply), True
        self._known()[constraint] = found
        if lasting:
            self._remembering().keep(self.endpoint.base_url, self._model, {constraint: found})
        return found

    def apart(self) -> "OpenAIModel":
        """The same model over connections of its own; what was learned of the server is shared."""
        other = copy(self)
        fresh = Connection(self.endpoint, self._patience, self._clock.now)
        other._connection = fresh  # noqa: SLF001 - of the same kind
        return other

    def break_off(self) -> None:
        """Hang up on the server, for good; from any thread. See ``agent.model.BreakingOff``."""
        self._connection.break_off()

    def close(self) -> None:
        """Close the connections. May be called twice."""
        self._connection.close()

    def _constraint(self, request: Request) -> Constraint | None:
        """The way to hold the reply to the schema of ``request``, if there is any."""
        if request.schema is None or self._structured == "off":
            return None
        if self._structured != "auto":
            return self._structured
        for constraint in self.endpoint.preset.constraints:
            if not structured.fits(constraint, request):
                continue
            known = self._known().get(constraint)
            if known is None:
                known = self.try_constraint(constraint)
            if known:
                return constraint
        return None

    def _known(self) -> dict[str, bool]:
        if self._tried is None:
            self._tried = self._remembering().recall(self.endpoint.base_url, self._model)
        return self._tried

    def _remembering(self) -> ServerMemory:
        if self._memory is None:
            self._memory = ServerMemory()
        return self._memory

    def _ask(self, request: Request, extra: Json, on_text: OnText | None) -> Reply:
        """Ask until there is a reply or no hope of one."""
        from tenacity import Retrying, retry_if_exception

        body = {**payload(self._model, request, self.endpoint.preset), **extra}
        retrying = Retrying(
            sleep=self._clock.sleep,
            stop=self._is_enough,
            wait=self._pause_s,
            retry=retry_if_exception(lambda error: isinstance(error, Failure)),
            reraise=True,
        )
        try:
            return retrying(self._exchange, body, on_text)
        except Failure as failure:
            raise self._explained(failure) from failure.__cause__

    def _exchange(self, body: Json, on_text: OnText | None) -> Reply:
        """One request, repeated at once without the fields that the server refuses."""
        while True:
            sent = {name: body[name] for name in body if name not in self._refused}
            if "max_tokens" in body and "max_tokens" not in sent:
                sent["max_completion_tokens"] = body["max_tokens"]
            gatherer = Gatherer(self.endpoint, self._clock.now, on_text, self._price)
            try:
                with self._connection.complete(sent) as (lines, request_id):
                    return gatherer.read(lines, request_id)
            except Failure as failure:
                if failure.is_own_call:
                    return gatherer.rejected()
                refused = _refused_fields(failure, sent)
                if not refused:
                    raise
                self._refused.update(refused)

    def _is_enough(self, state: Any) -> bool:  # noqa: ANN401 - tenacity's RetryCallState
        failure: Failure = state.outcome.exception()
        tries = {"never": 1, "once": 2, "always": self._patience.tries}[failure.again]
        if (failure.wait_s or 0) > self._patience.longest_pause_s:
            return True
        return bool(state.attempt_number >= min(tries, self._patience.tries))

    def _pause_s(self, state: Any) -> float:  # noqa: ANN401 - tenacity's RetryCallState
        """As long as the server asks, and some more, so that not all its clients come at once."""
        from tenacity import wait_random, wait_random_exponential

        failure: Failure = state.outcome.exception()
        if failure.wait_s is not None:
            return failure.wait_s + wait_random(0, max(0.25, failure.wait_s / 10))(state)
        longest = self._patience.longest_pause_s
        return min(longest, 0.25 + wait_random_exponential(multiplier=0.5, max=30)(state))

    def _explained(self, failure: Failure) -> ModelError:
        """The error of ``failure``, with the server's models where the one asked for is unknown."""
        error = failure.error
        if not (isinstance(error, ModelHTTPError) and failure.is_unknown_model):
            return error
        try:
            models = self._connection.listing().models
        except Failure:
            advice = "Check the address, which usually ends in /v1, and the model's name."
        else:
            advice = self._other_models(models)
        return ModelHTTPError(error.status, f"{error.body} {advice}")

    def _other_models(self, models: tuple[str, ...]) -> str:
        if not models:
            return "The server lists no models at all."
        if self._model in models:
            return f"It does list {self._model!r}: check the address and the rights of the key."
        close = difflib.get_close_matches(self._model, models, n=1, cutoff=0.6)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        rest = f" and {len(models) - _LISTED} more" if len(models) > _LISTED else ""
        return f"{guess}It has: {', '.join(models[:_LISTED])}{rest}."


def _refused_fields(failure: Failure, sent: Json) -> frozenset[str]:
    """Which of the fields ``sent`` the server refuses; empty if its complaint is another."""
    for crash, name in _CRASHES.items():
        if failure.status == 500 and crash in failure.said and name in sent:
            return frozenset({name})
    if failure.status not in {400, 422} or not _COMPLAINT.search(failure.said):
        return frozenset()
    if isinstance(failure.error, ContextTooLongError) or failure.is_unknown_model:
        return frozenset()
    optional = sent.keys() - _NEEDED - {"max_completion_tokens"}
    named = {name for name in optional if re.search(rf"\b{re.escape(name)}\b", failure.said)}
    if not named and _ABOUT_SCHEMAS.search(failure.said):
        named = set(optional & structured.FIELDS)
    if not named and _UNKNOWN_FIELDS.search(failure.said):
        named = set(optional - _STANDARD)
    return frozenset(named)
