"""A Plotly figure of a result, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.research.report.candles import at_most
from tradefleet.research.report.contract import Reportable
from tradefleet.research.report.run import Integers, Run, Trades

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_CANDLES = 1_500
MOST_TRADES = 5_000
RISE, FALL, ACCENT, QUIET = "#12875a", "#cf3a4a", "#2f6fed", "#8a919e"


def figure(result: Reportable, symbol: str | None = None) -> go.Figure:
    """Candles with trades, equity beside holding, and drawdown, on one time axis.

    Candles and trades are those of one symbol, the first unless another is named; equity is that of all.
    At most 1,500 candles: longer series are merged to a longer timeframe, which the title says. Of more than
    5,000 trades the 5,000 with the largest profit or loss are marked, which the title says too.

    Raises ParameterError for a symbol that was not traded.
    """
    from plotly.graph_objects import Figure  # noqa: PLC0415 - heavy, only at this edge
    from plotly.subplots import make_subplots  # noqa: PLC0415

    run = Run(result)
    source = _bars(run, symbol)
    rows = _rows(run, source.symbol)
    bars = at_most(source, MOST_CANDLES)
    drawn: Figure = make_subplots(
        rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.03, row_heights=[0.6, 0.25, 0.15]
    )
    drawn.add_trace(_candles(bars), row=1, col=1)
    for trace in _marks(run.trades, _largest(run.trades, rows)):
        drawn.add_trace(trace, row=1, col=1)
    for trace in _equity(run):
        drawn.add_trace(trace, row=2, col=1)
    drawn.add_trace(_drawdown(run), row=3, col=1)
    drawn.update_layout(
        title=_title(run, source, bars, len(rows)),
        xaxis_rangeslider_visible=False,
        hovermode="closest",
        legend={"orientation": "h"},
        height=760,
    )
    drawn.update_yaxes(title_text="price", row=1, col=1)
    drawn.update_yaxes(title_text="equity", row=2, col=1)
    drawn.update_yaxes(title_text="drawdown", tickformat=".0%", row=3, col=1)
    return drawn


def _bars(run: Run, symbol: str | None) -> Bars:
    if symbol is None:
        return run.bars
    if symbol not in run.all_bars:
        raise ParameterError(f"{symbol!r} was not traded", cure=f"name one of {', '.join(run.all_bars)}")
    return run.all_bars[symbol]


def _rows(run: Run, symbol: str) -> Integers:
    # The trades of the symbol; a run of one symbol has no others, whatever they are called.
    if len(run.all_bars) == 1:
        return np.arange(len(run.trades))
    return np.flatnonzero([name == symbol for name in run.trades.symbol])


def _title(run: Run, source: Bars, bars: Bars, trades: int) -> str:
    thinned = "" if bars.timeframe == source.timeframe else f", drawn as {bars.timeframe}"
    few = f", {MOST_TRADES:,} of {trades:,} trades marked" if trades > MOST_TRADES else ""
    symbol = run.told("symbol") if len(run.all_bars) == 1 else source.symbol
    return f"{run.result.strategy}: {symbol} {run.told('timeframe')}{thinned}{few}"


def _when(nanoseconds: Any) -> Any:
    return np.asarray(nanoseconds, dtype=np.int64).astype("datetime64[ns]")


def _candles(bars: Bars) -> go.Candlestick:
    from plotly.graph_objects import Candlestick  # noqa: PLC0415

    return Candlestick(
        x=_when(bars.time),
        open=bars.open,
        high=bars.high,
        low=bars.low,
        close=bars.close,
        name=f"{bars.symbol} {bars.timeframe}",
        increasing_line_color=RISE,
        decreasing_line_color=FALL,
    )


def _marks(trades: Trades, rows: Integers) -> list[go.Scattergl]:
    from plotly.graph_objects import Scattergl  # noqa: PLC0415

    colours = np.where(trades.profit[rows] >= 0, RISE, FALL)
    # Entry and exit of each trade, and a gap: one trace draws all the lines.
    gaps = np.full(len(rows), np.datetime64("NaT", "ns"))
    times = np.stack((_when(trades.entry_time[rows]), _when(trades.exit_time[rows]), gaps), axis=1).ravel()
    nowhere = np.full(len(rows), np.nan)
    prices = np.stack((trades.entry_price[rows], trades.exit_price[rows], nowhere), axis=1).ravel()
    symbols = np.where(trades.long[rows], "triangle-up", "triangle-down")
    texts = [
        f"{'long' if trades.long[i] else 'short'} {trades.quantity[i]:g}: {trades.entry_price[i]:g} to "
        f"{trades.exit_price[i]:g}<br>profit {trades.profit[i]:,.2f} ({trades.profit_ratio[i]:+.2%})"
        f"<br>{trades.exit_reason[i].replace('_', ' ')}"
        for i in rows
    ]
    line = {"color": QUIET, "width": 1, "dash": "dot"}
    entry = {"symbol": symbols, "color": colours, "size": 9}
    leave = {"symbol": "square-open", "color": colours, "size": 7}
    hover = {"text": texts, "hoverinfo": "text+x", "mode": "markers"}
    return [
        Scattergl(x=times, y=prices, mode="lines", line=line, name="held", hoverinfo="skip"),
        Scattergl(x=_when(trades.entry_time[rows]), y=trades.entry_price[rows], marker=entry, name="entry", **hover),
        Scattergl(x=_when(trades.exit_time[rows]), y=trades.exit_price[rows], marker=leave, name="exit", **hover),
    ]


def _largest(trades: Trades, rows: Integers) -> Integers:
    largest = np.argsort(-np.abs(trades.profit[rows]), kind="stable")[:MOST_TRADES]
    return np.sort(rows[largest])


def _equity(run: Run) -> list[go.Scatter]:
    from plotly.graph_objects import Scatter  # noqa: PLC0415

    time = _when(run.equity_time)
    return [
        Scatter(x=time, y=run.equity, name="equity", line={"color": ACCENT, "width": 2}),
        Scatter(x=time, y=run.held, name="buy and hold", line={"color": QUIET, "width": 1}),
    ]


def _drawdown(run: Run) -> go.Scatter:
    from plotly.graph_objects import Scatter  # noqa: PLC0415

    peaks = np.maximum(np.maximum.accumulate(run.equity), run.cash)
    fall = run.equity / peaks - 1.0
    return Scatter(x=_when(run.equity_time), y=fall, name="drawdown", fill="tozeroy", line={"color": FALL, "width": 1})
