"""Keeps what goes wrong in a block of one thread, for another thread to look at."""

from types import TracebackType
from typing import Self


class Keeper:
    """Swallows whatever is raised in its block, and keeps it.

    Attributes:
        raised: What it was; ``None`` if nothing.
    """

    def __init__(self) -> None:
        self.raised: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.raised = error
        return True
