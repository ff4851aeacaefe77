"""`$((...))`: whole-number arithmetic, as C has it."""

import re
from collections.abc import Callable, Mapping


class BadArithmeticError(Exception):
    """The expression cannot be worked out."""


_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>&|^!~()])"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)


def _quotient(a: int, b: int) -> int:
    if b == 0:
        raise BadArithmeticError("divide by zero")
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


def _remainder(a: int, b: int) -> int:
    return a - b * _quotient(a, b)


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "||": lambda a, b: int(bool(a or b)),
    "&&": lambda a, b: int(bool(a and b)),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
    "%": _remainder,
}


def evaluate(text: str, variables: Mapping[str, str]) -> int:
    """Work out `text`; a name counts as its number, an unset one as 0.

    Raises:
        BadArithmeticError: It is no arithmetic, or divides by zero.
    """
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if not match:
            raise BadArithmeticError(f"unexpected '{text[at:].strip()[0]}'")
        tokens.append(match.group(1))
        at = match.end()
    sums = _Sums(tokens, variables)
    try:
        value = sums.level(0) if tokens else 0
    except RecursionError:
        raise BadArithmeticError("nested too deeply") from None
    if sums.tokens:
        raise BadArithmeticError(f"unexpected '{sums.tokens[0]}'")
    # The shell's numbers are 64 bits wide.
    return (value + 2**63) % 2**64 - 2**63


class _Sums:
    def __init__(self, tokens: list[str], variables: Mapping[str, str]) -> None:
        self.tokens = tokens
        self._variables = variables

    def level(self, depth: int) -> int:
        if depth == len(_LEVELS):
            return self._unary()
        value = self.level(depth + 1)
        while self.tokens and self.tokens[0] in _LEVELS[depth]:
            operation = _OPERATIONS[self.tokens.pop(0)]
            value = operation(value, self.level(depth + 1))
        return value

    def _unary(self) -> int:
        if not self.tokens:
            raise BadArithmeticError("unexpected end of expression")
        first = self.tokens.pop(0)
        if first in ("-", "+", "!", "~"):
            value = self._unary()
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[first]
        if first == "(":
            value = self.level(0)
            if not self.tokens or self.tokens.pop(0) != ")":
                raise BadArithmeticError("missing )")
            return value
        if first[0].isdigit():
            return _number(first)
        if not (first[0].isalpha() or first[0] == "_"):
            raise BadArithmeticError(f"unexpected '{first}'")
        text = self._variables.get(first, "").strip()
        return _number(text) if text else 0


def _number(text: str) -> int:
    try:
        return int(text, 0 if text[:2].lower() == "0x" else 10)
    except ValueError:
        raise BadArithmeticError(f"{text}: bad number") from None
