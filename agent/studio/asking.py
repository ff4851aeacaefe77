"""The models that the studio asks: found when first asked, kept while the page names the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from agent.config import load_config
from agent.model import BreakingOff
from agent.perception.seer import Seer
from agent.wiring.client import Client
from tools.errors import ConfigError


@dataclass(frozen=True)
class Named:
    """A model as the page names it; empty fields are what is configured."""

    model: str = ""
    server: str = ""
    dialect: str = ""

    def form(self) -> dict[str, Any]:
        """The fields that say something, by the names of settings."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass
class Clients:
    """One model at a time: a second one would seldom fit beside it."""

    _named: Named | None = None
    _client: Client | None = None
    _lock: Lock = field(default_factory=Lock)

    def get(self, named: Named) -> Client:
        """The model to ask.

        Raises:
            ConfigError: None is named anywhere, or a setting is wrong.
            ModelError: It cannot be loaded or reached.
        """
        with self._lock:
            if self._client is not None and self._named == named:
                return self._client
            config = load_config(named.form()).config
            if not config.model and not config.server:
                raise ConfigError(
                    "No model is set up yet.",
                    hint="Name one above under Model: a server such as vllm or ollama, or a model "
                    "to load here; or set it once, as model and server in agent.toml. "
                    "agent model fit says what fits on your graphics card.",
                )
            self._let_go()
            self._client, self._named = Client(**named.form()), named
            return self._client

    @contextmanager
    def asking(self, named: Named) -> Iterator[Seer]:
        """The model, for one question: a server is hung up on if the block is left before its end.

        Raises:
            ConfigError: As ``get``.
            ModelError: As ``get``.
        """
        seer = self.get(named).seer
        if not isinstance(seer.model, BreakingOff):
            yield seer
            return
        model, left = seer.model.apart(), False
        try:
            yield replace(seer, model=model)
        except GeneratorExit:  # the page wants no more of it
            left = True
            model.break_off()
            raise
        finally:
            if not left:  # else another thread may still be at it, and ends by itself
                model.close()

    def close(self) -> None:
        """Let go of the model."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client, self._named = None, None
