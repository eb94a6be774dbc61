"""All faults by name."""

from __future__ import annotations

from tradefleet.exchange.faults import answers, losses
from tradefleet.exchange.faults.message_faults import MESSAGE_FAULTS, MessageForm
from tradefleet.exchange.faults.request_form import RequestForm

REQUEST_FAULTS: dict[str, type[RequestForm]] = {
    "answer_lost": losses.AnswerLost,
    "cut_after": losses.CutAfter,
    "lost_before": losses.LostBefore,
    "unknown_error": answers.UnknownError,
    "service_unavailable": answers.ServiceUnavailable,
    "empty": answers.Empty,
    "html": answers.Html,
    "cut_json": answers.CutJson,
    "empty_object": answers.EmptyObject,
    "too_many_requests": answers.TooManyRequests,
    "banned": answers.Banned,
    "firewall": answers.Firewall,
    "not_found_yet": losses.NotFoundYet,
    "refused": answers.Refusal,
    "insufficient_balance": answers.InsufficientBalance,
    "insufficient_margin": answers.InsufficientMargin,
    "reduce_only_rejected": answers.ReduceOnlyRejected,
    "would_trigger": answers.WouldTrigger,
    "key_revoked": answers.KeyRevoked,
    "fills_before_cancel": losses.FillsBeforeCancel,
    "latency": losses.Latency,
    "half_open": losses.HalfOpen,
    "report_first": losses.ReportFirst,
}
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
