"""Somebody outside decides: an episode that waits for each call, on a device that stays open.

A ``Visit`` runs an episode in a thread of its own. Whatever it has to hand out, a screen and what
came of the last call, a question whether something may be done, or its end, is met by an answer
from outside. To the episode the visitor is a model that calls tools: what it is told, how its
points are read, what it did wrong and how all that is recorded are as for any other model.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Final

from pydantic import JsonValue

from agent.config import Config
from agent.dialects.tools import SIZING, ToolsDialect, definitions
from agent.keeper import Keeper
from agent.loop import Limits
from agent.model import ImagePart, OnText, RawCall, Reply, Request
from agent.models.exchanges import RecordingModel
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.folder import new_folder
from agent.recording.writer import RecordingWriter
from agent.sight import Sight
from agent.step import Decision, Episode, Step, StopReason
from agent.wiring.audience import Nobody
from agent.wiring.devices import open_device
from agent.wiring.episode import (
    Stage,
    build_registry,
    check_goal,
    limits_of,
    remove_unused,
    run_mind,
    run_remembering,
)
from agent.wiring.mind import Mind, Notice
from agent.wiring.policies import find_mind
from agent.wiring.secrets import find_shield
from agent.wiring.steering import told
from tools.action import DESKTOP_KINDS, PHONE_KINDS
from tools.approval import Request as Permission
from tools.device import Device, Observation
from tools.devices.desktop_target import is_desktop
from tools.registry import Registry

GONE: Final = "the client has gone"
_DIALECT: Final = ToolsDialect()
_ASK_YOURSELF: Final = "Put this to the person yourself: it is you that they talk to."
_PATIENT: Final = {
    "max_steps": 1000, "timeout_s": 86400.0, "max_mistakes": 100, "cache": "off", "dry_run": False,
}  # fmt: skip
"""A visitor is not given up on: it is whoever drives it that ends this."""


@dataclass(frozen=True)
class Told:
    """What a visitor is told.

    Attributes:
        text: In words.
        picture: The screen as it is now; ``None`` if there is none to show.
        wrong: Whether what was called for was not done.
    """

    text: str
    picture: ImagePart | None = None
    wrong: bool = False


@dataclass(frozen=True)
class Wanted:
    """A rule wants a person to be asked; the answer is yes or no."""

    what: str


@dataclass(frozen=True)
class Progress:
    """A step of an errand is over; the answer is yes, to go on."""

    step: Step


HandedOut = Told | Wanted | Progress
Answer = Reply | bool
Pending = Wanted | Progress


@dataclass
class _Hatch:
    """Where the thread of an episode and its visitor meet."""

    handed_out: SimpleQueue[Request | Pending | None] = field(default_factory=SimpleQueue)
    answers: SimpleQueue[Answer | None] = field(default_factory=SimpleQueue)

    def put(self, what: Request | Pending) -> Answer:
        """Hand something out, and wait for the answer to it.

        Raises:
            KeyboardInterrupt: The visitor has gone.
        """
        self.handed_out.put(what)
        answer = self.answers.get()
        if answer is None:
            raise KeyboardInterrupt(GONE)
        return answer


@dataclass
class _VisitorModel:
    """The visitor, as an episode sees it."""

    name: str
    hatch: _Hatch

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:  # noqa: ARG002 - it says nothing meanwhile
        """Hand ``request`` out, and wait for a call."""
        answer = self.hatch.put(request)
        assert isinstance(answer, Reply)  # noqa: S101 - for mypy: a request is answered by a call
        return answer

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class _Attendant(Nobody):
    """Follows an episode for a visitor, and passes on what a rule wants asked."""

    hatch: _Hatch
    reports_steps: bool = False
    seen: Observation | None = None
    last: Step | None = None

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:  # noqa: ARG002 - the protocol's signature
        """Remembered, as what is shown at the end."""
        self.seen = observation

    def stepped(self, step: Step) -> None:
        """Remembered, and told where steps are reported."""
        self.last = step
        if self.reports_steps:
            self.hatch.put(Progress(step))

    def ask(self, question: str) -> str:  # noqa: ARG002 - the protocol's signature
        """A visitor has a person of its own."""
        return _ASK_YOURSELF

    def approve(self, request: Permission) -> bool:
        """What the visitor's person says."""
        return self.hatch.put(Wanted(str(request))) is True


