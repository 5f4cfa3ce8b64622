"""Numbers that carry their derivatives along, so that a formula's gradient is exact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from numbers import Number

Rational = int | Fraction


class Dual(Number):
    """A value, and how fast it changes with each of several variables.

    Sums, products and quotients follow the rules of differentiation, without rounding:
    R. E. Wengert 1964, A simple automatic derivative evaluation program. A variable that `slopes`
    does not name has slope 0.
    """

    __slots__ = ("slopes", "value")

    def __init__(self, value: Rational, slopes: Mapping[str, Rational]) -> None:
        self.value = value
        self.slopes = slopes

    @classmethod
    def variable(cls, name: str, value: Rational) -> Dual:
        """Return a variable at a value."""
        return cls(value, {name: 1})

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return self.value != 0

    def __repr__(self) -> str:
        return f"Dual({self.value}, {dict(self.slopes)})"

    def __neg__(self) -> Dual:
        return Dual(-self.value, {name: -slope for name, slope in self.slopes.items()})

    def __add__(self, other: Dual | Rational) -> Dual:
        right = _as_dual(other)
        return Dual(self.value + right.value, _mix(self, 1, right, 1))

    def __sub__(self, other: Dual | Rational) -> Dual:
        right = _as_dual(other)
        return Dual(self.value - right.value, _mix(self, 1, right, -1))

    def __mul__(self, other: Dual | Rational) -> Dual:
        right = _as_dual(other)
        return Dual(self.value * right.value, _mix(self, right.value, right, self.value))

    def __truediv__(self, other: Dual | Rational) -> Dual:
        right = _as_dual(other)
        inverse = Fraction(1) / right.value
        quotient = self.value * inverse
        return Dual(quotient, _mix(self, inverse, right, -quotient * inverse))

    def __radd__(self, other: Rational) -> Dual:
        return _as_dual(other) + self

    def __rsub__(self, other: Rational) -> Dual:
        return _as_dual(other) - self

    def __rmul__(self, other: Rational) -> Dual:
        return _as_dual(other) * self

    def __rtruediv__(self, other: Rational) -> Dual:
        return _as_dual(other) / self


def _as_dual(number: Dual | Rational) -> Dual:
    return number if isinstance(number, Dual) else Dual(number, {})


def _mix(left: Dual, of_left: Rational, right: Dual, of_right: Rational) -> dict[str, Rational]:
    """Weigh the slopes of two numbers and add them up."""
    slopes = {name: of_left * slope for name, slope in left.slopes.items()}
    for name, slope in right.slopes.items():
        slopes[name] = slopes.get(name, 0) + of_right * slope
    return slopes
