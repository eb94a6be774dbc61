"""Why the exchange refuses: one table of codes and texts, Binance's own."""

from __future__ import annotations


class Reject(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """An answer that refuses: Binance's code and text, and the HTTP status they come with.

    `data` is told with them where there is more to say, as where half of a request has succeeded.

    >>> str(Reject(-2010, "Account has insufficient balance for requested action."))
    '-2010 Account has insufficient balance for requested action.'
    """

    def __init__(self, code: int, message: str, status: int = 400, data: object = None) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.status = status
        self.data = data
