"""Values as bytes for another process."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from io import BytesIO
from types import FunctionType
from typing import IO, Any

from tradefleet.market.errors import ParameterError
from tradefleet.research.parallel.sources import reduced
from tradefleet.strategies.strategy import Strategy

_PROTOCOL = 5
_CURE = "use values, classes and functions that stand at the top of a module; lambdas and open files stay here"


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type) and issubclass(value, Strategy) and value is not Strategy:
            return reduced(value) or NotImplemented
        if isinstance(value, type | FunctionType) and value.__module__ == "__main__":
            raise ParameterError(
                f"{value.__qualname__} cannot be sent to a worker: it is defined in the script or notebook that runs",
                cure="put it into a module and import it, or use one worker",
            )
        return NotImplemented


def dump(value: Any, file: IO[bytes], keep: Callable[[pickle.PickleBuffer], Any] | None = None) -> None:
    """Write a value to a file; arrays go to `keep` instead, where it is given.

    Raises ParameterError for what cannot be sent.
    """
    try:
        _Pickler(file, _PROTOCOL, buffer_callback=keep).dump(value)
    # What the values' own methods raise is not known.
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ParameterError(f"it cannot be sent to another process: {error}", cure=_CURE) from error


def dumps(value: Any) -> bytes:
    """A value as bytes; raises ParameterError for what cannot be sent.

    >>> pickle.loads(dumps({"fast": 5}))
    {'fast': 5}
    """
    file = BytesIO()
    dump(value, file)
    return file.getvalue()
