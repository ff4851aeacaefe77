"""One phone for all cases of a worker."""

from collections.abc import Iterator

import pytest

from tests.agent.suite.act.phones import SuitePhone, suite_phone


@pytest.fixture(scope="session")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuitePhone]:
    with suite_phone(tmp_path_factory.mktemp("suite")) as running:
        yield running
