"""The runs of a studio: one at a time, each on a helm of its own that outlives it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock, Thread

from agent.config import Config, load_config
from agent.person.desk import Desk
from agent.person.helm import Helm
from agent.person.orders import Course
from agent.recording.reader import Recording, read_recording
from agent.step import Episode
from agent.studio.reports import recording_named
from agent.wiring.episode import check_goal, run_with
from agent.wiring.replay import as_recorded, fork, replay_live, resume
from agent.wiring.steering import Watch, steer
from tools.clock import SystemClock
from tools.errors import ActionFailedError, ConfigError, UsageError

_KEPT = 4
"""Runs whose last picture can still be looked at."""
_FAREWELL_S = 20.0
_PATIENT_S = 86400.0
"""A run that somebody watches is stopped by them; a pause is no reason to give up."""


@dataclass
class Run:
    """A run that has begun.

    Attributes:
        key: Names it in addresses.
        helm: Where it is watched and steered.
        desk: Answers for its page.
        thread: In which it happens.
    """

    key: str
    helm: Helm
    desk: Desk
    thread: Thread
    episode: Episode | None = None

    @property
    def under_way(self) -> bool:
        """Whether it goes on."""
        return self.thread.is_alive()


@dataclass
class Runs:
    """All runs of this studio, the latest last."""

    _runs: dict[str, Run] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def begin(self, goal: str, pursue: Callable[[Watch], Episode]) -> Run:
        """Begin a run in a thread of its own.

        Raises:
            UsageError: Another one is under way.
        """
        with self._lock:
            latest = self.latest
            if latest is not None and latest.under_way:
                raise UsageError("A run is under way.", hint="Stop it, or let it end.")
            helm = Helm(goal, SystemClock())

            def work() -> None:
                run.episode = steer(helm, pursue)

            thread = Thread(target=work, name="run", daemon=True)
            run = Run(secrets.token_urlsafe(9), helm, Desk(helm), thread)
            self._runs[run.key] = run
            while len(self._runs) > _KEPT:
                del self._runs[next(iter(self._runs))]
            thread.start()
            return run

    @property
    def latest(self) -> Run | None:
        """The run that began last."""
        with self._lock:
            return next(reversed(self._runs.values()), None)

    def get(self, key: str) -> Run | None:
        """A run by its key."""
        return self._runs.get(key)

    def close(self) -> None:
        """Stop what is under way, and wait for its recording to be whole."""
        run = self.latest
        if run is None or not run.under_way:
            return
        try:
            run.helm.steer(Course(kind="stop"))
        except ActionFailedError:  # it has just ended
            return
        run.thread.join(_FAREWELL_S)


def config_of(form: Mapping[str, object]) -> Config:
    """The configuration of a run from what a form says; what is empty there is not given.

    Raises:
        ConfigError: A setting is wrong.
    """
    given = {name: value for name, value in form.items() if value not in {None, ""}}
    for name, value in given.items():
        if isinstance(value, float) and value.is_integer():
            given[name] = int(value)  # a page knows one kind of number
    loaded = load_config(given)
    if loaded.origins["timeout_s"] == "default":
        return loaded.config.model_copy(update={"timeout_s": _PATIENT_S})
    return loaded.config


def begin_goal(runs: Runs, goal: str, form: Mapping[str, object]) -> Run:
    """Begin to pursue a goal.

    Raises:
        UsageError: The goal or a setting is wrong, or another run is under way.
    """
    goal = check_goal(goal)
    config = config_of(form)
    return runs.begin(goal, lambda watch: run_with(config, goal, audience=watch))


def begin_again(runs: Runs, name: str, form: Mapping[str, object]) -> Run:
    """Begin to perform a recording again on a device like the one it was made on.

    Raises:
        UsageError: There is no such recording, or another run is under way.
    """
    recording, config = _recorded(name, form)
    goal = recording.start.goal
    return runs.begin(goal, lambda watch: replay_live(config, recording, audience=watch).episode)


def begin_fork(
    runs: Runs, name: str, step: int | None, goal: str, form: Mapping[str, object]
) -> Run:
    """Begin a run that goes on from a recording.

    Args:
        runs: Those of the studio.
        name: Of the recording.
        step: First step to decide anew, from 1; ``None`` to go on at the end.
        goal: Another goal; empty for the recorded one.
        form: Settings by their names.

    Raises:
        UsageError: There is no such recording or step, or another run is under way.
    """
    recording, config = _recorded(name, form)
    if step is not None and not 1 <= step <= len(recording.steps) + 1:
        raise ConfigError(
            f"There is no step {step} in this recording.",
            hint=f"Take one from 1 to {len(recording.steps) + 1}.",
        )

    def pursue(watch: Watch) -> Episode:
        if step is None:
            return resume(config, recording, goal=goal, audience=watch).episode
        return fork(config, recording, step, goal=goal, audience=watch).episode

    return runs.begin(goal or recording.start.goal, pursue)


def _recorded(name: str, form: Mapping[str, object]) -> tuple[Recording, Config]:
    config = config_of(form)
    recording = read_recording(recording_named(name, config.record_dir))
    given = [field for field, value in form.items() if value not in {None, ""}]
    return recording, as_recorded(config, recording, given)
