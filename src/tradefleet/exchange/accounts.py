"""Who trades on the exchange: accounts, their keys and what the keys may do."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from tradefleet.market.errors import ParameterError

_LETTERS = string.ascii_letters + string.digits
_KEY_LENGTH = 64


@dataclass(slots=True)
class Permissions:
    """What an API key may do; changed while running by the control interface."""

    reading: bool = True
    spot: bool = True
    perpetual: bool = True
    withdrawals: bool = False
    ip_restricted: bool = True


@dataclass(slots=True)
class Account:
    """An account: a name, one key and its secret."""

    name: str
    api_key: str
    secret: str
    permissions: Permissions = field(default_factory=Permissions)
    # A revoked key is answered like an unknown one.
    revoked: bool = False


class Accounts:
    """Accounts by name and by key; `random` draws the keys of those that are opened later."""

    def __init__(self, accounts: Iterable[Account], random: Random | None = None) -> None:
        self._by_name = {account.name: account for account in accounts}
        self._by_key = {account.api_key: account for account in self._by_name.values()}
        self._random = Random(0) if random is None else random

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Account:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def open(self, name: str) -> Account:
        """A new account; raises ParameterError for a name that is taken."""
        if name in self._by_name:
            raise ParameterError(f"there is an account {name!r} already", where="account", cure="choose another name")
        account = _drawn(name, self._random)
        self._by_name[name] = self._by_key[account.api_key] = account
        return account

    def by_key(self, api_key: str) -> Account | None:
        """The account of a key, or None."""
        return self._by_key.get(api_key)


def make_accounts(names: Iterable[str], random: Random) -> Accounts:
    """Accounts with keys drawn from `random`: the same seed gives the same keys.

    >>> accounts = make_accounts(["first"], Random(1))
    >>> len(accounts["first"].api_key), accounts["first"].permissions.withdrawals
    (64, False)
    """
    return Accounts([_drawn(name, random) for name in names], random)


def _drawn(name: str, random: Random) -> Account:
    return Account(name, _key(random), _key(random))


def _key(random: Random) -> str:
    return "".join(random.choices(_LETTERS, k=_KEY_LENGTH))
