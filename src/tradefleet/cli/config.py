"""The file of `--config`: the account of a backtest."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.trading.account import Account, account_from

_TABLES = ("account",)


def read_account(path: Path | None) -> Account:
    """The account that the file's `[account]` table names; the usual one without a file."""
    if path is None:
        return Account()
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror}", cure="check the path of --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} is no TOML: {error}", cure="mend that line; strings stand in quotes") from error
    for name in found:
        if name not in _TABLES:
            raise ParameterError(f"there is no table [{name}]", where=str(path), cure=did_you_mean(name, _TABLES))
    account = found.get("account", {})
    if not isinstance(account, dict):
        raise ParameterError(f"account is {account!r}", where=str(path), cure="write a table: [account]")
    return account_from(account, str(path))
