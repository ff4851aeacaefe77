"""Who decides: from a ``Config`` to a policy, with the model behind it where there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.config import Config, did_you_mean
from agent.dialects.choose import choose_dialect
from agent.dialects.dialect import Dialect
from agent.model import Model, OnText
from agent.models.recording import RecordingModel
from agent.policies.rules.policy import RulesPolicy
from agent.policies.scripted import read_script
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.writer import RecordingWriter
from agent.wiring.local_models import fitting_model, load
from agent.wiring.servers import model_at, server_at
from tools.errors import ConfigError
from tools.registry import Registry

Notice = Callable[[str], None]
KNOWN = ("auto", "rules", "scripted", "vlm")


@dataclass(frozen=True)
class Mind:
    """Who will decide, before there is a device to decide about.

    Attributes:
        policy: Name of the policy.
        wants_ui_tree: Whether it reads the accessibility tree.
        make: Makes the policy for one episode: what is offered, where exchanges are written, and
            who hears the model while it speaks.
        model: Name of the model; empty if there is none.
        dialect: How the model is spoken to; empty if there is none.
        prompt_hash: Changes when the words of the prompts do.
        close: Lets go of the model.
    """

    policy: str
    wants_ui_tree: bool
    make: Callable[[Registry, RecordingWriter, OnText], Policy]
    model: str = ""
    dialect: str = ""
    prompt_hash: str = ""
    close: Callable[[], None] = lambda: None


def find_mind(config: Config, notice: Notice) -> Mind:
    """Find who decides, and load or reach the model if there is to be one.

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
    if config.model and name in {"rules", "scripted"}:
        raise ConfigError(f"The policy {name!r} asks no model.", hint="Leave out --policy.")
    if name == "scripted":
        scripted = _scripted(config.script)
        return Mind("scripted", scripted.wants_ui_tree, lambda *_: scripted)
    config = _with_model(config, notice)
    if name == "vlm" or config.model or config.server:
        return _vlm(config, notice)
    rules = RulesPolicy(in_app=bool(config.app))
    return Mind("rules", rules.wants_ui_tree, lambda *_: rules)


def _with_model(config: Config, notice: Notice) -> Config:
    """``auto``: a configured server, else weights that are here and fit, else no model."""
    if config.model != "auto":
        return config
    if config.server:
        notice(f"Model: what {config.server} serves.")
        return config.model_copy(update={"model": ""})
    found, why = fitting_model()
    if found:
        notice(f"Model: {found}, {why}.")
    else:
        notice(f"Model: none ({why}); the built-in rules decide.")
    return config.model_copy(update={"model": found, "offline": True})


def _vlm(config: Config, notice: Notice) -> Mind:
    if not config.model and not config.server:
        raise ConfigError(
            "The policy 'vlm' needs a model.",
            hint="Add --model NAME, and --server ADDRESS if one serves it.",
        )
    model, family = _found(config, notice)
    try:
        choice = choose_dialect(model.name, model_type=family, wanted=config.dialect)
        sizing = choice.dialect.sizing.budget(
            min_pixels=config.min_pixels, max_pixels=config.max_pixels
        )
    except ConfigError:
        model.close()
        raise
    if not choice.certain:
        notice(f"Dialect {choice.dialect.name!r}: {choice.because}; see --dialect.")
    dialect = choice.dialect

    def make(tools: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
        recorded = RecordingModel(model, recorder)
        policy = VlmPolicy(
            recorded, dialect, tools, window=config.window, sizing=sizing, on_text=on_text
        )
        recorder.transforms = lambda: policy.transforms
        return policy

    return _mind(model, dialect, make)


def _found(config: Config, notice: Notice) -> tuple[Model, str]:
    """The model, and its family where that is known without asking."""
    if not config.server:
        return load(config, notice)
    server = server_at(config.server, kind=config.server_kind)
    return model_at(server, config.model, reply_s=config.reply_timeout_s), ""


def _mind(
    model: Model, dialect: Dialect, make: Callable[[Registry, RecordingWriter, OnText], Policy]
) -> Mind:
    return Mind(
        policy="vlm",
        wants_ui_tree=VlmPolicy.wants_ui_tree,
        make=make,
        model=model.name,
        dialect=dialect.name,
        prompt_hash=dialect.prompt_hash,
        close=model.close,
    )


def _scripted(script: Path | None) -> Policy:
    if script is None:
        raise ConfigError("The policy 'scripted' needs a script.", hint="Add --script FILE.")
    return read_script(script)
