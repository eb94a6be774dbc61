"""The samplers, by name, with every setting that matters stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

# Trials drawn at random before TPE has something to learn from.
STARTUP = 10
# Smaller than Optuna's 50: budgets here are hundreds of trials, and generations are what evolves.
POPULATION = 32


def sampler_for(kind: str, seed: int, number: int, refused: int, objectives: int) -> BaseSampler:
    """The sampler that draws candidate `number`: its random state depends on nothing but the seed and that number.

    So a study that goes on after an interruption draws what it would have drawn without. `refused` candidates were
    never evaluated, and do not count as start-up.
    """
    from optuna import samplers  # noqa: PLC0415 - heavy, only where a study runs

    drawn = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if kind == "tpe":
        return samplers.TPESampler(
            seed=drawn,
            n_startup_trials=STARTUP + refused,
            n_ei_candidates=24,
            multivariate=objectives == 1,
            group=False,
            constant_liar=True,
        )
    if kind == "nsga2":
        return samplers.NSGAIISampler(seed=drawn, population_size=POPULATION, crossover_prob=0.9, swapping_prob=0.5)
    return samplers.RandomSampler(seed=drawn)
