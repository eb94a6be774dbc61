"""The command `new strategy`."""

from __future__ import annotations

import keyword
from pathlib import Path

from tradefleet.cli.options import Json
from tradefleet.cli.output import say, write_json
from tradefleet.market.errors import ParameterError
from tradefleet.market.files import write_file
from tradefleet.strategies.strategy import snake_case

_TEMPLATE = '''"""{title}: a strategy to start from."""

from tradefleet import Signals, Strategy, param
from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import ema, rsi


class {title}(Strategy):
    """Long while the fast average is above the slow one, entered unless the market is overbought."""

    fast = param(12, 2, 200)
    slow = param(26, 2, 400)
    ceiling = param(70.0, 50.0, 90.0)

    def signals(self) -> Signals:
        fast, slow = ema(close, self.fast), ema(close, self.slow)
        calm = rsi(close, 14) < self.ceiling
        return Signals(
            enter_long=crossed_above(fast, slow) & calm,
            exit_long=crossed_below(fast, slow),
            enter_short=crossed_below(fast, slow),
            exit_short=crossed_above(fast, slow),
            tag="{name}",
        )
'''


def strategy(name: str, *, json: Json = None) -> None:
    """Write NAME.py with a strategy that runs, in this folder.

    Parameters
    ----------
    name
        The strategy's name, such as my_cross or MyCross.
    """
    snake = snake_case(name)
    title = "".join(part.capitalize() for part in snake.split("_"))
    if not title.isidentifier() or keyword.iskeyword(snake):
        raise ParameterError(f"name is {name!r}", cure="use letters, digits and _: my_cross")
    path = Path(f"{snake}.py")
    if path.exists():
        raise ParameterError(f"{path} exists", cure="choose another name, or remove it first")
    write_file(path, _TEMPLATE.format(title=title, name=snake).encode())
    say(f"wrote {path}; try it:\n  tradefleet backtest {path}:{title} --symbol BTC/USDT --timeframe 1h", json)
    write_json({"path": str(path), "class": title}, json)
