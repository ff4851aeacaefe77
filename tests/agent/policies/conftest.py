"""One running phone for all journeys of a worker; each goal starts on a reset one."""

from collections.abc import Iterator

import pytest

from tests.agent.policies.errand_runner import ErrandRunner, errand_phone


@pytest.fixture(scope="session")
def errands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ErrandRunner]:
    with errand_phone(tmp_path_factory.mktemp("recordings")) as runner:
        yield runner
