"""A model that a person need not wait for."""

from dataclasses import dataclass, field
from threading import Event, current_thread

import pytest

from agent.model import Conversing, Message, Model, OnText, Reply, Request, TextPart
from agent.person.helm import Helm, TakenOverError
from agent.person.orders import Course
from agent.wiring.steered_model import steered_model
from tools.clock import SystemClock
from tools.errors import ModelError

REQUEST = Request(messages=(Message("user", (TextPart("Hello?"),)),))
PATIENCE_S = 60


@dataclass
class Slow:
    """Says a word, waits until it may go on, and says another one."""

    name: str = "slow"
    asked: Event = field(default_factory=Event)
    may_go_on: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)
    closed: Event = field(default_factory=Event)
    words: tuple[str, ...] = ("one ", "two")

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        assert on_text is not None
        try:
            on_text(self.words[0])
            self.asked.set()
            assert self.may_go_on.wait(PATIENCE_S)
            on_text(self.words[1])
            return Reply(text="".join(self.words))
        finally:
            self.ended.set()

    def close(self) -> None:
        self.closed.set()


class Remembering(Slow):
    def conversation(self) -> Model:
        return self


@pytest.fixture
def helm() -> Helm:
    return Helm("g", SystemClock())


def stop(helm: Helm) -> None:
    helm.steer(Course(kind="stop"))


def test_left_alone_it_is_heard_in_the_thread_that_asks(helm: Helm) -> None:
    slow = Slow()
    slow.may_go_on.set()
    model = steered_model(slow, helm)
    heard: list[str] = []
    threads = set()

    def hear(piece: str) -> None:
        heard.append(piece)
        threads.add(current_thread())

    assert model.ask(REQUEST, on_text=hear).text == "one two"
    assert model.ask(REQUEST).text == "one two"
    assert "".join(heard) == "one two"
    assert threads == {current_thread()}
    assert model.name == "slow"
    model.close()
    assert slow.closed.is_set()


def test_who_stops_leaves_it_behind_and_it_is_closed_when_it_has_ended(helm: Helm) -> None:
    slow = Slow()
    model = steered_model(slow, helm)
    with pytest.raises(KeyboardInterrupt, match="by the person"):
        model.ask(REQUEST, on_text=lambda _: stop(helm))
    assert not slow.ended.is_set()
    model.close()
    assert not slow.closed.is_set()
    slow.may_go_on.set()
    assert slow.closed.wait(PATIENCE_S)
    assert slow.ended.is_set()


def test_a_conversation_with_the_same_weights_is_waited_for_as_well(helm: Helm) -> None:
    slow = Remembering()
    model = steered_model(slow, helm)
    assert isinstance(model, Conversing)
    assert not isinstance(steered_model(Slow(), helm), Conversing)
    with pytest.raises(KeyboardInterrupt):
        model.conversation().ask(REQUEST, on_text=lambda _: stop(helm))
    model.close()
    assert not slow.closed.is_set()
    slow.may_go_on.set()
    assert slow.closed.wait(PATIENCE_S)


def test_who_takes_over_drops_only_what_is_being_decided(helm: Helm) -> None:
    slow = Slow()
    model = steered_model(slow, helm)

    def take_over(_: str) -> None:
        helm.steer(Course(kind="take_over"))

    with pytest.raises(TakenOverError), helm.deciding():
        model.ask(REQUEST, on_text=take_over)
    assert not slow.ended.is_set()
    slow.may_go_on.set()
    assert model.ask(REQUEST).text == "one two"  # a tool that looks closer is waited for
    helm.steer(Course(kind="hand_back"))
    with helm.deciding():
        assert model.ask(REQUEST).text == "one two"


def test_a_run_that_was_stopped_asks_nobody(helm: Helm) -> None:
    slow = Slow()
    stop(helm)
    with pytest.raises(KeyboardInterrupt):
        steered_model(slow, helm).ask(REQUEST)
    assert not slow.asked.is_set()


def test_what_goes_wrong_in_it_goes_wrong_here(helm: Helm) -> None:
    class Broken(Slow):
        def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
            raise ModelError("gone")

    model = steered_model(Broken(), helm)
    with pytest.raises(ModelError, match="gone"):
        model.ask(REQUEST)
    model.close()


def test_the_page_says_at_once_that_it_stops(helm: Helm) -> None:
    assert helm.view(0, 0).stopping is False
    stop(helm)
    assert helm.view(0, 0).stopping is True
