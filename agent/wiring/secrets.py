"""What a run must keep to itself: from the names in a ``Config`` to values, and who guards them."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from agent.config import Config, environment_keys
from agent.models.keys import from_keyring, key_advice
from agent.recording.redact import Redactor
from agent.step import Episode
from tools.action import TypeText
from tools.device import Device
from tools.errors import ConfigError, UsageError
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.registry import Registry
from tools.secrets.device import SecretsDevice
from tools.secrets.masks import Mask, parse_mask
from tools.secrets.values import SHORTEST, Secrets, check_name, placeholder, placeholders_in


@dataclass(frozen=True)
class Shield:
    """What a run keeps to itself, and how.

    Attributes:
        secrets: What may be typed by name.
        masks: Regions that nobody may see.
        redactor: Takes the values out of texts; ``None`` without secrets.
    """

    secrets: Secrets
    masks: tuple[Mask, ...] = ()
    redactor: Redactor | None = None

    @property
    def needs_ui_tree(self) -> bool:
        """Whether nothing can be hidden without the tree."""
        return bool(self.secrets) or any(mask.box is None for mask in self.masks)

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        return text if self.redactor is None else self.redactor.text(text)

    def device(self, device: Device) -> Device:
        """``device``, above which nobody sees a secret."""
        return SecretsDevice(device, self.secrets, self.masks, self.text)

    def registry(self, registry: Registry) -> Registry:
        """``registry``, whose tools tell no secret: not even one that reads the environment."""
        return registry if self.redactor is None else _QuietRegistry(registry, self.redactor)

    def asker(self, ask: Callable[[str], str]) -> Callable[[str], str]:
        """``ask``, where an answer that is a secret comes back as its name."""
        return ask if self.redactor is None else lambda question: self.text(ask(question))

    def episode(self, episode: Episode) -> Episode:
        """``episode`` without secrets in what it says at the end."""
        if self.redactor is None:
            return episode
        said = {"answer": self.text(episode.answer), "error": self.text(episode.error)}
        return episode.model_copy(update=said)

    def aside(self, folder: Path) -> AbstractContextManager[Path]:
        """Where another process may write files for ``folder``; they are put there clean."""
        return nullcontext(folder) if self.redactor is None else _cleaned(folder, self.redactor)


def find_shield(config: Config, goal: str) -> Shield:
    """Find the values of the secrets, in the environment or the keyring, and read the masks.

    Raises:
        ConfigError: A value is not to be had or cannot be kept secret, a mask is none, or the tree
            is not to be read, without which nothing is hidden. No value is told.
        UsageError: The goal has a value in it, or names a secret that was not given.
    """
    names = dict.fromkeys(config.secrets)
    environment = environment_keys(names)
    values = {name: _value(name, environment) for name in names}
    _require_apart(values)
    secrets = Secrets(values)
    redactor = _Thorough(secrets) if values else None
    shield = Shield(secrets, tuple(map(parse_mask, config.mask)), redactor)
    if shield.needs_ui_tree and config.ui_tree == "never":
        raise ConfigError(
            "ui_tree is 'never', but only the tree tells where a secret is on the screen.",
            hint="Set ui_tree to 'auto', or leave out --secret and masks by text.",
        )
    _require_clean(goal, shield, "The goal")
    for text in (config.app, *config.expect):
        _require_clean(text, shield, "A setting")
    return shield


def secret_value(name: str) -> str:
    """The value of one secret, from the environment or the keyring.

    Raises:
        ConfigError: It is no name, or there is no value. No value is told.
    """
    try:
        return _found(check_name(name), environment_keys([name]))
    except ValueError:
        raise ConfigError(
            "What --secret was given is no name of a secret.",
            hint="A name has capital letters, digits and _; the value is never given there.",
        ) from None


def _found(name: str, environment: Mapping[str, str]) -> str:
    value = environment[name] if name in environment else from_keyring(name)
    if not value.strip():
        what = "is empty" if name in environment else "has no value"
        raise ConfigError(f"The secret {name} {what}.", hint=key_advice(name))
    return value


def _value(name: str, environment: Mapping[str, str]) -> str:
    value = _found(name, environment)
    if not value.isprintable():
        what = "has a line break, a control character or bytes that are not UTF-8 in it"
        raise ConfigError(f"The secret {name} {what}.", hint="Give it as one line of text.")
    if len(value) < SHORTEST:
        raise ConfigError(
            f"The secret {name} has fewer than {SHORTEST} characters.",
            hint="So short a text stands on every screen: it could not be told from the rest.",
        )
    return value


def _require_apart(values: Mapping[str, str]) -> None:
    """A value that is in what stands for it would be in every file for that reason alone."""
    shown = " ".join(map(placeholder, values)).casefold()
    for name, value in values.items():
        if value.casefold() in shown:
            raise ConfigError(
                f"The secret {name} is a part of a secret's name.", hint="Choose another name."
            )


def _require_clean(text: str, shield: Shield, what: str) -> None:
    if shield.redactor is not None and shield.redactor.finds(text):
        raise UsageError(
            f"{what} has the value of a secret in it, and is shown and recorded.",
            hint=f"Say it like this: {shield.text(text)!r}",
        )
    for name in placeholders_in(text):
        if name not in shield.secrets.names:
            raise UsageError(
                f"{what} speaks of {placeholder(name)}, which was not given.",
                hint=f"Add --secret {name}" if name.isidentifier() else "",
            )


class _Thorough(Redactor):
    """Finds values however they are encoded, and as a screen would show them, grouped or cut."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets.terms)
        self._secrets = secrets

    def text(self, text: str) -> str:
        """``text`` without any of the values."""
        return self._secrets.named(super().text(text))


class _QuietRegistry(Registry):
    """The same tools; what they answer names secrets and does not tell them."""

    def __init__(self, registry: Registry, redactor: Redactor) -> None:
        super().__init__(registry)
        self._redactor = redactor

    def resolve(
        self, name: str, arguments: Mapping[str, JsonValue], context: ToolContext
    ) -> Outcome:
        """See ``Registry``; a text to type is given by the names, which the device knows."""
        outcome = super().resolve(name, arguments, context)
        match outcome:
            case str():
                return self._redactor.text(outcome)
            case Note() | Question() | TypeText():
                return outcome.model_copy(update={"text": self._redactor.text(outcome.text)})
            case Finish():
                return outcome.model_copy(update={"answer": self._redactor.text(outcome.answer)})
            case _:
                return outcome


@contextmanager
def _cleaned(folder: Path, redactor: Redactor) -> Iterator[Path]:
    """A private folder; what lies in it at the end comes into ``folder`` without secrets.

    Nothing unclean is ever in ``folder``, whenever this process is killed.
    """
    with tempfile.TemporaryDirectory(prefix="tapwright-") as name:
        aside = Path(name)
        try:
            yield aside
        finally:
            with suppress(OSError):  # a full disk: the recording has said so already
                for path in sorted(aside.iterdir()):
                    _take_over(path, folder / path.name, redactor)


def _take_over(source: Path, target: Path, redactor: Redactor) -> None:
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        shutil.copyfile(source, target)
        return
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        clean = redactor.text(text)
    else:
        value = redactor.value(value, keys=True, numbers=True)
        clean = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    target.write_text(clean, encoding="utf-8")
