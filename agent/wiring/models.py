"""A model that sees and the policy that asks it: behind a server, or in this process."""

from collections.abc import Callable
from dataclasses import replace

from agent.config import Config
from agent.dialects.choose import choose_dialect
from agent.dialects.dialect import Dialect
from agent.model import Conversing, Model, OnText
from agent.models.recording import RecordingModel
from agent.perception.seer import Seer
from agent.policies.vlm import SECRETS_PROMPT, VlmPolicy
from agent.policy import Policy
from agent.prompt import load_prompt
from agent.recording.writer import RecordingWriter
from agent.wiring.local_models import fitting_model, load
from agent.wiring.mind import Around, Mind, Notice
from agent.wiring.servers import model_at, server_at
from tools.errors import ConfigError
from tools.registry import Registry


def seeing_mind(config: Config, notice: Notice, around: Around) -> Mind | None:
    """A model and the policy that asks it; ``None`` if ``auto`` finds none.

    Raises:
        ConfigError: There is no such model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    if config.model == "auto":
        config = _with_model(config, notice)
        if not config.model and not config.server:
            return None
    return _vlm(config, notice, around)


def _with_model(config: Config, notice: Notice) -> Config:
    """``auto``: a configured server, else weights that are here and fit, else no model."""
    if config.server:
        notice(f"Model: what {config.server} serves.")
        return config.model_copy(update={"model": ""})
    found, why = fitting_model()
    if found:
        notice(f"Model: {found}, {why}.")
    else:
        notice(f"Model: none ({why}); the built-in rules decide.")
    return config.model_copy(update={"model": found, "offline": True})


def find_seer(config: Config, notice: Notice) -> Seer:
    """Load or reach the model that ``config`` names, and choose its dialect.

    Raises:
        ConfigError: There is no such model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    if not config.model and not config.server:
        raise ConfigError(
            "This needs a model, and none is named.",
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
    return Seer(model, choice.dialect, sizing)


def _vlm(config: Config, notice: Notice, around: Around) -> Mind:
    seer = find_seer(config, notice)
    model, dialect, sizing = around(seer.model), seer.dialect, seer.sizing

    def make(tools: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
        asked = model.conversation() if isinstance(model, Conversing) else model
        recorded = RecordingModel(asked, recorder)
        policy = VlmPolicy(
            recorded, dialect, tools, window=config.window, sizing=sizing, on_text=on_text
        )
        policy.on_note = notice
        policy.secrets = config.secrets
        recorder.transforms = lambda: policy.transforms
        return policy

    def eyes(recorder: RecordingWriter) -> Seer:
        asked = model.conversation() if isinstance(model, Conversing) else model
        return Seer(RecordingModel(asked, recorder), dialect, sizing)

    mind = _mind(model, dialect, make)
    return replace(mind, prompt_hash=prompt_hash(dialect, config), eyes=eyes)


def prompt_hash(dialect: Dialect, config: Config) -> str:
    """Changes when the words of the prompts do that a run with ``config`` uses."""
    if not config.secrets:
        return dialect.prompt_hash
    return f"{dialect.prompt_hash}-{load_prompt(SECRETS_PROMPT).sha256[:8]}"


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
        close=model.close,
    )
