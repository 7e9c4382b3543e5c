"""Reference solutions, hidden inputs, wrong answers of measure-valued-gradients."""

from typing import Any

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written

COUNTS = """\
def count_samples(prices, counts):
    after, before = np.asarray(prices)[np.asarray(counts) + 1], np.asarray(prices)[counts]
    return after - before
"""
SPLIT = """\
def split(k, mu, sigma):
    density = np.exp(-0.5) / np.sqrt(2 * np.pi)
    beyond = float(sp.erfc(1 / sp.sqrt(2))) / 2
    outer = 3 + 2 * beyond / density
    inner = outer - 1 / density
    level = (mu - k) ** 2
    return np.array([2 * density / sigma, level + sigma**2 * outer, level + sigma**2 * inner])
"""


def prices(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Losses without an order, and counts that may be any but the last."""
    return [(rng.normal(size=9), rng.integers(0, 8, size=size)) for size in (1, 5, 20, 40)]


QUESTIONS = [
    Written(
        "measure-valued-gradients-exponential",
        rubric="""\
- 1 point: the derivative of the density, (y/theta^3 - 1/theta^2) exp(-y/theta).
- 1 point: it is 1/theta times the difference of two densities, that of the sum of two independent
  numbers with the density p (a Gamma density) and p itself.
- 1 point: the estimator, and its mean (2 theta - theta)/theta = 1 for f(y) = y.
- 1 point: a coupling, for instance the second number of the pair is a part of the sum.""",
        solution=r"""
The derivative of p in theta is

$$\frac{\partial p}{\partial\theta}
= \frac{y}{\theta^3}e^{-y/\theta} - \frac{1}{\theta^2}e^{-y/\theta}.$$

The first term is 1/theta times the density y e^(-y/theta)/theta^2 of the sum of two independent
exponential numbers with the mean theta. The second is 1/theta times p itself. With three
exponential numbers a sample is the loss at the sum of the first two, minus the loss at the third,
divided by theta. For the loss f(y) = y the mean is (2 theta - theta)/theta = 1.

It is coupled if the third number is the first one. For f(y) = y the second number is then all that
is left, divided by theta.""",
    ),
    Coded(
        "measure-valued-gradients-counts",
        points=2,
        function="count_samples",
        solution=COUNTS,
        inputs=prices,
        mutants=[
            # one count too low: a difference backward
            Mutant(
                COUNTS.replace("[np.asarray(counts) + 1]", "[counts]").replace(
                    "np.asarray(prices)[counts]\n",
                    "np.asarray(prices)[np.maximum(np.asarray(counts) - 1, 0)]\n",
                ),
                hint="for the loss y and the rate 0.7 the value is off by the factor",
            ),
            # minus and plus exchanged
            Mutant(
                COUNTS.replace("after - before", "before - after"),
                hint="for the loss y and the rate 0.7 the sign is flipped",
            ),
            # the second draw forgotten
            Mutant(
                COUNTS.replace("after - before", "after"),
                hint="for the loss y and the rate 0.7 the value is off by the factor",
            ),
            # averaged already
            Mutant(
                COUNTS.replace("after - before", "np.mean(after - before)"),
                hint="the shape for 59 counts is (), expected (59,)",
            ),
        ],
    ),
    Coded(
        "measure-valued-gradients-split",
        points=3,
        function="split",
        solution=SPLIT,
        inputs=lambda rng: [
            (rng.uniform(-2, 2), rng.uniform(-2, 2), rng.uniform(0.4, 3)) for _ in range(4)
        ],
        mutants=[
            # one tail of two
            Mutant(
                SPLIT.replace("[2 * density / sigma", "[density / sigma"),
                hint="of the number in front, the value is off by the factor 0.5",
            ),
            # the number of the split that overlaps
            Mutant(
                SPLIT.replace("[2 * density / sigma", "[1 / sigma"),
                hint="of the number in front, the value is off by the factor 2.066",
            ),
            # the height of the loss at the mean forgotten
            Mutant(
                SPLIT.replace("level = (mu - k) ** 2", "level = 0"),
                hint="at k = 0.5, mu = 2.0, sigma = 1.5, of the tails, the value is off",
            ),
            # the middle with the area of the tails left out
            Mutant(
                SPLIT.replace("outer - 1 / density", "outer - 1"),
                hint="the number times the difference is not the gradient in sigma",
            ),
        ],
    ),
    Claimed(
        "measure-valued-gradients-wrong-partner",
        points=2,
        value="mu_sigma",
        solution="mu_sigma = (2.7, 1.0)\n",
        mutants=[
            # near the bottom, where coupling is right
            Mutant("mu_sigma = (2.0, 1.0)\n", hint="there coupling helps, with 1.09 against 1.82"),
            # so far away that the trick is better
            Mutant("mu_sigma = (4.0, 1.0)\n", hint="there the trick varies less, with 4 against"),
            # the right distance for sigma = 1, with another sigma
            Mutant("mu_sigma = (2.7, 2.0)\n", hint="there coupling helps, with 3.16 against 6.67"),
        ],
    ),
]
