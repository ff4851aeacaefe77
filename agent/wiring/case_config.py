"""The configuration of one case, and whether the person has given what it needs."""

from collections.abc import Iterable
from pathlib import Path

from agent.config import Config
from agent.suite.language.cases import Case
from agent.suite.runner.seams import LeasedDevice
from agent.wiring.secrets import find_shield
from tools.errors import TaskError, UsageError
from tools.secrets.values import check_name


def check_secrets(cases: Iterable[Case], config: Config) -> None:
    """Find out whether the values of all secrets of ``cases`` are to be had.

    Raises:
        TaskError: One is not, or cannot be kept secret. No value is told.
    """
    checked: set[tuple[str, ...]] = set()
    for case in cases:
        names = _secrets_of(case, config)
        if not names or names in checked:
            continue
        checked.add(names)
        changes = {"secrets": names, "ui_tree": "always", "expect": (), "app": ""}
        try:
            find_shield(config.model_copy(update=changes), case.title)
        except UsageError as error:
            raise TaskError(f"{case.place}: {error.message}", hint=error.hint) from None


def _secrets_of(case: Case, config: Config) -> tuple[str, ...]:
    for name in case.plan.secrets:
        try:
            check_name(name)
        except ValueError as error:
            raise TaskError(f"{case.place}: the secret {name!r} must be {error}.") from None
    return tuple(dict.fromkeys((*config.secrets, *case.plan.secrets)))


def config_for(case: Case, config: Config, device: LeasedDevice, folder: Path) -> Config:
    """The configuration of one case: what it says of secrets, and nobody to ask.

    Args:
        case: The case.
        config: That of the run.
        device: What it is performed on.
        folder: Of its recording.

    Raises:
        TaskError: A secret has a name that none can have.
    """
    changes = {
        "secrets": _secrets_of(case, config),
        "device": device.serial or device.device.info.name,
        "scenario": device.scenario or config.scenario,
        "seed": device.seed,
        "approve": "never" if config.approve == "terminal" else config.approve,
        "ui_tree": "always",
        "dry_run": False,
        "expect": (),
        "app": "",
        "record_dir": folder.parent,
    }
    if device.announced:
        changes["countdown_s"] = 0
    return config.model_copy(update=changes)
