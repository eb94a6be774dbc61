"""The commands `strategies` and `indicators`."""

from __future__ import annotations

import inspect

from tradefleet.cli.options import Json
from tradefleet.cli.output import say, write_json
from tradefleet.indicators.catalogue import IndicatorInfo, all_indicators
from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.research.table import aligned
from tradefleet.strategies import Parameter, builtin_strategies

_WIDTH = 120


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


def indicators(names: list[str] | None = None, /, *, json: Json = None) -> None:
    """List the indicators: name, parameters, outputs, what they are in TA-Lib.

    Parameters
    ----------
    names
        Which to describe in full; a table of all when none is named.
    """
    found = _chosen(names) if names else all_indicators()
    say("\n\n".join(map(_in_full, found)) if names else _table(found), json)
    write_json([_described(indicator) for indicator in found], json)


def _chosen(names: list[str]) -> list[IndicatorInfo]:
    known = {indicator.name: indicator for indicator in all_indicators()}
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            # Two hundred names are no help.
            cure = near if near.endswith("?") else "`tradefleet indicators` lists them"
            raise ParameterError(f"there is no indicator '{name}'", cure=cure)
    return [known[name] for name in names]


def _in_full(indicator: IndicatorInfo) -> str:
    text = inspect.getdoc(indicator.function) or ""
    parts = [f"{indicator.name}({_parameters(indicator)})", *text.splitlines()]
    if len(indicator.outputs) > 1:
        parts += ["", f"Outputs: {', '.join(indicator.outputs)}"]
    return "\n    ".join(parts).replace("\n    \n", "\n\n")


def _table(found: list[IndicatorInfo]) -> str:
    rows = [["name", "parameters", "outputs", "TA-Lib", "what it is"]]
    for indicator in found:
        outputs = ", ".join(indicator.outputs) if len(indicator.outputs) > 1 else ""
        parameters = _cut(_parameters(indicator), 22)
        rows.append([indicator.name, parameters, _cut(outputs, 14), indicator.talib_name, indicator.summary])
    return "\n".join(_cut(line, _WIDTH) for line in aligned(rows).splitlines())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3].rstrip()}..."


def _parameters(indicator: IndicatorInfo) -> str:
    return ", ".join(f"{name}={value}" for name, value in indicator.parameters.items())


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
