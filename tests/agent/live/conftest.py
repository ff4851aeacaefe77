"""One phone for all replays of a worker, and two runs on it that were recorded once."""

from collections.abc import Iterator

import pytest

from agent.recording.reader import Recording
from tests.agent.live.phones import ReplayPhone, replay_phone


@pytest.fixture(scope="session")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplayPhone]:
    with replay_phone(tmp_path_factory.mktemp("replays")) as running:
        yield running


@pytest.fixture(scope="session")
def booking(phone: ReplayPhone) -> Recording:
    """14 steps: from the home screen to the confirmation of a flight."""
    return phone.record("book a one-way ticket Chongqing to Beijing")


@pytest.fixture(scope="session")
def airplane(phone: ReplayPhone) -> Recording:
    """Four steps, the last but one a switch."""
    return phone.record("turn on airplane mode")
