"""`toybox` and `which`: they know all the other commands."""

import shlex

from tools.virtual_phone.shell.command import Call, UsageError, command


@command("toybox", "busybox", exclusive=False)
def toybox(call: Call) -> int:
    """Run the command named by the first argument."""
    if not call.args:
        raise UsageError("Needs a command")
    return call.run_script(shlex.join(call.args))


@command("which", exclusive=False)
def which(call: Call) -> int:
    """Print where commands are."""
    rc = 0
    for name in call.args:
        if call.run_script(f"command -v {shlex.quote(name)}") != 0:
            rc = 1
    return rc
