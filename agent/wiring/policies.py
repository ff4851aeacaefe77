"""Who decides: from a ``Config`` to a policy, with the model behind it where there is one."""

from copy import copy
from pathlib import Path

from agent.config import Config, did_you_mean
from agent.policies.rules.policy import RulesPolicy
from agent.policies.scripted import read_script
from agent.policy import Policy
from agent.wiring.mind import Around, Mind, Notice, as_it_is
from tools.errors import ConfigError

KNOWN = ("auto", "rules", "scripted", "vlm")


def find_mind(config: Config, notice: Notice, around: Around = as_it_is) -> Mind:
    """Find who decides, and load or reach the model if there is to be one.

    Args:
        config: Names it.
        notice: Told what was chosen.
        around: Given the model; the one that it returns is asked.

    Raises:
        ConfigError: There is no such policy, script, model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    name = config.policy
    if config.script is not None and name != "scripted":
        raise ConfigError(f"The policy {name!r} reads no script.", hint="Add --policy scripted.")
    if name not in KNOWN:
        raise ConfigError(f"There is no policy {name!r}.", hint=did_you_mean(name, list(KNOWN)))
    if name == "scripted":
        scripted = _scripted(config.script)
        return Mind("scripted", scripted.wants_ui_tree, lambda *_: copy(scripted))
    if name == "vlm" or (name == "auto" and (config.model or config.server)):
        # Here, because dialects, clients and local models take a while to import.
        from agent.wiring.models import seeing_mind

        found = seeing_mind(config, notice, around)
        if found is not None:
            return found
    in_app = bool(config.app)
    return Mind("rules", RulesPolicy.wants_ui_tree, lambda *_: RulesPolicy(in_app=in_app))


def _scripted(script: Path | None) -> Policy:
    if script is None:
        raise ConfigError("The policy 'scripted' needs a script.", hint="Add --script FILE.")
    return read_script(script)
