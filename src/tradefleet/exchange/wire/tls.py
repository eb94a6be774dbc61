"""A certificate authority of this machine, so that clients reach the exchange under Binance's names, verified."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import trustme

from tradefleet.market.errors import DataError

_HOSTS = (
    "api.binance.com", "api-gcp.binance.com", "api1.binance.com", "api2.binance.com", "api3.binance.com",
    "api4.binance.com", "data-api.binance.vision", "data-stream.binance.vision", "demo-api.binance.com",
    "demo-stream.binance.com", "demo-ws-api.binance.com", "demo-fapi.binance.com", "dapi.binance.com",
    "dstream.binance.com", "eapi.binance.com", "fapi.binance.com", "fstream.binance.com", "fstream-auth.binance.com",
    "nbstream.binance.com", "papi.binance.com", "stream.binance.com", "testnet.binance.vision",
    "stream.testnet.binance.vision", "ws-api.testnet.binance.vision", "testnet.binancefuture.com",
    "fstream.binancefuture.com", "dstream.binancefuture.com", "ws-api.binance.com", "ws-dapi.binance.com",
    "ws-fapi.binance.com", "www.binance.com",
)  # fmt: skip
_LOCAL = ("localhost", "127.0.0.1", "::1")
_CERTIFICATE, _KEY = "authority.pem", "authority.key"


class Authority:
    """The authority kept in a folder; it is made there the first time, and the same ever after.

    Its key can vouch for any name to whoever trusts it: the file is readable by its owner alone.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self.certificate_file = self._folder / _CERTIFICATE
        self._authority = self._load() if self.certificate_file.exists() else self._make()

    def server_context(self) -> ssl.SSLContext:
        """For a server that answers to every Binance host and to this machine's own names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*_HOSTS, *_LOCAL).configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """For a client that trusts this authority alone and verifies names."""
        return ssl.create_default_context(cafile=str(self.certificate_file))

    def _make(self) -> trustme.CA:
        authority = trustme.CA(organization_name="tradefleet local exchange")
        self._folder.mkdir(parents=True, exist_ok=True)
        _write_secret(self._folder / _KEY, authority.private_key_pem.bytes())
        # The certificate last: where it is, the key is.
        self.certificate_file.write_bytes(authority.cert_pem.bytes())
        return authority

    def _load(self) -> trustme.CA:
        try:
            return trustme.CA.from_pem(self.certificate_file.read_bytes(), (self._folder / _KEY).read_bytes())
        except (OSError, ValueError) as error:
            raise DataError(
                f"the local authority cannot be read: {error}",
                where=str(self._folder),
                cure="delete the folder; a new authority is made, which clients then have to trust",
            ) from error


def _write_secret(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
