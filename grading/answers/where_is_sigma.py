"""Reference solutions and hidden inputs of where-is-sigma. For instructors."""

from collections.abc import Sequence

import numpy as np

from grading.questions import Claimed, Coded, Written
from rpt_helpers import EnergyScore


def spreads_more(answer: Sequence[float]) -> bool:
    """Whether the energy score reports at least one percent more spread than s."""
    x = np.asarray(answer, dtype=float)
    return bool(3 <= x.size <= 20 and EnergyScore(x).optimum().sigma >= 1.01 * x.std())


QUESTIONS = [
    Written(
        "where-is-sigma-squared-energy",
        rubric="""\
- 1 point: the objective is delta^2 + s^2 + (1 - 2c) sigma^2, with E(y - y')^2 = 2 sigma^2 derived.
- 1 point: c < 1/2 ends at sigma = 0, c = 1/2 leaves sigma undetermined, c > 1/2 has no lower bound; no c works.
- 1 point: not being linear in p is necessary and not sufficient; the mean square distance of two draws is only
  the variance, and the objective stays linear in sigma^2 at the best mu.""",
        solution=r"""
$E\,\frac1n\sum_i(y-x_i)^2 = \delta^2+\sigma^2+s^2$. The difference $y-y'$ is $N(0, 2\sigma^2)$,
so $E(y-y')^2 = 2\sigma^2$ and the objective is $\delta^2 + s^2 + (1-2c)\sigma^2$.

In $\mu$ it is minimal at $\bar x$. In $\sigma^2$ it is a straight line. For $c < \frac12$ it falls toward
$\sigma = 0$. For $c = \frac12$ it does not depend on $\sigma$. For $c > \frac12$ it falls without end as $\sigma$
grows. No $c$ gives a minimum at a $\sigma > 0$.

The term that is not linear in $p$ is necessary and not sufficient. With squares the two-sample term measures the
variance alone and in the same unit in which the loss charges for it, so the two can only cancel.""",
    ),
    Coded(
        "where-is-sigma-weighted-fit",
        points=3,
        function="weighted_fit",
        solution="""\
def weighted_fit(x, w):
    mu = np.sum(w * x) / np.sum(w)
    return np.array([mu, (np.sum(w * (x - mu) ** 2) / np.sum(w)) ** 0.5])
""",
        inputs=lambda rng: [(rng.normal(2, 3, size), rng.uniform(0.2, 4, size)) for size in (3, 6, 10, 25)],
        mutants={
            # the weights forgotten
            "def weighted_fit(x, w):\n    return np.array([np.mean(x), np.std(x)])\n": 0,
            # the weights taken for normalized
            "def weighted_fit(x, w):\n    mu = np.sum(w * x)\n"
            "    return np.array([mu, np.sum(w * (x - mu) ** 2) ** 0.5])\n": 0,
            # the variance
            "def weighted_fit(x, w):\n    mu = np.sum(w * x) / np.sum(w)\n"
            "    return np.array([mu, np.sum(w * (x - mu) ** 2) / np.sum(w)])\n": 0,
        },
    ),
    Coded(
        "where-is-sigma-posterior-with-prior",
        points=3,
        function="posterior_with_prior",
        solution="""\
def posterior_with_prior(x, tau, m, r):
    from_data, from_prior = len(x) / tau**2, 1 / r**2
    precision = from_data + from_prior
    return np.array([(from_data * np.mean(x) + from_prior * m) / precision, precision**-0.5])
""",
        inputs=lambda rng: [
            (rng.normal(2, 3, size), rng.uniform(1, 4), rng.uniform(-3, 3), rng.uniform(0.3, 2))
            for size in (1, 3, 8, 20)
        ],
        mutants={
            # the prior forgotten
            "def posterior_with_prior(x, tau, m, r):\n    return np.array([np.mean(x), tau / len(x) ** 0.5])\n": 0,
            # the prior counted n times: right for one datum only
            "def posterior_with_prior(x, tau, m, r):\n    a, b = 1 / tau**2, 1 / r**2\n"
            "    return np.array([(a * np.mean(x) + b * m) / (a + b), (len(x) * (a + b)) ** -0.5])\n": 0.75,
            # the variance
            "def posterior_with_prior(x, tau, m, r):\n    a, b = len(x) / tau**2, 1 / r**2\n"
            "    return np.array([(a * np.mean(x) + b * m) / (a + b), 1 / (a + b)])\n": 0,
        },
    ),
    Claimed(
        "where-is-sigma-energy-above",
        points=2,
        value="numbers",
        solution="numbers = [-1.0, -1.0, 1.0, 1.0]\n",
        accept=spreads_more,
        mutants={
            "numbers = [0.0, 1.0, 2.0, 30.0]\n": 0,
            "numbers = [-1.0, 1.0]\n": 0,
            "numbers = [1.0, 1.0, 1.0]\n": 0,
        },
    ),
]
