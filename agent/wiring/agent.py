"""Several goals for one configuration: whoever decides is found, and a model loaded, only once."""

from contextlib import AbstractContextManager
from typing import Any

from agent.config import Config, load_config
from agent.step import Episode
from agent.wiring.audience import Audience, Nobody
from agent.wiring.episode import run_remembering
from agent.wiring.policies import find_mind


class Agent(AbstractContextManager["Agent", None]):
    """Pursues one goal after the other, or several at once, with the same model.

    ::

        with Agent(model="Qwen/Qwen2.5-VL-7B-Instruct", device="virtual") as agent:
            for goal in goals:
                print(agent.run(goal).stop)

    Each run is an episode of its own, with its own recording and, on the virtual phone, its own
    phone. ``run`` may be called from several threads; a model in this process then answers them in
    turn, and remembers each conversation for itself.

    Args:
        audience: Told what was chosen and how loading goes; nobody by default.
        **settings: Fields of ``Config``; what is not given comes from the environment,
            ``agent.toml`` or the defaults.

    Raises:
        UsageError: A setting is wrong, or there is no such model.
        ModelError: The model cannot be loaded or reached.
    """

    def __init__(self, *, audience: Audience | None = None, **settings: Any) -> None:  # noqa: ANN401 - pydantic checks them
        self.config: Config = load_config(settings).config
        self._audience: Audience = audience if audience is not None else Nobody()
        self._mind = find_mind(self.config, self._audience.notice)

    def run(self, goal: str, *, audience: Audience | None = None) -> Episode:
        """Pursue ``goal`` and tell how it went.

        Raises:
            UsageError: The goal is empty, or there is no such device.
            DeviceError: The device cannot be connected to.
        """
        listener = audience if audience is not None else self._audience
        return run_remembering(self.config, goal, self._mind, audience=listener)

    def close(self) -> None:
        """Let go of the model. May be called twice."""
        self._mind.close()

    def __exit__(self, *_: object) -> None:
        self.close()
