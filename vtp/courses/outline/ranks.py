"""Places in an order, as text: between any two there is room for another. Pure.

Digits are those of base 62 in the order of ASCII, so that `collate "C"` sorts them. Three digits
count in wide steps, for what is added at an end; what is put between grows by a digit when the
room there is used up. No rank ends in 0, or nothing could stand before it.
"""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_WIDTH = 3
_STEP = _BASE
# In the middle, with a last digit that no step changes and that is not 0.
_FIRST = _BASE**_WIDTH // 2 // _BASE * _BASE + _BASE // 2
# A longer one says that its neighbours should be spread anew.
LONGEST = 32


def between(before: str | None, after: str | None) -> str:
    """A rank behind `before` and in front of `after`; None is the end on that side."""
    if before is not None and after is not None:
        if before >= after:
            raise ValueError(f"{before!r} does not stand before {after!r}")
        return _middle(before, after)
    if before is not None:
        return _counted(_number(before) + _STEP) or _middle(before, None)
    if after is not None:
        return _counted(_number(after) - _STEP) or _middle("", after)
    return _text(_FIRST)


def spread(count: int) -> list[str]:
    """So many, far from each other."""
    step = max(1, _BASE**_WIDTH // _BASE // (count + 1))
    return [_text(n * step * _BASE + _BASE // 2) for n in range(1, count + 1)]


def _number(rank: str) -> int:
    """What the counting digits say; those that lack count as 0."""
    value = 0
    for place in range(_WIDTH):
        value = value * _BASE + (_VALUE[rank[place]] if place < len(rank) else 0)
    return value


def _counted(number: int) -> str:
    """Empty when there is no such step."""
    number = number // _BASE * _BASE + _BASE // 2
    return _text(number) if _BASE <= number < _BASE**_WIDTH else ""


def _text(number: int) -> str:
    digits = []
    for _ in range(_WIDTH):
        number, digit = divmod(number, _BASE)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _middle(before: str, after: str | None) -> str:
    """The shortest that is between, in the sense of fractions: "" is 0, None is 1."""
    made, place = "", 0
    while True:
        low = _VALUE[before[place]] if place < len(before) else 0
        high = _BASE if after is None else _VALUE[after[place]]
        if high - low > 1:
            return made + _DIGITS[(low + high) // 2]
        made += _DIGITS[low]
        place += 1
        if high - low == 1:
            after = None  # whatever follows is smaller than it
