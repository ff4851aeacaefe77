"""Checks that ask the device through its shell."""

import shlex

from agent.suite.checks import content_rows
from agent.suite.checks.context import CheckContext, Finding, error, failed, passed
from agent.suite.checks.text_match import judge_text, shortened
from agent.suite.language.checks import ContentCheck, SettingsCheck, ShellCheck


def check_shell(check: ShellCheck, context: CheckContext) -> Finding:
    """What a command prints, and how it ends."""
    answer = context.shell.run(check.cmd, timeout_s=context.timeout_s)
    if answer.code != check.code:
        told = f": {answer.complaint}" if answer.complaint else ""
        return failed(f"The exit code is {answer.code}, not {check.code}{told}.")
    return judge_text(check, answer.out, "The output")


def check_settings(check: SettingsCheck, context: CheckContext) -> Finding:
    """What a setting is; one that was never set reads ``null``."""
    command = f"settings get {check.table} {shlex.quote(check.name)}"
    answer = context.shell.run(command, timeout_s=context.timeout_s)
    if answer.code:
        return error(f"{command} failed: {answer.complaint}.")
    return judge_text(check, answer.text, f"The setting {check.name}")


def check_content(check: ContentCheck, context: CheckContext) -> Finding:
    """What a content provider holds."""
    shell, timeout_s = context.shell, context.timeout_s
    rows = content_rows.query(shell, check.uri, check.where, timeout_s)
    listed = "; ".join(shortened(row) for row in rows[:3])
    told = f"{len(rows)} row{'' if len(rows) == 1 else 's'}{f': {listed}' if listed else ''}"
    for holds, wanted in (
        (check.rows is None or len(rows) == check.rows, f"exactly {check.rows}"),
        (check.at_least is None or len(rows) >= check.at_least, f"at least {check.at_least}"),
        (check.at_most is None or len(rows) <= check.at_most, f"at most {check.at_most}"),
        (not check.columns or bool(rows), "at least 1"),
    ):
        if not holds:
            return failed(f"There must be {wanted}, and there are {told}.")
    for name, value in check.columns.items():
        for number, held in enumerate(
            content_rows.column(shell, check.uri, check.where, name, timeout_s)
        ):
            if held != value:
                return failed(
                    f"{name} of row {number} is {shortened(held)!r}, not {value!r}, of {told}."
                )
    return passed(f"There are {told}.")
