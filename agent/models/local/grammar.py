"""Holds a reply to a JSON schema while it is spoken: a free thought, a wrapper, the JSON, its end.

All of it is one grammar, so that a token that straddles wrapper and JSON is judged as a whole. What
the grammar forces is not asked of the network token by token: it is read in one go.

A grammar alone does not make a reply end: a thought or a string may go on for ever. So the guide
also watches the budget. When a thought has spent its share, or repeats itself, the wrapper is begun
for it; when the JSON nears the limit, whatever closes something is preferred.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from agent.model import Request
from tools.errors import MissingExtraError, ModelError

RESERVE: Final = 384
"""Tokens kept for the JSON, or half of all where there are fewer."""
_LANDING: Final = 48
_TEXT: Final = "/(?s:.*)/"
_THOUGHT_START: Final = "<think>"
_THOUGHT_END: Final = "</think>"
# The spacing in which Qwen writes JSON; a fixed one leaves less to decide.
_SPACING: Final = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
_CLOSING: Final = frozenset('"]}')


class GrammarMaker:
    """Makes guides for one tokenizer.

    Args:
        tokenizer: A fast tokenizer of transformers.
        vocabulary: How many logits there are.
        ends: Tokens that end a reply.

    Raises:
        MissingExtraError: llguidance is not installed.
    """

    def __init__(self, tokenizer: Any, vocabulary: int, ends: Sequence[int]) -> None:  # noqa: ANN401
        try:
            import llguidance.hf as bridge
        except ImportError as error:
            raise MissingExtraError("Holding replies to a schema", "local") from error
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary
        self._bound = bridge.from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(ends))
        self._added: dict[str, int] = dict(tokenizer.get_added_vocab())
        texts = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
        closing = [n for n, text in enumerate(texts) if text and set(text) <= _CLOSING]
        quotes = [n for n in closing if texts[n].startswith('"')]
        # Within a string a bracket closes nothing, so a quote comes first where one is allowed.
        self._closers = tuple(
            np.asarray(each, dtype=np.int64)
            for each in (quotes, sorted(set(closing) - set(quotes)))
        )

    def guide(self, request: Request, *, thinking: bool = False) -> "Guide":
        """A guide for the reply to ``request``, which must have a schema.

        Args:
            request: What is asked.
            thinking: Whether the reply begins within a thought that it must end by itself.

        Raises:
            ModelError: The schema cannot be turned into a grammar.
        """
        from llguidance import LLMatcher

        if request.schema is None:
            raise ValueError("The request has no schema.")
        lark = self.lark(request.schema, request.wrapper, thinking=thinking)
        matcher = LLMatcher(self._bound, LLMatcher.grammar_from_lark(lark), log_level=0)
        if matcher.is_error():
            raise ModelError(f"The reply cannot be held to its schema: {matcher.get_error()}")
        limit = request.sampling.max_tokens
        return Guide(
            matcher,
            Terms(
                vocabulary=self._vocabulary,
                closers=self._closers,
                opening=self._opening(request.wrapper[0].lstrip(), thinking=thinking),
                marks=(self._added.get(_THOUGHT_START, -1), self._added.get(_THOUGHT_END, -1)),
                thinking=thinking,
                thought=limit - min(limit // 2, RESERVE),
                landing=limit - min(_LANDING, limit // 4),
            ),
        )

    def lark(
        self, schema: Mapping[str, JsonValue], wrapper: tuple[str, str], *, thinking: bool = False
    ) -> str:
        """The grammar in the words of llguidance."""
        spaced: dict[str, Any] = copy.deepcopy(dict(schema))
        spaced.setdefault("x-guidance", _SPACING)
        rules = [f"body: %json {json.dumps(spaced)}"]
        opening, start = wrapper[0].lstrip(), ["body", self._literal(wrapper[1])]
        if opening:
            first = self._pieces(opening)[0]
            # A text that is no token of its own ends the thought where it first stands.
            suffix = "" if isinstance(first, int) else f"[suffix={json.dumps(first)}]"
            rules.append(f"thought{suffix}: {_TEXT}")
            rest = opening if isinstance(first, int) else opening[len(first) :]
            start = ["thought", self._literal(rest), *start]
        if _THOUGHT_END in self._added and (opening or thinking):
            begin = "" if thinking else f"<[{self._added[_THOUGHT_START]}]>"
            rules.append(f"inner: {begin} {_TEXT} <[{self._added[_THOUGHT_END]}]> /\\n{{0,2}}/")
            start = ["inner" if thinking else "inner?", *start]
        return "\n".join([f"start: {' '.join(filter(None, start))}", *rules, ""])

    def _opening(self, text: str, *, thinking: bool) -> "Opening | None":
        """What ends the free part of a reply; ``None`` where there is no such part."""
        if not text and thinking and _THOUGHT_END in self._added:
            mark = self._added[_THOUGHT_END]
            return Opening(_THOUGHT_END, (mark,), mark)
        if not text:
            return None
        tokens = tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])
        first = self._pieces(text)[0]
        return Opening(text, tokens, first if isinstance(first, int) else None)

    def _literal(self, text: str) -> str:
        return " ".join(
            f"<[{piece}]>" if isinstance(piece, int) else json.dumps(piece)
            for piece in self._pieces(text)
        )

    def _pieces(self, text: str) -> list[str | int]:
        """``text`` cut at the tokens that were added to the vocabulary whole."""
        pieces: list[str | int] = []
        plain = ""
        while text:
            whole = max(
                (each for each in self._added if text.startswith(each)), key=len, default=""
            )
            if not whole:
                plain, text = plain + text[0], text[1:]
                continue
            if plain:
                pieces.append(plain)
            pieces.append(self._added[whole])
            plain, text = "", text[len(whole) :]
        return [*pieces, plain] if plain else pieces


@dataclass(frozen=True)
class Opening:
    """The end of a thought: what stands before the JSON.

    Attributes:
        text: In letters.
        tokens: In tokens.
        mark: Its first token, if that is one that no letters make up.
    """

    text: str
    tokens: tuple[int, ...]
    mark: int | None


@dataclass(frozen=True)
class Terms:
    """What a guide goes by.

    Attributes:
        vocabulary: How many logits there are.
        closers: Tokens that do nothing but close: first those that begin with a quote, then others.
        opening: What ends the thought; ``None`` where the JSON comes at once.
        marks: The tokens that begin and end what a model says to itself; -1 if it has none.
        thinking: Whether it begins within that.
        thought: Tokens after which the thought is ended.
        landing: Tokens after which the JSON is brought to its end.
    """

    vocabulary: int
    closers: tuple[NDArray[np.int64], ...]
    opening: Opening | None
    marks: tuple[int, int]
    thinking: bool
    thought: int
    landing: int


class Guide:
    """Says which tokens may come next in one reply.

    Args:
        matcher: Of llguidance, at its beginning.
        terms: What to go by.
    """

    def __init__(self, matcher: Any, terms: Terms) -> None:  # noqa: ANN401 - of llguidance
        self._matcher = matcher
        self._terms = terms
        self._bits = np.zeros((terms.vocabulary + 31) // 32, dtype=np.int32)
        self._count = 0
        self._pressed = False
        self._inside = terms.thinking
        self._in_body = terms.opening is None
        self._begun = list(terms.opening.tokens) if terms.opening is not None else []

    @property
    def done(self) -> bool:
        """Whether nothing may follow."""
        return bool(self._matcher.is_stopped())

    def press(self) -> None:
        """Bring what is being said to its end: it repeats itself."""
        self._pressed = True

    def allowed(self) -> NDArray[np.bool_]:
        """Which tokens may come next, one value a token; at least one is true."""
        self._matcher.unsafe_compute_mask_ptr(self._bits.ctypes.data, self._bits.nbytes)
        self._check()
        bits = np.unpackbits(self._bits.view(np.uint8), bitorder="little")
        allowed = bits[: self._terms.vocabulary].astype(np.bool_)
        limit = self._terms.landing if self._in_body else self._terms.thought
        if not self._pressed and self._count < limit:
            return allowed
        return self._land(allowed) if self._in_body else self._begin(allowed)

    def take(self, token: int) -> list[int]:
        """Hear which token was chosen; returns those that must follow it."""
        self._matcher.consume_token(token)
        self._check()
        forced: list[int] = self._matcher.compute_ff_tokens()
        if forced:
            self._matcher.consume_tokens(forced)
            self._check()
        self._count += 1 + len(forced)
        opening = self._terms.opening
        for each in (token, *forced):
            if each in self._terms.marks:
                self._inside = each == self._terms.marks[0]
            if opening is not None and opening.mark == each:
                self._open()
        return forced

    def hear(self, text: str) -> None:
        """Hear the reply so far, in letters."""
        opening = self._terms.opening
        if opening is not None and opening.mark is None and not self._inside:
            _, _, said = text.rpartition(_THOUGHT_END)
            if opening.text in said:
                self._open()

    def _open(self) -> None:
        if not self._in_body:
            self._in_body, self._pressed = True, False

    def _begin(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Only the next token of the opening, or what must come before it."""
        only = np.zeros_like(allowed)
        if self._inside:
            only[self._terms.marks[1]] = True
        elif self._begun and allowed[self._begun[0]]:
            only[self._begun.pop(0)] = True
        return only if (only & allowed).any() else allowed

    def _land(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Only what closes something, if anything does."""
        for closers in self._terms.closers:
            closing = np.zeros_like(allowed)
            closing[closers] = allowed[closers]
            if closing.any():
                return closing
        return allowed

    def _check(self) -> None:
        if self._matcher.is_error():
            raise ModelError(f"The reply left its grammar: {self._matcher.get_error()}")