class Visit:
    """One episode, in a thread of its own.

    Args:
        attendant: Follows it.
        run: Runs it, with that audience.
    """

    def __init__(self, attendant: _Attendant, run: Callable[[_Attendant], Episode]) -> None:
        self._attendant = attendant
        self._hatch = attendant.hatch
        self._kept = Keeper()
        self._run = run
        self.episode: Episode | None = None
        self._thread = Thread(target=self._work, name="visit", daemon=True)
        self._thread.start()

    def next(self) -> HandedOut:
        """Wait for what is handed out next.

        Raises:
            AutomationError: The episode could not begin.
        """
        match self._hatch.handed_out.get():
            case None:
                return self._ended()
            case Request() as request:
                last = self._attendant.last
                words, [*pictures] = request.messages[-1].text, request.messages[-1].images
                wrong = last is not None and bool(last.mistake)
                return Told(words, pictures[-1] if pictures else None, wrong=wrong)
            case pending:
                return pending

    def answer(self, answer: Answer) -> HandedOut:
        """Answer what was handed out, and wait for what comes next."""
        self._hatch.answers.put(answer)
        return self.next()

    def leave(self) -> None:
        """Go without an answer: the episode ends as interrupted."""
        self._hatch.answers.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._kept:
            self.episode = self._run(self._attendant)
        self._hatch.handed_out.put(None)

    def _ended(self) -> Told:
        self._thread.join()
        if self._kept.raised is not None:
            raise self._kept.raised
        assert self.episode is not None  # noqa: S101 - for mypy: nothing was raised
        episode, seen = self.episode, self._attendant.seen
        words = f"{told(episode)}.\nSteps: {len(episode.steps)}. Recorded in {episode.recording}."
        picture = Sight(SIZING).look(seen.screenshot).image if seen is not None else None
        wrong = episode.stop is not StopReason.FINISHED
        return Told(words, picture, wrong=wrong)


