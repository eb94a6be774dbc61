"""tradefleet: backtest, sweep and trade, by one rule book.

>>> import tradefleet as tf
>>> result = tf.backtest("ema_cross", tf.generate_bars("1h", days=60, seed=1))
>>> 0 < result.metrics["final_equity"]
True
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from tradefleet.app.backtest import backtest
    from tradefleet.app.data import catalog, read_bars
    from tradefleet.market.bars import Bars
    from tradefleet.market.errors import TradefleetError, UserError
    from tradefleet.market.generate import generate_bars
    from tradefleet.market.instrument import Instrument
    from tradefleet.research.result import Result
    from tradefleet.strategies.parameters import param
    from tradefleet.strategies.signals import Signals
    from tradefleet.strategies.strategy import Strategy
    from tradefleet.trading.size import amount, risk

__version__ = "0.1.0"

# NumPy alone takes longer to load than the root may: each name is loaded when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "app.backtest": ["backtest"],
        "app.data": ["catalog", "read_bars"],
        "market.bars": ["Bars"],
        "market.errors": ["TradefleetError", "UserError"],
        "market.generate": ["generate_bars"],
        "market.instrument": ["Instrument"],
        "research.result": ["Result"],
        "strategies.parameters": ["param"],
        "strategies.signals": ["Signals"],
        "strategies.strategy": ["Strategy"],
        "trading.size": ["amount", "risk"],
    },
)
