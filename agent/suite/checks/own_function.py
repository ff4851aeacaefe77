"""The check that calls a function of the person's own, given the screen and a way to ask more."""

import importlib.util
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import ModuleType

from agent.keeper import Keeper
from agent.suite.checks import content_rows
from agent.suite.checks.context import CheckContext, Finding, Shell, error, failed, passed
from agent.suite.language.checks import PythonCheck
from tools.device import Observation
from tools.errors import ActionFailedError, DeviceError

ALLOW = "--allow-python"


@dataclass(frozen=True)
class Query:
    """What a function may ask of the device. It has no way to touch the screen.

    Attributes:
        answer: What the agent answered; ``None`` if there was no goal.
        folder: The folder of the task file.
    """

    answer: str | None
    folder: Path
    _shell: Shell
    _timeout_s: float

    def shell(self, command: str) -> str:
        """What a command prints.

        Raises:
            ActionFailedError: It ends with another exit code than 0, or not in time.
        """
        answer = self._shell.run(command, timeout_s=self._timeout_s)
        if answer.code:
            raise ActionFailedError(f"{command} ended with {answer.code}: {answer.complaint}")
        return answer.out

    def setting(self, table: str, name: str) -> str:
        """A setting; ``null`` if it was never set."""
        return self.shell(f"settings get {table} {name}").strip()

    def column(self, uri: str, name: str, where: str | None = None) -> tuple[str, ...]:
        """The values of one column of a content provider.

        Raises:
            ActionFailedError: There is none such.
        """
        return content_rows.column(self._shell, uri, where, name, self._timeout_s)


def check_python(check: PythonCheck, context: CheckContext) -> Finding:
    """Call ``function(seen, device, **arguments)``.

    It passes with ``True`` or ``None`` and fails with ``False``, with a text that says why, or with
    an ``AssertionError``. Whatever else it raises or returns is an error.
    """
    if not context.permissions.python:
        return error(f"Functions of a task are not called unless you allow it: {ALLOW}")
    name, _, function = check.call.rpartition(":")
    path = context.folder / name
    if not path.is_file():
        return error(f"There is no file {str(path)!r}.")
    query = Query(context.answer, context.folder, context.shell, context.timeout_s)
    call = _Call(path, function, context.seen, query, check.arguments)
    call.start()
    call.join(context.timeout_s)
    if call.is_alive():
        return error(f"{check.call} did not end within {context.timeout_s:g} s.")
    return _finding(check.call, call, path)


def _finding(called: str, call: "_Call", path: Path) -> Finding:
    raised = call.keeper.raised
    if isinstance(raised, DeviceError):
        raise raised
    if isinstance(raised, AssertionError):
        said = f": {raised}" if str(raised) else " does not hold"
        return failed(f"{called}{said}{_where(raised, path)}")
    if raised is not None:
        return error(f"{called} raised {type(raised).__name__}: {raised}{_where(raised, path)}")
    match call.result:
        case True | None:
            return passed(f"{called} holds.")
        case False:
            return failed(f"{called} does not hold.")
        case str() as why:
            return failed(f"{called}: {why}")
        case other:
            return error(f"{called} returned {other!r}, which is neither true, false nor a text.")


def _where(raised: BaseException, path: Path) -> str:
    """The last line of the person's own file on the way to what it raised; empty if none."""
    frames = traceback.extract_tb(raised.__traceback__)
    lines = [each.lineno for each in frames if Path(each.filename) == path.absolute()]
    return f" ({path.name}:{lines[-1]})" if lines else ""


class _Call(Thread):
    """One call. A thread of its own, because a function may hang; it keeps whatever is raised."""

    def __init__(
        self,
        path: Path,
        function: str,
        seen: Observation,
        query: Query,
        arguments: Mapping[str, str],
    ) -> None:
        super().__init__(name=f"check {path.name}:{function}", daemon=True)
        self._path, self._function = path, function
        self._seen, self._query, self._arguments = seen, query, dict(arguments)
        self.result: object = None
        self.keeper = Keeper()

    def run(self) -> None:
        """Load the file and call the function."""
        with self.keeper:
            self.result = self._find()(self._seen, self._query, **self._arguments)

    def _find(self) -> Callable[..., object]:
        module = _load(self._path)
        found = getattr(module, self._function, None)
        if not callable(found):
            raise TypeError(f"{self._path} has no function {self._function!r}")
        return found  # type: ignore[no-any-return]  # whatever a file defines


def _load(path: Path) -> ModuleType:
    """The module, made anew each time: the file may have been changed since."""
    name = f"tapwright_task_{abs(hash(str(path)))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LookupError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