class Visits(AbstractContextManager["Visits", None]):
    """Episodes that are decided outside, and errands of our own policy, on one device.

    The device is opened when it is first needed, and stays open. Not for several threads at once,
    but each call may come from another one.

    Args:
        config: The device, who decides on errands, and where recordings go.
        notice: Told what was chosen where nobody chose.

    Attributes:
        visitor: What the visitor calls itself.
    """

    def __init__(self, config: Config, *, notice: Notice = lambda _: None) -> None:
        self.visitor = "a client"
        self._config = config
        self._notice = notice
        self._open = ExitStack()
        self._device: Device | None = None
        self._mind: Mind | None = None
        self._visit: Visit | None = None
        self._pending: Pending | None = None

    def check(self) -> None:
        """Look for what is wrong with the settings, before somebody waits.

        Raises:
            UsageError: A module with tools cannot be loaded, or a secret has no value.
        """
        self.tools()
        find_shield(self._config, self.visitor)

    def tools(self) -> tuple[dict[str, JsonValue], ...]:
        """What may be called, as OpenAI function definitions; no device is opened for it.

        Raises:
            ConfigError: A module with tools cannot be loaded.
        """
        kinds = DESKTOP_KINDS if is_desktop(self._config.device) else PHONE_KINDS
        offered = build_registry(self._config).offered(kinds)
        return definitions(offered)

    def call(self, name: str, arguments: Mapping[str, JsonValue]) -> HandedOut:
        """Call a tool, in the episode that is under way or in a new one.

        Raises:
            UsageError: There is no such device.
            DeviceError: It cannot be connected to.
        """
        if self._pending is not None:  # nobody has answered: that is no yes
            self.answer(yes=False)
        if self._visit is None:
            first = self._begin(*self._visit_of_tools())
            if self._visit is None:
                return first  # it ended as it began
        written = json.dumps(arguments, ensure_ascii=False)
        return self._meet(Reply(text="", calls=(RawCall(name=name, arguments=written),)))

    def pursue(self, goal: str) -> HandedOut:
        """Have our own policy pursue ``goal``; an episode that is under way ends before.

        Raises:
            UsageError: The goal is empty, or there is no such device or model.
            DeviceError: The device cannot be connected to.
            ModelError: The model cannot be loaded.
        """
        goal = check_goal(goal)
        self.leave()
        mind, device = self._own_mind(), self._own_device()

        def run(attendant: _Attendant) -> Episode:
            with ExitStack() as stack:
                stage = self._stage(stack, goal, device, limits_of(self._config))
                return run_remembering(self._config, goal, mind, audience=attendant, stage=stage)

        return self._begin(_Attendant(_Hatch(), reports_steps=True), run)

    def answer(self, *, yes: bool) -> HandedOut:
        """Answer what was handed out and is no screen: whether it may be done, or go on."""
        return self._meet(yes)

    def leave(self) -> None:
        """End the episode that is under way, if there is one."""
        visit, self._visit, self._pending = self._visit, None, None
        if visit is not None:
            visit.leave()

    def close(self) -> None:
        """Let go of episode, device and model. May be called twice."""
        self.leave()
        self._device = self._mind = None
        self._open.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, attendant: _Attendant, run: Callable[[_Attendant], Episode]) -> HandedOut:
        self._visit = Visit(attendant, run)
        return self._meet(None)

    def _meet(self, answer: Answer | None) -> HandedOut:
        """Give an answer, where one is due, and wait for what is handed out next."""
        visit = self._visit
        assert visit is not None  # noqa: S101 - for mypy: it has handed something out
        handed: HandedOut | None = None
        try:
            handed = visit.next() if answer is None else visit.answer(answer)
        finally:
            if handed is None or visit.episode is not None:
                self._visit = None  # it has ended, or never began
            self._pending = handed if isinstance(handed, Wanted | Progress) else None
        if visit.episode is not None and visit.episode.stop is StopReason.DEVICE_LOST:
            self.close()  # the next call connects anew
        return handed

    def _visit_of_tools(self) -> tuple[_Attendant, Callable[[_Attendant], Episode]]:
        """An episode that is decided by calls."""
        goal = f"driven by {self.visitor}"
        device = self._own_device()
        attendant = _Attendant(_Hatch())

        def make(tools: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
            model = RecordingModel(_VisitorModel(self.visitor, attendant.hatch), recorder)
            policy = VlmPolicy(model, _DIALECT, tools, on_text=on_text)
            recorder.transforms = lambda: policy.transforms
            return policy

        mind = Mind(
            "vlm",
            wants_ui_tree=True,
            make=make,
            model=self.visitor,
            dialect=_DIALECT.name,
            prompt_hash=_DIALECT.prompt_hash,
            may_get_stuck=False,
        )

        def run(attendant: _Attendant) -> Episode:
            config = self._config.model_copy(update=_PATIENT)
            with ExitStack() as stack:
                stage = self._stage(stack, goal, device, limits_of(config))
                return run_mind(config, goal, mind, audience=attendant, stage=stage)

        return attendant, run

    def _stage(self, stack: ExitStack, goal: str, device: Device, limits: Limits) -> Stage:
        folder = new_folder(self._config.record_dir, goal)
        stack.callback(remove_unused, folder)
        return Stage(device, folder, limits)

    def _own_device(self) -> Device:
        if self._device is None:
            opened = open_device(self._config, tree=True, notice=self._notice)
            self._device = self._open.enter_context(opened)
        return self._device

    def _own_mind(self) -> Mind:
        if self._mind is None:
            self._mind = find_mind(self._config, self._notice)
            self._open.callback(self._mind.close)
        return self._mind
