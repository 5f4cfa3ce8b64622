"""The one safe arithmetic of the portal: feed mappings and KPI definitions are written in it.

Names, numbers, + - * /, a minus sign before a value, and parentheses; or one quoted text alone.
A name that is not one plain word stands between backquotes: `Org Code`. The text is parsed here
to a flat list of steps; nothing of it ever reaches Python's own evaluator.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any, NamedTuple

from opsportal.lib.duals import Dual

MAX_LENGTH = 1_000
MAX_DEPTH = 20
MAX_DIGITS = 15

ALLOWED = "Only names, numbers, + - * / and parentheses are allowed."

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9.][\w.]*)
      | (?P<name>[^\W\d]\w*)
      | `(?P<quoted>[^`]+)`
      | (?P<operator>\*\*|//|<<|>>|[<>=!:]=|.)
    )""",
    re.VERBOSE | re.DOTALL,
)
_TEXT = re.compile(r"""(?P<quote>["'])(?P<text>(?:(?!(?P=quote)).)*)(?P=quote)""", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")

_NOT_ALLOWED = {
    "**": "Powers ('**') are",
    "//": "Whole division ('//') is",
    "%": "The remainder ('%') is",
    ".": "Attributes ('.') are",
    "[": "Subscripts ('[') are",
    "{": "Braces ('{') are",
    ",": "Lists (',') are",
    "'": "Text inside arithmetic is",
    '"': "Text inside arithmetic is",
    "`": "A backquote without its partner is",
    **{sign: f"Comparisons ('{sign}') are" for sign in ("<", ">", "==", "!=", "<=", ">=")},
    **{sign: f"Assignments ('{sign}') are" for sign in ("=", ":=")},
}


class ArithmeticSyntaxError(ValueError):
    """A text that is not arithmetic; the message is a sentence for its author."""


class _Token(NamedTuple):
    kind: str  # number, name, operator, end
    text: str


class _Load(NamedTuple):
    name: str


class _Constant(NamedTuple):
    value: int | Fraction | str


class _Apply(NamedTuple):
    symbol: str  # + - * /, or 'negate'


_Step = _Load | _Constant | _Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed text: the names it reads, and its value where they are known."""

    text: str
    names: frozenset[str]
    _steps: tuple[_Step, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, columns: Collection[str] = ()) -> Expression:
        """Parse a text.

        Where the whole text is one of `columns`, it is that column, whatever it looks like.
        Raises ArithmeticSyntaxError.
        """
        steps: tuple[_Step, ...]
        stripped = text.strip()
        if text in columns:
            steps = (_Load(text),)
        elif stripped in columns:
            steps = (_Load(stripped),)
        elif len(text) > MAX_LENGTH:
            raise ArithmeticSyntaxError(f"More than {MAX_LENGTH:,} characters are not allowed.")
        elif constant := _TEXT.fullmatch(stripped):
            steps = (_Constant(constant["text"]),)
        else:
            steps = tuple(_Parser(_tokenise(stripped)).parse())
        names = frozenset(step.name for step in steps if isinstance(step, _Load))
        return cls(text=text, names=names, _steps=steps)

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Calculate the value from the values of the names.

        Values are int, Fraction, float, Decimal, Dual, or columns of numpy or pandas; columns
        follow their own rules of zero and of what is missing. None is unknown and makes the
        result None, as does dividing a single number by zero. Whole numbers divide exactly, into
        a Fraction. Raises KeyError for a name that `values` lacks, TypeError for text in a sum.
        """
        if isinstance(self._steps[0], _Load) and len(self._steps) == 1:
            # What most formulas are, evaluated for each day and queue.
            return values[self._steps[0].name]
        stack: list[Any] = []
        for step in self._steps:
            if isinstance(step, _Load):
                stack.append(values[step.name])
            elif isinstance(step, _Constant):
                stack.append(step.value)
            elif step.symbol == "negate":
                stack.append(_negate(stack.pop()))
            else:
                right = stack.pop()
                stack.append(_combine(step.symbol, stack.pop(), right))
        return stack.pop()

    def __str__(self) -> str:
        return self.text


def _tokenise(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "operator"
        if kind == "quoted":
            kind = "name"
        tokens.append(_Token(kind, match[match.lastgroup or 0]))
    return [*tokens, _Token("end", "")]


class _Parser:
    """Recursive descent over sums, products and values, writing steps in postfix order."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.steps: list[_Step] = []

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def parse(self) -> list[_Step]:
        if self.token.kind == "end":
            raise ArithmeticSyntaxError("An empty text is not allowed.")
        self.sum()
        if self.token.kind != "end":
            raise self.refusal_after_value()
        return self.steps

    def sum(self) -> None:
        self.chain(self.product, "+-")

    def product(self) -> None:
        self.chain(self.value, "*/")

    def chain(self, operand: Callable[[], None], symbols: str) -> None:
        operand()
        while self.token.kind == "operator" and self.token.text in symbols:
            symbol = self.token.text
            self.position += 1
            operand()
            self.steps.append(_Apply(symbol))

    def value(self) -> None:
        kind, text = self.token
        if kind == "name":
            self.steps.append(_Load(text))
        elif kind == "number":
            self.steps.append(_Constant(_read_number(text)))
        elif (kind, text) == ("operator", "-"):
            self.position += 1
            self.nested(self.value)
            self.steps.append(_Apply("negate"))
            return
        elif (kind, text) == ("operator", "("):
            self.position += 1
            self.nested(self.sum)
            if self.token != ("operator", ")"):
                raise self.refusal_after_value()
        else:
            raise self.refusal_before_value()
        self.position += 1

    def nested(self, inner: Callable[[], None]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArithmeticSyntaxError(f"More than {MAX_DEPTH} nested levels are not allowed.")
        inner()
        self.depth -= 1

    def refusal_before_value(self) -> ArithmeticSyntaxError:
        kind, text = self.token
        if kind == "end":
            return ArithmeticSyntaxError("The text ends where a name or a number should follow.")
        if text in _NOT_ALLOWED:
            return ArithmeticSyntaxError(f"{_NOT_ALLOWED[text]} not allowed. {ALLOWED}")
        if text in "+*/)":
            return ArithmeticSyntaxError(f"A name or a number is missing before '{text}'.")
        return ArithmeticSyntaxError(f"'{text}' is not allowed. {ALLOWED}")

    def refusal_after_value(self) -> ArithmeticSyntaxError:
        before, (kind, text) = self.tokens[self.position - 1], self.token
        if kind == "end":
            return ArithmeticSyntaxError("A closing parenthesis is missing.")
        if text == ")":
            return ArithmeticSyntaxError("A closing parenthesis stands without its opening one.")
        if text == "(" and before.kind == "name":
            return ArithmeticSyntaxError(f"Calls ('{before.text}(…)') are not allowed. {ALLOWED}")
        if kind == "operator" and text != "(":
            return self.refusal_before_value()
        if kind == "number" and text.startswith("."):
            return ArithmeticSyntaxError(f"Attributes ('.') are not allowed. {ALLOWED}")
        return ArithmeticSyntaxError(
            f"'{before.text}' and '{text}' are not allowed side by side: one of + - * / is missing "
            "between them, or backquotes around both if they are one name."
        )


def _read_number(text: str) -> int | Fraction:
    if not _NUMBER.fullmatch(text):
        raise ArithmeticSyntaxError(f"'{text}' is not a number; digits and one point are allowed.")
    if len(text.replace(".", "")) > MAX_DIGITS:
        raise ArithmeticSyntaxError(f"Numbers of more than {MAX_DIGITS} digits are not allowed.")
    number = Fraction(text)
    return number.numerator if number.denominator == 1 else number


def _negate(value: Any) -> Any:
    if isinstance(value, str):
        raise TypeError("Arithmetic needs numbers, not text.")
    return None if value is None else -value


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _combine(symbol: str, left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        if symbol == "/":
            return Fraction(left, right) if right else None
        return _OPERATORS[symbol](left, right)
    if left is None or right is None:
        return None
    if isinstance(left, str) or isinstance(right, str):
        raise TypeError("Arithmetic needs numbers, not text.")
    if symbol == "/":
        if isinstance(left, Number) and isinstance(right, Number) and not right:
            return None
        if isinstance(left, int) and isinstance(right, int):
            return Fraction(left, right)
    return _OPERATORS[symbol](_fit(left, right), _fit(right, left))


def _fit(value: Any, partner: Any) -> Any:
    """Turn a Fraction into what its partner can be combined with."""
    if not isinstance(value, Fraction) or isinstance(partner, (int, Fraction, float, Dual)):
        return value
    if isinstance(partner, Decimal):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return float(value)
