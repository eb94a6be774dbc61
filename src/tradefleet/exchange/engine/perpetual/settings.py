"""What an account has chosen: position mode, leverage and margin type of each symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradefleet.exchange.engine.symbols import Symbol

DEFAULT_LEVERAGE = 20


@dataclass(slots=True)
class Choices:
    """One account's choices; symbols not named are on cross margin with the default leverage."""

    hedge: bool = False
    leverages: dict[str, int] = field(default_factory=dict)
    isolated: set[str] = field(default_factory=set)


class Settings:
    """The choices of all accounts. It takes what it is told: what may be changed when is up to `Configuration`."""

    def __init__(self, symbols: Mapping[str, Symbol], leverage: int = DEFAULT_LEVERAGE) -> None:
        self.symbols = dict(symbols)
        self._leverage = leverage
        self._choices: dict[str, Choices] = {}
        # The leverage of who has chosen none, and the symbol it was worked out for.
        self._defaults: dict[str, tuple[Symbol, int]] = {}

    def of(self, account: str) -> Choices:
        """An account's choices, to be read or changed."""
        choices = self._choices.get(account)
        if choices is None:
            choices = self._choices[account] = Choices()
        return choices

    def hedge(self, account: str) -> bool:
        """Whether an account holds long and short positions side by side."""
        return self.of(account).hedge

    def leverage(self, account: str, symbol: str) -> int:
        """The leverage of a symbol: the account's choice, else the default, at most what the symbol allows."""
        chosen = self.of(account).leverages.get(symbol)
        return self._default(symbol) if chosen is None else chosen

    def isolated(self, account: str, symbol: str) -> bool:
        """Whether a symbol's positions have margin of their own."""
        return symbol in self.of(account).isolated

    def _default(self, name: str) -> int:
        symbol = self.symbols[name]
        known = self._defaults.get(name)
        if known is None or known[0] is not symbol:
            known = self._defaults[name] = (symbol, min(self._leverage, symbol.max_leverage))
        return known[1]
