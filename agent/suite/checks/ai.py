"""The check that asks a model, and the question that an ``extract`` step puts to it."""

import json
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.prompt import inert, load_prompt
from agent.step import Verdict
from agent.suite.checks.context import CheckContext, Finding, Witness, error, failed, passed
from agent.suite.checks.text_match import shortened
from agent.suite.language.checks import AiCheck
from tools.errors import ModelError
from tools.screen import Screenshot

NO_MODEL = "There is no model to ask: name one with --model, and --server if one serves it."
_FENCE = "```"


class Vote(BaseModel):
    """One answer to a statement."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    reason: str = ""
    verdict: Literal["pass", "fail", "uncertain"]


class Told(BaseModel):
    """An answer to a question."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    answer: str | None


_A = TypeVar("_A", Vote, Told)


def check_ai(check: AiCheck, context: CheckContext) -> Finding:
    """Whether the model finds the statement true, in all of its votes."""
    witness = context.witness()
    if witness is None:
        return error(NO_MODEL)
    words = load_prompt("suite/ai_check").fill(statement=inert(check.statement))
    votes: list[Vote] = []
    for number in range(check.votes):
        try:
            said = witness.ask(words, context.seen.screenshot, vote=number)
        except ModelError as trouble:
            return error(f"The model could not be asked: {trouble}")
        vote = read_answer(Vote, said)
        if vote is None:
            return error(f"The model gave no verdict but {shortened(said)!r}.")
        votes.append(vote)
        if vote.verdict != "pass":  # the votes must agree: no other can make it a pass
            break
    last = votes[-1]
    told = f"Vote {len(votes)} of {check.votes}: {last.verdict}. {last.reason}".strip()
    if last.verdict == "pass":
        return passed(told)
    if last.verdict == "uncertain" and check.uncertain == "warn":
        return Finding(Verdict.FAILED, told, warns=True)
    return failed(told)


def ask_screen(witness: Witness, question: str, frame: Screenshot) -> str | None:
    """What the model reads on the screen; ``None`` if the screen does not tell.

    Raises:
        ModelError: It could not be asked, or gave no answer that can be read.
    """
    words = load_prompt("suite/ai_question").fill(question=inert(question))
    said = witness.ask(words, frame)
    told = read_answer(Told, said)
    if told is None:
        raise ModelError(f"The model gave no answer but {shortened(said)!r}.")
    return told.answer


def read_answer(kind: type[_A], said: str) -> _A | None:
    """The one JSON object that a reply must be, a fence of code around it aside."""
    text = said.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        text = text.removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json").strip()
    try:
        return kind.model_validate_json(text)
    except (ValidationError, json.JSONDecodeError):
        return None
