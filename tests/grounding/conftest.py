"""One running phone for all tests of a worker; each goal starts on a reset one."""

import os
from collections.abc import Iterator

import pytest

from tests.grounding.booking import TicketOffice, ticket_office

_SLOW = "slow: minutes on two cores; runs with -m slow, or TAPWRIGHT_REQUIRE=slow"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _SLOW)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, unless it is asked for."""
    required = os.environ.get("TAPWRIGHT_REQUIRE", "").split(",")
    if "slow" in required or "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item.get_closest_marker("slow") is None]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketOffice]:
    with ticket_office(tmp_path_factory.mktemp("recordings")) as opened:
        yield opened
