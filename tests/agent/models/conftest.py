"""What the tests of models share."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.agent.models.fault_server import Answer, Answerer, serving
from tests.agent.models.server_rig import Make, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Make]:
    """Make rigs; everything is closed at the end."""
    with ExitStack() as stack:

        def make(
            *answers: Answer | Answerer, models: Answer | None = None, **options: object
        ) -> Rig:
            server = stack.enter_context(serving(*answers, models=models))
            made = Rig(server, tmp_path, **options)
            stack.callback(made.model.close)
            return made

        yield make
