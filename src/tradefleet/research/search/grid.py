"""The text of a grid: `stop_loss=0.005:0.03:0.005`, `slow=20,25,30`, `size=0.5,risk:0.01`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from tradefleet.market.errors import ParameterError
from tradefleet.trading.size import Size

# More values than this on one axis are a slip of the step.
MOST_VALUES = 10**7


def parse_grid(text: str, wanted: type | None = None) -> tuple[str, tuple[Any, ...]]:
    """The name and the values of `name=values`; see `parse_values`.

    >>> parse_grid("stop_loss=0.1:0.3:0.1")
    ('stop_loss', (0.1, 0.2, 0.3))
    >>> parse_grid("fast=1,2,5:20:5")
    ('fast', (1, 2, 5, 10, 15, 20))
    """
    name, values = split_grid(text)
    return name, parse_values(name, values, wanted or (Size if name == "size" else None))


def split_grid(text: str) -> tuple[str, str]:
    """The name and the text of the values."""
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise ParameterError(f"the grid is {text!r}", cure="write it as fast=5:50:5 or slow=20,25,30")
    return name.strip(), values.strip()


def parse_values(name: str, text: str, wanted: type | None = None) -> tuple[Any, ...]:
    """The values of a text: single ones and ranges `from:to:step`, separated by commas.

    A range includes its end where a step falls on it. Values are exact: 0.1:0.3:0.1 is 0.1, 0.2 and 0.3 as they would
    be typed; those written without a decimal point are whole numbers. `wanted` is int or float for numbers alone,
    str for text alone, Size for sizes such as `risk:0.01` or `risk:0.01:0.03:0.01`; None takes numbers and text.
    Raises ParameterError for a grid that is empty, too long or has a value twice, and for what is no number.
    """
    where = f"the grid {name}={text}"
    values: list[Any] = []
    for item in _items(name, text, wanted, where):
        values.extend(_values(item, wanted, where, MOST_VALUES - len(values)))
    return check_values(name, values, where)


def check_values(name: str, values: Sequence[Any], where: str = "") -> tuple[Any, ...]:
    """The values of an axis, which has some, each once."""
    check_count(name, values, where)
    if len(set(values)) < len(values):
        seen: set[Any] = set()
        # `add` returns None: the first value that was seen before.
        twice = next(value for value in values if value in seen or seen.add(value))  # type: ignore[func-returns-value]
        raise ParameterError(f"{name} has {twice!r} twice", where=where, cure="give each value once")
    return tuple(values)


def check_count(name: str, values: Sequence[Any], where: str = "") -> None:
    """Raise ParameterError for no values, or too many."""
    if not values:
        raise ParameterError(
            f"the grid of {name} is empty", where=where, cure=f"write {name}=20:36:2 or {name}=20,25,30"
        )
    if len(values) > MOST_VALUES:
        raise _too_many(where or f"the grid of {name}")


def parse_number(text: str) -> Decimal | None:
    """The number a text writes, None where it writes none that a float can hold."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= 300 else None


def _items(name: str, text: str, wanted: type | None, where: str) -> list[str]:
    items: list[str] = []
    for item in text.split(",") if text else []:
        if wanted is Size and "=" in item and items:
            # An option of the size before it: kelly:0.5,cap=0.2.
            items[-1] += f",{item.strip()}"
        else:
            items.append(item.strip())
    if "" in items:
        raise ParameterError(f"{name} has an empty value", where=where, cure="write values between the commas")
    return items


def _values(item: str, wanted: type | None, where: str, room: int) -> Sequence[Any]:
    if wanted is str:
        return [item]
    kind, _, rest = item.partition(":")
    if wanted is Size and item.count(":") == 3:
        return [f"{kind}:{value}" for value in _range(rest, where, room)]
    if ":" in item and (wanted is not Size or item.count(":") == 2):
        return _range(item, where, room)
    number = parse_number(item)
    if number is not None:
        return [_exact(number)]
    if wanted in (int, float):
        raise _no_number(item, where)
    return [item]


def _range(text: str, where: str, room: int) -> Sequence[int | float]:
    parts = text.split(":")
    if len(parts) != 3:
        raise ParameterError(f"{text!r} is no range", where=where, cure="write from:to:step, such as 5:50:5")
    numbers = [parse_number(part) for part in parts]
    for part, number in zip(parts, numbers, strict=True):
        if number is None:
            raise _no_number(part, where)
    found = [number for number in numbers if number is not None]
    # Whole multiples of the finest decimal: exact, and one division rounds each as its text would be.
    scale: int = 10 ** max(0, *(-int(number.as_tuple().exponent) for number in found))
    start, stop, step = (int(Fraction(number) * scale) for number in found)
    if step == 0:
        raise ParameterError(f"the step of {text} is 0", where=where, cure="give a step such as 1 or 0.005")
    count = (stop - start) // step + 1
    if count < 1:
        cure = f"turn it round, or let the step be {-found[2]}"
        raise ParameterError(f"the range {text} is empty", where=where, cure=cure)
    if count > room:
        raise _too_many(where)
    steps = range(start, start + count * step, step)
    return steps if scale == 1 else [number / scale for number in steps]


def _exact(number: Decimal) -> int | float:
    return int(number) if int(number.as_tuple().exponent) >= 0 else float(number)


def _no_number(text: str, where: str) -> ParameterError:
    return ParameterError(f"{text!r} is no number", where=where, cure="write values as 20,25,30 or 5:50:5")


def _too_many(where: str) -> ParameterError:
    return ParameterError(f"there are more than {MOST_VALUES:,} values", where=where, cure="give a coarser step")
