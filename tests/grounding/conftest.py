"""One running phone for all tests of a worker; each goal starts on a reset one."""

from collections.abc import Iterator

import pytest

from tests.grounding.booking import TicketOffice, ticket_office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketOffice]:
    with ticket_office(tmp_path_factory.mktemp("recordings")) as opened:
        yield opened
