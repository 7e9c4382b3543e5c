"""Reference solutions, hidden inputs, wrong answers of left-hand-side."""

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written


def weighted_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Data of several sizes with unequal weights."""
    return [
        (rng.normal(2, 3, size), rng.uniform(0.5, 4, size), rng.uniform(-1, 1), rng.uniform(0.5, 3))
        for size in (2, 5, 9, 30)
    ]


def fourth_power_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Points off the center, where every term counts."""
    return [(rng.uniform(-2, 0), rng.uniform(1, 3), rng.uniform(0.5, 2)) for _ in range(4)]


QUESTIONS = [
    Written(
        "left-hand-side-weights",
        rubric="""\
- 1 point: E f = W [(mu - m)^2 + sigma^2] + const, where W is the sum of the weights and m the
  weighted mean.
- 1 point: the gradient, 2 W (mu - m) in mu and W in sigma^2.
- 1 point: stationary in mu at m only; never in sigma^2, because W > 0.""",
        solution=r"""
With $W = \sum_i w_i$ and $\bar x_w = \sum_i w_i x_i / W$ the middle term
$2(y - \bar x_w)\sum_i w_i(\bar x_w - x_i)$ is zero, so

$$f(y) = W(y - \bar x_w)^2 + \sum_i w_i (x_i - \bar x_w)^2, \qquad
E f = W\big[(\mu - \bar x_w)^2 + \sigma^2\big] + \sum_i w_i (x_i - \bar x_w)^2.$$

The gradient is $2W(\mu - \bar x_w)$ in $\mu$ and $W$ in $\sigma^2$. It is stationary in $\mu$ at
$\bar x_w$. In $\sigma^2$ it never is: $W$ is a sum of positive weights.""",
    ),
    Coded(
        "left-hand-side-weighted-gradient",
        points=3,
        function="weighted_gradient",
        solution="""\
def weighted_gradient(x, w, mu, sigma):
    total = np.sum(w)
    return 2 * total * np.array([mu - np.sum(w * x) / total, sigma])
""",
        inputs=weighted_cases,
        mutants=[
            # the weights forgotten
            Mutant(
                """\
def weighted_gradient(x, w, mu, sigma):
    return 2 * len(x) * np.array([mu - np.mean(x), sigma])
""",
                hint="with the weights 3, 1, 0.5 every value is wrong",
            ),
            # the weights normalized
            Mutant(
                """\
def weighted_gradient(x, w, mu, sigma):
    return 2 * np.array([mu - np.sum(w * x) / np.sum(w), sigma])
""",
                hint="with all weights 1 every value is off by the factor 0.3333",
            ),
            # the gradient in the variance
            Mutant(
                """\
def weighted_gradient(x, w, mu, sigma):
    return np.array([2 * np.sum(w * (mu - x)), np.sum(w)])
""",
                hint="with all weights 1 component 2 (sigma) is off by the factor 0.3333",
            ),
            # works for small data only: one of four cases lost
            Mutant(
                """\
def weighted_gradient(x, w, mu, sigma):
    x, w = x[:9], w[:9]
    return 2 * np.array([np.sum(w * (mu - x)), np.sum(w) * sigma])
""",
                keeps=2.25,
            ),
        ],
    ),
    Coded(
        "left-hand-side-fourth-power",
        points=3,
        function="fourth_power_gradient",
        solution="""\
def fourth_power_gradient(k, mu, sigma):
    delta = mu - k
    return np.array([4 * delta**3 + 12 * delta * sigma**2, 6 * delta**2 + 6 * sigma**2])
""",
        inputs=fourth_power_cases,
        mutants=[
            # the gradient in sigma
            Mutant(
                """\
def fourth_power_gradient(k, mu, sigma):
    d = mu - k
    return np.array([4 * d**3 + 12 * d * sigma**2, 12 * sigma * (d**2 + sigma**2)])
""",
                hint="sigma = 1.0 component 2 (sigma^2) is off by the factor 2",
            ),
            # E eps^4 taken for 1
            Mutant(
                """\
def fourth_power_gradient(k, mu, sigma):
    d = mu - k
    return np.array([4 * d**3 + 12 * d * sigma**2, 6 * d**2 + 2 * sigma**2])
""",
                hint="sigma = 1.0 component 2 (sigma^2) is off by the factor 0.3333",
            ),
            # the odd power forgotten
            Mutant(
                """\
def fourth_power_gradient(k, mu, sigma):
    d = mu - k
    return np.array([4 * d**3, 6 * d**2 + 6 * sigma**2])
""",
                hint="at k = 1.0, mu = 2.5, sigma = 1.5 component 1 (mu) is off by the factor 0.25",
            ),
        ],
    ),
    Claimed(
        "left-hand-side-spread-can-pay",
        points=2,
        value="k_mu_sigma",
        solution="k_mu_sigma = (6.0, 0.0, 1.0)\n",
        mutants=[
            # the valley itself: stationary for y, and not for its distribution
            Mutant(
                "k_mu_sigma = (2.0, 1.0, 0.5)\n",
                hint="the derivative in mu is 3 there, not zero",
            ),
            # stationary in mu only, on the hill between the valleys
            Mutant(
                "k_mu_sigma = (1.0, 0.0, 1.0)\n",
                hint="the derivative in sigma^2 is 5 there, not zero",
            ),
            # stationary in sigma^2 only
            Mutant(
                "k_mu_sigma = (12.0, 1.0, 1.0)\n",
                hint="the derivative in mu is -8 there, not zero",
            ),
            Mutant(
                "k_mu_sigma = (6.0, 0.0, -1.0)\n",
                hint="sigma must be a finite number > 0, got -1.0",
            ),
            Mutant("k_mu_sigma = (6.0, 0.0)\n", hint="expected 3 numbers (k, mu, sigma), got 2"),
        ],
    ),
]
