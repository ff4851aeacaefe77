"""A model that a person need not wait for: who stops or takes over leaves it behind in mid-word.

It is asked in a thread of its own; the run's thread waits for it and for the person. A server is
hung up on, so that it does not go on for nobody, as Ctrl-C does it to ``agent run``.
"""

from collections.abc import Callable
from threading import Lock

from agent.model import BreakingOff, Conversing, Model, OnText, Reply, Request
from agent.person.helm import Helm, TakenOverError


def steered_model(model: Model, helm: Helm) -> Model:
    """``model``, as long as the person at ``helm`` waits for it."""
    return _around(model, helm, _Errands())


class SteeredModel:
    """See the module.

    Args:
        model: Whom to ask.
        helm: Where the person is.
        errands: What is under way, with this model and with those that share its weights.
    """

    def __init__(self, model: Model, helm: Helm, errands: "_Errands") -> None:
        self._model, self._helm, self._errands = model, helm, errands

    @property
    def name(self) -> str:
        """The model's own."""
        return self._model.name

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Ask, and wait for the reply.

        Raises:
            KeyboardInterrupt: The person has stopped the run.
            TakenOverError: They act themselves, while the agent decides.
            ModelError: As the model.
        """
        model = self._model

        def work(hear: OnText) -> Reply:
            try:
                return model.ask(request, on_text=hear)
            finally:
                self._errands.end()

        self._helm.go_on()
        self._errands.begin()  # ended by the work, which begins for certain
        try:
            return self._helm.attend(work, on_text or _unheard)
        except (KeyboardInterrupt, TakenOverError):
            if isinstance(model, BreakingOff):
                self._model = model.apart()
                model.break_off()
            raise

    def close(self) -> None:
        """Let go of the model, as soon as it has ended what it was left behind with."""
        model = self._model
        self._errands.afterwards(model.close)


class _Conversing(SteeredModel):
    """One that can begin another conversation."""

    def conversation(self) -> Model:
        assert isinstance(self._model, Conversing)  # noqa: S101 - see ``_around``
        return _around(self._model.conversation(), self._helm, self._errands)


def _around(model: Model, helm: Helm, errands: "_Errands") -> Model:
    kind = _Conversing if isinstance(model, Conversing) else SteeredModel
    return kind(model, helm, errands)


class _Errands:
    """Counts what is under way, and does the last things when nothing is."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = 0
        self._last: list[Callable[[], None]] = []

    def begin(self) -> None:
        with self._lock:
            self._under_way += 1

    def end(self) -> None:
        with self._lock:
            self._under_way -= 1
        self._do_last()

    def afterwards(self, last: Callable[[], None]) -> None:
        with self._lock:
            self._last.append(last)
        self._do_last()

    def _do_last(self) -> None:
        with self._lock:
            if self._under_way:
                return
            due, self._last = self._last, []
        for each in due:
            each()


def _unheard(_: str) -> None:
    """For words that nobody listens to."""
