"""Puts any check, once."""

from agent.suite.checks.ai import check_ai
from agent.suite.checks.context import CheckContext, Finding, error, failed
from agent.suite.checks.device import check_content, check_settings, check_shell
from agent.suite.checks.file import check_file
from agent.suite.checks.own_function import check_python
from agent.suite.checks.picture import check_screen
from agent.suite.checks.screen import check_node, check_text
from agent.suite.checks.text_match import judge_text
from agent.suite.language import checks
from tools.errors import ActionFailedError


def put(question: checks.Question, context: CheckContext) -> Finding:
    """Answer ``question`` from one look.

    Raises:
        DeviceError: The device went away.
    """
    try:
        return _answered(question, context)
    except ActionFailedError as trouble:  # a command that hangs, a provider that refuses
        return error(str(trouble), lasting=False)


def _answered(question: checks.Question, context: CheckContext) -> Finding:  # noqa: PLR0911 - one a kind
    match question:
        case checks.TextCheck():
            return check_text(question, context)
        case checks.NodeCheck():
            return check_node(question, context)
        case checks.ContentCheck():
            return check_content(question, context)
        case checks.ShellCheck():
            return check_shell(question, context)
        case checks.SettingsCheck():
            return check_settings(question, context)
        case checks.FileCheck():
            return check_file(question, context)
        case checks.ScreenCheck():
            return check_screen(question, context)
        case checks.AnswerCheck():
            if context.answer is None:
                return failed("The agent answered nothing: no goal was reached.")
            return judge_text(question, context.answer, "The answer")
        case checks.ValueCheck():
            return judge_text(question, question.of, "The value")
        case checks.PythonCheck():
            return check_python(question, context)
        case checks.AiCheck():
            return check_ai(question, context)


WAITS = (
    checks.TextCheck,
    checks.NodeCheck,
    checks.ContentCheck,
    checks.ShellCheck,
    checks.SettingsCheck,
    checks.FileCheck,
    checks.ScreenCheck,
)
"""Checks whose answer may come by waiting; the others are put again only if a time is set."""
