"""Optimizing parameters: a sampler asks for combinations, our evaluators tell what they are worth."""

from tradefleet.research.optimize.allowed import Allowed, Constraint
from tradefleet.research.optimize.axis import Axis, Between, OneOf
from tradefleet.research.optimize.choosing import chosen_axes
from tradefleet.research.optimize.early import early_spans
from tradefleet.research.optimize.journal import Keeper
from tradefleet.research.optimize.optimization import Optimization
from tradefleet.research.optimize.problem import SAMPLERS, Problem
from tradefleet.research.optimize.study import Progress, optimize
from tradefleet.research.optimize.trial import Trial

__all__ = [
    "SAMPLERS",
    "Allowed",
    "Axis",
    "Between",
    "Constraint",
    "Keeper",
    "OneOf",
    "Optimization",
    "Problem",
    "Progress",
    "Trial",
    "chosen_axes",
    "early_spans",
    "optimize",
]
