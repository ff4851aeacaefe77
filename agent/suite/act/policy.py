"""The policy that plays a case: to the loop it is one like any other."""

from collections.abc import Sequence

from agent.check import Judgement
from agent.step import Decision, Step
from agent.suite.act.performance import Performance, Performed
from agent.suite.act.scene import Means, Move, Play, Scene, Turn
from tools.device import Observation


class SuitePolicy:
    """Decides, look by look, the step of a case that is due.

    Args:
        performance: The case.
        means: What it is performed with.
        teardown_only: Whether only the teardown is played, because the episode before came to an
            end without it.
    """

    name = "suite"
    wants_ui_tree = True

    def __init__(
        self, performance: Performance, means: Means, *, teardown_only: bool = False
    ) -> None:
        self._performance, self._means = performance, means
        self._teardown_only = teardown_only
        self._play: Play[None] | None = None
        self.scene: Scene | None = None
        """What is there; ``None`` before the first look."""

    @property
    def judgement(self) -> Judgement:
        """What the checks of the case came to so far."""
        return self._performance.judgement

    @property
    def performed(self) -> Performed:
        """What came of the case so far."""
        return self._performance.performed

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Decide the step that is due on this look.

        Raises:
            AgentMistakeError: The inner policy made a mistake, and is to be told.
            DeviceError: The device went away while a command was run on it.
        """
        del goal
        turn = Turn(observation, history)
        if self.scene is None or self._play is None:
            self.scene = Scene(self._means, turn)
            self._play = self._begin(self.scene)
        self.scene.turn = turn
        move: Move = next(self._play)
        if isinstance(move, Decision):
            return move
        raise move

    def _begin(self, scene: Scene) -> Play[None]:
        if self._teardown_only:
            return self._performance.play_teardown(scene)
        return self._performance.play(scene)
