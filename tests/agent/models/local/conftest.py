"""Tiny checkpoints, made once, and the models loaded from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.models.local.model import LocalModel, load_local
from agent.models.local.options import LocalOptions
from tests.agent.models.local.tiny import make_checkpoint
from tests.agent.models.local.torchvision_shim import mend_torchvision

Loader = Callable[..., LocalModel]


@pytest.fixture(scope="session")
def torch_ready() -> None:
    """Torch, with torchvision where it is installed, and not more threads than these tests need."""
    import torch

    mend_torchvision()
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(
    tmp_path_factory: pytest.TempPathFactory, torch_ready: None
) -> Callable[[str], Path]:
    """The folder of a tiny checkpoint of a family, made at the first call."""
    folder = tmp_path_factory.mktemp("checkpoints")

    def made(family: str) -> Path:
        path = folder / family
        return path if path.is_dir() else make_checkpoint(path, family)

    return made


@pytest.fixture(scope="session")
def terse_checkpoint(
    tmp_path_factory: pytest.TempPathFactory, torch_ready: None
) -> Callable[[str], Path]:
    """The same with weights that come to an end soon: for whole runs, not for replies."""
    folder = tmp_path_factory.mktemp("terse_checkpoints")

    def made(family: str) -> Path:
        path = folder / family
        return path if path.is_dir() else make_checkpoint(path, family, terse=True)

    return made


@pytest.fixture(scope="session")
def loaded(checkpoint: Callable[[str], Path]) -> Loader:
    """A fresh conversation with the tiny model of a family, loaded once for each set of options."""
    models: dict[tuple[str, LocalOptions], LocalModel] = {}

    def conversation(family: str, **options: object) -> LocalModel:
        chosen = LocalOptions.model_validate(options)
        if (family, chosen) not in models:
            models[family, chosen] = load_local(str(checkpoint(family)), chosen)
        return models[family, chosen].conversation()

    return conversation
