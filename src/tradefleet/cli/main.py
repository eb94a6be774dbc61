"""The command line: which commands there are, and what becomes of errors.

Command bodies are named as text and loaded when they are called, so that `--help` loads nothing heavy.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from collections.abc import Sequence

OURS, THEIRS, INTERRUPTED = 1, 2, 130

try:
    from cyclopts import App, CycloptsError
    from dotenv import load_dotenv

    from tradefleet import __version__
    from tradefleet.market.errors import ParameterError, UserError
    from tradefleet.market.files import FULL
except KeyboardInterrupt:
    # These take long enough for a Ctrl-C to fall into them.
    sys.stderr.write("interrupted\n")
    raise SystemExit(INTERRUPTED) from None

app = App(
    name="tradefleet",
    help="Backtest and trade by one rule book. Start with `tradefleet demo`.\n\nExample: tradefleet demo",
    version=__version__,
    help_format="plaintext",
    # It comes to `run`, which says so.
    suppress_keyboard_interrupt=False,
)
data = App(
    name="data",
    help="Bars on this machine: import, list, check, resample, export.\n\nExample: tradefleet data list",
    help_format="plaintext",
)
new = App(
    name="new",
    help="Write a file to start from.\n\nExample: tradefleet new strategy my_cross",
    help_format="plaintext",
)
exchange = App(
    name="exchange",
    help="An exchange on this machine that real clients take for Binance.\n\nExample: tradefleet exchange serve",
    help_format="plaintext",
)
app.command(data)
app.command(new)
app.command(exchange)

_SERIES = "--symbol BTC/USD --timeframe 1m"
# Command, where its body is, what it does, an example.
COMMANDS = (
    (app, "demo", "demo:demo", "Generate a market, import it, backtest, report.", "demo"),
    (app, "strategies", "listing:strategies", "List the built-in strategies.", "strategies"),
    (app, "indicators", "listing:indicators", "List the indicators, or describe some.", "indicators ema rsi"),
    (
        app,
        "backtest",
        "backtest:backtest",
        "Simulate strategies on bars.",
        f"backtest ema_cross {_SERIES} --set fast=9",
    ),
    (
        app,
        "sweep",
        "sweep:sweep",
        "Measure every combination of parameters.",
        f'sweep ema_cross {_SERIES} --grid fast=5:50:5 --grid slow=20:200:20 --where "fast < slow"',
    ),
    (
        app,
        "optimize",
        "optimize:optimize",
        "Search for parameters with a sampler that learns.",
        f'optimize ema_cross {_SERIES} --trials 300 --where "fast < slow"',
    ),
    (
        app,
        "walkforward",
        "walkforward:walkforward",
        "Choose parameters in one window, trade them in the next.",
        f"walkforward ema_cross {_SERIES} --train 252d --test 21d --grid fast=5:50:5",
    ),
    (
        app,
        "check",
        "check:check",
        "Look for look-ahead, and for what warm-up leaves untrusted.",
        f"check ema_cross {_SERIES}",
    ),
    (
        app,
        "analyze",
        "analyze:analyze",
        "Find the best parameters of many symbols and timeframes.",
        "analyze rsi_reversion --symbol BTC/USD --timeframe 15m --timeframe 1h --grid entry=20:36:2",
    ),
    (app, "bench", "bench:bench", "Measure beside other backtesters.", "bench backtest --json figures.json"),
    (
        exchange,
        "serve",
        "exchange:serve",
        "Serve a market to real clients.",
        "exchange serve --data generated --port 8900",
    ),
    (new, "strategy", "new:strategy", "Write a strategy that runs.", "new strategy my_cross"),
    (data, "import", "data_import:import_bars", "Import files of bars.", f"data import btc.csv {_SERIES}"),
    (data, "list", "data:list_series", "List the series of bars.", "data list"),
    (data, "check", "data:check", "Look for gaps, errors and outliers.", f"data check {_SERIES}"),
    (data, "resample", "data:resample", "Make longer bars of shorter ones.", f"data resample {_SERIES} --to 1h"),
    (data, "export", "data:export", "Write bars to a file.", f"data export btc.csv {_SERIES}"),
)
for _parent, _name, _body, _summary, _example in COMMANDS:
    _parent.command(f"tradefleet.cli.{_body}", name=_name, help=f"{_summary}\n\nExample: tradefleet {_example}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; exits 0, 2 for what the user can mend, 1 for a failure of ours."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of few letters shows ? for the others, which is better than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Run the command; gives its exit code."""
    try:
        _read_env_file()
        app(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except UserError as error:
        _report(error.as_dict(), str(error), words)
        return THEIRS
    except CycloptsError as error:
        message = " ".join(str(error).split())
        cure = f"see tradefleet {' '.join(error.command_chain or ())} --help".replace("  ", " ")
        _report(
            {"kind": "usage", "message": message, "where": "", "cure": cure},
            f"{message.removesuffix('.')}; {cure}",
            words,
        )
        return THEIRS
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        _abandon_output()
        return 0
    except OSError as error:
        if error.errno not in FULL:
            return _fault()
        # The disk behind our output, or one that a library wrote to.
        full = ParameterError(f"cannot write: {error.strerror}", where=error.filename or "", cure="free some space")
        _report(full.as_dict(), str(full), words)
        _abandon_output()
        return THEIRS
    except Exception:  # noqa: BLE001 - the last resort: shown whole, and the exit code says it is ours
        return _fault()
    return 0


def _fault() -> int:
    traceback.print_exc()
    sys.stderr.write("error: a fault in tradefleet; please report it with the lines above\n")
    return OURS


def _abandon_output() -> None:
    """Drop what standard output still holds, where it cannot be written: Python would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read_env_file() -> None:
    """Take variables from `.env` in this folder; those that are set already stay."""
    try:
        load_dotenv(".env")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f".env cannot be read: {error}", cure="save it as UTF-8 text, or remove it") from error


def _report(error: dict[str, str], text: str, words: Sequence[str]) -> None:
    for_machines = any(word == "--json" or word.startswith("--json=") for word in words)
    sys.stderr.write(json.dumps({"error": error}) + "\n" if for_machines else f"error: {text}\n")
