"""The parameters of a request, read by type; what does not fit is refused in Binance's own words."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import NoReturn, TypeVar

from tradefleet.exchange.engine.rejects import Reject

E = TypeVar("E", bound=StrEnum)

_NUMBER = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_WHOLE = r"^[0-9]{1,20}$"
_CLIENT_ID = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
_SYMBOL = r"^[A-Z0-9-_.]{1,20}$"
_IS_NUMBER, _IS_WHOLE, _IS_CLIENT_ID, _IS_SYMBOL = (re.compile(rule) for rule in (_NUMBER, _WHOLE, _CLIENT_ID, _SYMBOL))


class Parameters(dict[str, str]):
    """Names and texts of a request."""

    def text(self, name: str) -> str:
        """A text that must be there."""
        found = self.get(name, "")
        return found if found else self._missing(name)

    def optional_text(self, name: str) -> str | None:
        """A text, or None; one that is sent empty is refused."""
        return None if name not in self else self.text(name)

    def symbol(self, name: str = "symbol") -> str:
        """A symbol's name; whether it is traded, the engine knows."""
        return self._matching(name, self.text(name), _IS_SYMBOL, _SYMBOL)

    def decimal(self, name: str) -> Decimal:
        """A number that is not negative and must be there."""
        return Decimal(self._matching(name, self.text(name), _IS_NUMBER, _NUMBER))

    def optional_decimal(self, name: str) -> Decimal | None:
        """A number, or None."""
        return None if name not in self else self.decimal(name)

    def whole(self, name: str) -> int:
        """A whole number that must be there."""
        return int(self._matching(name, self.text(name), _IS_WHOLE, _WHOLE))

    def optional_whole(self, name: str) -> int | None:
        """A whole number, or None."""
        return None if name not in self else self.whole(name)

    def flag(self, name: str) -> bool:
        """Whether it is "true"; absent is not."""
        found = self.get(name, "false").lower()
        if found not in ("true", "false"):
            self._missing(name)
        return found == "true"

    def choice(self, name: str, options: type[E], code: int, message: str) -> E:
        """One of an enum's texts, which must be there; anything else is refused with that parameter's code."""
        found = self.text(name)
        try:
            return options(found)
        except ValueError:
            raise Reject(code, message) from None

    def client_id(self, name: str) -> str | None:
        """An id of the client's own, or None."""
        found = self.optional_text(name)
        return None if found is None else self._matching(name, found, _IS_CLIENT_ID, _CLIENT_ID)

    @staticmethod
    def _matching(name: str, found: str, rule: re.Pattern[str], shown: str) -> str:
        if rule.match(found) is None:
            raise Reject(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{shown}'.")
        return found

    @staticmethod
    def _missing(name: str) -> NoReturn:
        raise Reject(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
