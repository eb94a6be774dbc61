"""All faults by name."""

from __future__ import annotations

from tradefleet.exchange.faults.message_faults import MESSAGE_FAULTS, MessageForm
from tradefleet.exchange.faults.request_faults import REQUEST_FAULTS, RequestForm

FAULTS: dict[str, type[RequestForm] | type[MessageForm]] = {**REQUEST_FAULTS, **MESSAGE_FAULTS}


def described() -> list[dict[str, object]]:
    """Every fault for people: its name, what it does, where it usually strikes, its parameters and their defaults."""
    return [
        {
            "what": name,
            "does": (form.__doc__ or "").partition("\n")[0],
            "where": list(form.usual),
            "with": dict(zip(form.__struct_fields__, form.__struct_defaults__, strict=True)),
        }
        for name, form in FAULTS.items()
    ]
