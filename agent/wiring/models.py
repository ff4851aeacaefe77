"""A model that sees and the policy that asks it: behind a server, or in this process."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agent.config import Config
from agent.dialects.choose import Choice, choose_dialect
from agent.dialects.dialect import Dialect
from agent.model import Conversing, Model, OnText
from agent.models.exchanges import RecordingModel
from agent.models.local.folder import read_folder
from agent.models.openai_api import OpenAIModel
from agent.perception.seer import Seer
from agent.policies.vlm import SECRETS_PROMPT, VlmPolicy
from agent.policy import Policy
from agent.prompt import load_prompt
from agent.recording.writer import RecordingWriter
from agent.sight import Sizing
from agent.wiring.local_models import fitting_model, load
from agent.wiring.mind import Around, Mind, Notice
from agent.wiring.servers import model_at, server_at
from tools.errors import ConfigError
from tools.registry import Registry

_USUAL: Final = "Qwen2.5-VL"
"""Whose pictures are reckoned with where no model is named."""
_HOW_TO_NAME: Final = "Add --model NAME, and --server ADDRESS if one serves it."


@dataclass(frozen=True)
class Reckoning:
    """How a model would be shown pictures and clips, as far as that is known without asking it.

    Attributes:
        sizing: Its sizing, the person's budget included.
        reads_clips: Whether it would be sent a clip; if not, single pictures.
        told: For whom it is reckoned, a sentence.
    """

    sizing: Sizing
    reads_clips: bool
    told: str


def seeing_mind(config: Config, notice: Notice, around: Around) -> Mind | None:
    """A model and the policy that asks it; ``None`` if ``auto`` finds none.

    Raises:
        ConfigError: There is no such model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    if config.model == "auto":
        config, why = _with_model(config, notice)
        if why:
            notice(f"Model: none ({why}); the built-in rules decide.")
            return None
    return _vlm(config, notice, around)


def _with_model(config: Config, notice: Notice) -> tuple[Config, str]:
    """``auto``: a configured server, else weights that are here and fit; else why there is none."""
    if config.server:
        notice(f"Model: what {config.server} serves.")
        return config.model_copy(update={"model": ""}), ""
    found, why = fitting_model()
    if not found:
        return config, why
    notice(f"Model: {found}, {why}.")
    return config.model_copy(update={"model": found, "offline": True}), ""


def find_seer(config: Config, notice: Notice) -> Seer:
    """Load or reach the model that ``config`` names, and choose its dialect.

    Raises:
        ConfigError: There is no such model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    if config.model == "auto":
        config, why = _with_model(config, notice)
        if why:
            raise ConfigError(f"This needs a model, and there is none: {why}.", hint=_HOW_TO_NAME)
    if not config.model and not config.server:
        raise ConfigError("This needs a model, and none is named.", hint=_HOW_TO_NAME)
    model, family = _found(config, notice)
    try:
        choice = choose_dialect(model.name, model_type=family, wanted=config.dialect)
        sizing = _sizing(choice, config)
    except ConfigError:
        model.close()
        raise
    if not choice.certain:
        notice(f"Dialect {choice.dialect.name!r}: {choice.because}; see --dialect.")
    return Seer(model, choice.dialect, sizing)


def reckon(config: Config) -> Reckoning:
    """What can be known of the model that ``config`` names without loading or asking it.

    Raises:
        ConfigError: There is no such folder, server or dialect.
    """
    named = "" if config.model == "auto" else config.model
    folder = Path(named).expanduser() if named else None
    family = ""
    if folder is not None and folder.is_dir() and not config.server:
        family = read_folder(folder).family
    choice = choose_dialect(named or _USUAL, model_type=family, wanted=config.dialect)
    whom = named or (f"the model of {config.server}" if config.server else "")
    whom = f"{whom} as {choice.dialect.name}" if whom else choice.dialect.name
    reads_clips = True
    if config.server:
        model = OpenAIModel(named, server_at(config.server, kind=config.server_kind))
        reads_clips = model.reads_clips
        model.close()
    how = "a clip" if reads_clips else "single pictures, for its server takes no clips"
    told = f"Reckoned for {whom}, which is sent {how}."
    if not config.server and not named:
        told += " No model is named; a server that takes no clips costs twice that."
    return Reckoning(_sizing(choice, config), reads_clips, told)


def _sizing(choice: Choice, config: Config) -> Sizing:
    return choice.dialect.sizing.budget(min_pixels=config.min_pixels, max_pixels=config.max_pixels)


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
