"""Who may use the control interface, and accounts that are opened by it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tests.exchange.wire.whole import whole

from tradefleet.exchange.accounts import make_accounts
from tradefleet.exchange.engine.spot import FeeAsset
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Setup, serving
from tradefleet.exchange.wire.access import HEADER, Access
from tradefleet.exchange.wire.limits import unlimited
from tradefleet.market.errors import ParameterError

EVERYWHERE = ("0.0.0.0", "::", "", "192.168.1.7", "exchange.example.org")
HERE = ("127.0.0.1", "localhost", "::1", "127.1.2.3")


@pytest.mark.parametrize("host", EVERYWHERE)
def test_other_machines_need_a_token(host: str) -> None:
    with pytest.raises(ParameterError, match="could use the control interface"):
        Access().check_host(host)
    Access("secret").check_host(host)


@pytest.mark.parametrize("host", HERE)
def test_this_machine_needs_none(host: str) -> None:
    Access().check_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8900", "localhost:8900", "localhost", "[::1]:8900", "10.0.0.3"])
def test_it_is_asked_by_address(host: str) -> None:
    assert Access().refusal({"Host": host}) is None


@pytest.mark.parametrize("host", ["evil.example.org:8900", "", "localhost.evil.org", "[evil]"])
def test_a_name_that_may_be_anybodys_is_refused(host: str) -> None:
    refused = Access().refusal({"Host": host})
    assert refused is not None and refused.status == 403


@pytest.mark.asyncio
async def test_it_does_not_start_open_to_everybody() -> None:
    setup = Setup(GeneratedMarket(count=1, days=1), pace=Pace(steps=True), limits=unlimited())
    with pytest.raises(ParameterError, match="give it a token"):
        async with serving(setup, "0.0.0.0"):
            pass
    async with serving(setup, "0.0.0.0", control_token="secret") as running:
        assert running.port > 0


@pytest.mark.asyncio
@pytest.mark.parametrize("sent", [None, "", "secre", "secretsecret", "\u00e9"])
async def test_without_the_token_nothing_is_told_or_done(sent: str | None) -> None:
    async with whole(token="secret") as place:
        headers = {} if sent is None else {HEADER: sent}
        for method, path in (("GET", "/accounts"), ("POST", "/step"), ("GET", ""), ("GET", "/nowhere")):
            status, told = await place.control(method, path, headers=headers)
            assert (status, set(told)) == (401, {"error"})
        status, told = await place.control("GET", "/accounts", headers={HEADER: "secret"})
        assert (status, told["accounts"][0]["name"]) == (200, "ann")
        # It guards the control interface alone.
        assert (await place.ask("GET", "/api/v3/ping"))[0] == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("token", [None, "secret"])
async def test_web_pages_may_not_use_it(token: str | None) -> None:
    async with whole(token=token) as place:
        headers = {"Origin": f"http://127.0.0.1:{place.running.port}", HEADER: "secret"}
        status, told = await place.control("POST", "/step", headers=headers)
        assert (status, set(told)) == (403, {"error"})


@pytest.mark.asyncio
async def test_an_account_is_opened_and_trades() -> None:
    async with whole(fees_in=FeeAsset.QUOTE) as place:
        body: dict[str, Any] = {"create": True, "deposit": [{"asset": "USDT", "amount": "5000"}]}
        status, told = await place.control("POST", "/accounts/zoe", body)
        assert (status, told["name"], len(told["key"]), len(told["secret"])) == (200, "zoe", 64, 64)
        assert told["key"] not in {each.api_key for each in place.running.exchange.accounts if each.name != "zoe"}
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        status, filled = await place.signed("POST", "/api/v3/order", "zoe", **order)
        assert (status, filled["status"]) == (200, "FILLED")
        # Fees come out of what all accounts of this exchange pay in.
        assert {fill["commissionAsset"] for fill in filled["fills"]} == {"USDT"}
        _, listed = await place.control("GET", "/accounts")
        assert [each["name"] for each in listed["accounts"]] == ["ann", "bob", "zoe"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("ann", {"create": True}, "there is an account 'ann' already"),
        ("zoe", {}, "there is no account 'zoe'"),
        ("z%20e", {"create": True}, "an account's name is"),
        ("@house", {"create": True}, "an account's name is"),
        ("zoe", {"create": True, "permissions": {"fly": True}}, "there is no permission 'fly'"),
    ],
)
async def test_a_name_that_cannot_be_is_no_account(name: str, body: dict[str, Any], said: str) -> None:
    async with whole() as place:
        status, told = await place.control("POST", f"/accounts/{name}", body)
        assert status == 400 and said in told["error"]["message"]
        assert [each.name for each in place.running.exchange.accounts] == ["ann", "bob"]


def test_the_keys_of_accounts_come_from_one_source() -> None:
    early, late = make_accounts(["ann", "bob"], Random(5)), make_accounts(["ann"], Random(5))
    late.open("bob")
    assert list(early) == list(late)
    assert late.by_key(early["bob"].api_key) is late["bob"]
