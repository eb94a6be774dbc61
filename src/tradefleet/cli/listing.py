"""The commands `strategies` and `indicators`."""

from __future__ import annotations

from tradefleet.cli.options import Json
from tradefleet.cli.output import say, write_json
from tradefleet.indicators.catalogue import IndicatorInfo, all_indicators
from tradefleet.research.table import aligned
from tradefleet.strategies import Parameter, builtin_strategies


def strategies(*, json: Json = None) -> None:
    """List the built-in strategies with their parameters."""
    found = builtin_strategies()
    rows = [
        {
            "name": name,
            "summary": first_line(cls.__doc__),
            "parameters": {key: _bounds(parameter) for key, parameter in cls.declared().items()},
        }
        for name, cls in sorted(found.items())
    ]
    for name, cls in sorted(found.items()):
        own = {key: p for key, p in cls.declared().items() if key in vars(cls)}
        values = ", ".join(f"{key}={p.default} ({p.low} to {p.high})" for key, p in own.items())
        say(f"{name}\n  {first_line(cls.__doc__)}\n  {values}", json)
    say("\nEvery strategy also has side, stop_loss, take_profit, reward_risk, trailing_stop, max_bars and size.", json)
    write_json(rows, json)


def indicators(*, json: Json = None) -> None:
    """List the indicators: name, parameters, outputs, what they are in TA-Lib."""
    found = all_indicators()
    rows = [["name", "parameters", "outputs", "TA-Lib", "what it is"]]
    for indicator in found:
        parameters = ", ".join(f"{name}={value}" for name, value in indicator.parameters.items())
        outputs = ", ".join(indicator.outputs) if len(indicator.outputs) > 1 else ""
        rows.append([indicator.name, parameters, outputs, indicator.talib_name, indicator.summary])
    say(aligned(rows), json)
    write_json([_described(indicator) for indicator in found], json)


def first_line(text: str | None) -> str:
    """The first line of a docstring."""
    return (text or "").strip().partition("\n")[0]


def _bounds(parameter: Parameter[str]) -> dict[str, object]:
    return {
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "choices": None if parameter.choices is None else list(parameter.choices),
    }


def _described(indicator: IndicatorInfo) -> dict[str, object]:
    return {
        "name": indicator.name,
        "group": indicator.group,
        "talib_name": indicator.talib_name,
        "inputs": list(indicator.inputs),
        "parameters": indicator.parameters,
        "outputs": list(indicator.outputs),
        "summary": indicator.summary,
    }
