"""tradefleet: backtest, sweep and trade, by one rule book.

>>> import tradefleet as tf
>>> result = tf.backtest("ema_cross", tf.generate_bars("1h", days=60, seed=1))
>>> 0 < result.metrics["final_equity"]
True
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from tradefleet.app.backtest import backtest as backtest
    from tradefleet.app.check import check as check
    from tradefleet.app.data import catalog as catalog
    from tradefleet.app.data import read_bars as read_bars
    from tradefleet.app.data import read_series as read_series
    from tradefleet.app.optimize import optimize as optimize
    from tradefleet.app.sweep import sweep as sweep
    from tradefleet.app.walk_forward import walk_forward as walk_forward
    from tradefleet.market.bars import Bars as Bars
    from tradefleet.market.errors import TradefleetError as TradefleetError
    from tradefleet.market.errors import UserError as UserError
    from tradefleet.market.generate import generate_bars as generate_bars
    from tradefleet.market.instrument import Instrument as Instrument
    from tradefleet.market.series import Series as Series
    from tradefleet.research.result import Result as Result
    from tradefleet.strategies.parameters import param as param
    from tradefleet.strategies.signals import Signals as Signals
    from tradefleet.strategies.strategy import Strategy as Strategy
    from tradefleet.trading.account import Account as Account
    from tradefleet.trading.size import amount as amount
    from tradefleet.trading.size import kelly as kelly
    from tradefleet.trading.size import risk as risk
    from tradefleet.trading.size import volatility as volatility

__version__ = "0.1.0"

# NumPy alone takes longer to load than the root may: each name is loaded when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "app.backtest": ["backtest"],
        "app.check": ["check"],
        "app.data": ["catalog", "read_bars", "read_series"],
        "app.optimize": ["optimize"],
        "app.sweep": ["sweep"],
        "app.walk_forward": ["walk_forward"],
        "market.bars": ["Bars"],
        "market.errors": ["TradefleetError", "UserError"],
        "market.generate": ["generate_bars"],
        "market.instrument": ["Instrument"],
        "market.series": ["Series"],
        "research.result": ["Result"],
        "strategies.parameters": ["param"],
        "strategies.signals": ["Signals"],
        "strategies.strategy": ["Strategy"],
        "trading.account": ["Account"],
        "trading.size": ["amount", "kelly", "risk", "volatility"],
    },
)
