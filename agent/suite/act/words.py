"""Steps and checks in words, for recordings and reports."""

from pathlib import Path

from agent.suite.language import checks, verbs
from agent.suite.language.checks import Check
from agent.suite.language.fill import readable
from agent.suite.language.form import Condition, NodeState, Target, TextMatch
from agent.suite.language.step import Step
from agent.suite.look.state import in_words, wanted_states

_SIDES = ("below", "above", "right_of", "left_of")
_MATCHES = ("equals", "contains", "lacks", "matches")
_LONGEST = 120


def step_words(step: Step) -> str:
    """What a step does: its label, or its verb and target."""
    if step.label is not None:
        return readable(step.label)
    return _short(readable(_verb_words(step)))


def check_words(check: Check) -> str:
    """What a check asks: its label, or its kind and what it is about."""
    if check.label is not None:
        return readable(check.label)
    return _short(readable(f"{check.question_name.replace('_', ' ')} {_question_words(check)}"))


def target_words(target: Target) -> str:
    """A thing as it is named: ``'Login'``, ``Switch 'Airplane mode'``."""
    if target.at is not None:
        return f"at {target.at[0]}, {target.at[1]}"
    if target.patch is not None:
        return f"picture {_q(Path(target.patch).name)}"
    parts = [target.kind] if target.kind is not None else []
    parts += [_q(target.text)] if target.text is not None else []
    for name in ("description", "id", "hint"):
        value = getattr(target, name)
        parts += [f"with the {name} {_q(value)}"] if value is not None else []
    for side in _SIDES:
        other = getattr(target, side)
        parts += [f"{side.replace('_', ' ')} {target_words(other)}"] if other is not None else []
    if target.index is not None:
        parts.append(f"number {target.index}")
    return " ".join(parts)


def condition_words(condition: Condition) -> str:
    """What a condition says."""
    parts = [_q(condition.text)] if condition.text is not None else []
    parts += [f"no {_q(condition.gone)}"] if condition.gone is not None else []
    parts += [f"the app {condition.app}"] if condition.app is not None else []
    parts += [_state_words(condition.node)] if condition.node is not None else []
    return " and ".join(parts)


def _state_words(node: NodeState) -> str:
    told = in_words(wanted_states(node))
    return ", ".join(filter(None, (target_words(node), told)))


def _verb_words(step: Step) -> str:  # noqa: PLR0911 - one a verb
    name = step.verb_name.replace("_", " ")
    match step.verb:
        case verbs.Goal(text=text):
            return f"goal {_q(text)}"
        case verbs.Type() as typed:
            into = f" into {target_words(typed.into)}" if typed.into is not None else ""
            return f"type {_q(typed.text)}{into}"
        case verbs.Key() as key:
            return f"key {key.key}" + (f" {key.times} times" if key.times > 1 else "")
        case verbs.Swipe() as swipe:
            if swipe.start is not None and swipe.to is not None:
                return f"swipe from {target_words(swipe.start)} to {target_words(swipe.to)}"
            return f"swipe {swipe.direction}"
        case verbs.Open(app=app):
            return f"open {_q(app)}"
        case verbs.Wait() as wait:
            if wait.time_s is not None:
                return f"wait {wait.time_s:g} s"
            return f"wait for {condition_words(wait)}"
        case verbs.Shell(cmd=cmd):
            return f"shell {_q(cmd)}"
        case verbs.Extract() as extract:
            return f"extract {extract.name}"
        case verbs.Use(task=task):
            return f"use {_q(task)}"
        case Target() as target:
            return f"{name} {target_words(target)}"
        case _:
            return name


def _question_words(check: Check) -> str:  # noqa: PLR0911 - one a kind
    match check.question:
        case checks.TextCheck() as text:
            if text.visible is not None:
                return _q(text.visible)
            return (
                f"{_q(text.gone)} is gone" if text.gone is not None else f"like {_q(text.matches)}"
            )
        case checks.NodeCheck() as node:
            many = "once" if node.count == 1 else f"{node.count} times"
            told = [many] if node.count is not None else []
            told += [] if node.exists else ["is not there"]
            return ", ".join([_state_words(node), *told])
        case checks.ContentCheck() as content:
            return content.uri.removeprefix("content://")
        case checks.ShellCheck() as shell:
            return f"{_q(shell.cmd)}{_match_words(shell)}"
        case checks.SettingsCheck() as setting:
            return f"{setting.table} {setting.name}{_match_words(setting)}"
        case checks.FileCheck() as file:
            kept = f" with the SHA-256 {file.sha256[:8]}…" if file.sha256 is not None else ""
            return f"{file.path}{'' if file.exists else ' is not there'}{kept}{_match_words(file)}"
        case checks.ScreenCheck() as screen:
            return f"as in {_q(screen.baseline)}"
        case checks.AnswerCheck() as answer:
            return _match_words(answer).strip()
        case checks.ValueCheck() as value:
            return f"{_q(value.of)}{_match_words(value)}"
        case checks.PythonCheck() as python:
            return python.call
        case checks.AiCheck() as ai:
            return _q(ai.statement)


def _match_words(match: TextMatch) -> str:
    given = [(name, getattr(match, name)) for name in _MATCHES if getattr(match, name) is not None]
    return "".join(f" {name} {_q(value)}" for name, value in given)


def _q(text: str | None) -> str:
    """A text in quotes; what is filled in at run time reads ``${name}``."""
    return repr(readable(text or ""))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
