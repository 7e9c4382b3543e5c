"""Reference solutions and hidden inputs of stochastic-gradient-descent. For instructors."""

from collections.abc import Sequence

import numpy as np

from grading.questions import Claimed, Coded, Written
from rpt_helpers import NegativeLogLikelihood, Normal, datasets, sgd


def stops_short(answer: Sequence[float]) -> bool:
    """Whether a geometric step ends at least 0.1 from the best mu."""
    initial, ratio = answer
    if not (0 < initial <= 0.1 and 0 < ratio < 1):
        return False
    steps = int(np.ceil(np.log(1e-4) / np.log(ratio)))
    objective = NegativeLogLikelihood(datasets.ten_draws())
    end = sgd(
        lambda normal: objective.gradient(normal, "log_sigma"),
        Normal(0, 1),
        steps=min(steps, 5000),
        step_size=lambda t: initial * ratio**t,
        wrt="log_sigma",
    ).final
    return steps <= 5000 and bool(abs(end.mu - objective.optimum().mu) >= 0.1)


MOMENTUM = """\
def momentum_descent(x, mu, sigma, eps, step_size, momentum):
    mean, square = np.mean(x), np.var(x)
    theta, velocity = np.array([mu, np.log(sigma)]), np.zeros(2)
    for e in eps:
        sigma = np.exp(theta[1])
        slope = (theta[0] + sigma * e - mean) / square
        velocity = momentum * velocity - step_size * np.array([slope, slope * sigma * e - 1])
        theta = theta + velocity
    return np.array([theta[0], np.exp(theta[1])])
"""

QUESTIONS = [
    Written(
        "stochastic-gradient-descent-rates",
        rubric="""\
- 1 point: in sigma the factor 1 - 2na each step, so sigma_t = sigma_0 (1 - 2na)^t, positive for a < 1/(2n).
- 1 point: in the variance sigma_t^2 = sigma_0^2 - n a t, which is no longer positive after sigma_0^2 / (n a) steps.
- 1 point: the comparison: a straight line to zero, a geometric approach, and 1/sqrt(t) in log sigma, the slowest.""",
        solution=r"""
In $\sigma$ the gradient is $2n\sigma$, so $\sigma \leftarrow (1-2na)\,\sigma$ and
$\sigma_t = \sigma_0(1-2na)^t$. It stays positive for $a < 1/(2n)$ and then tends to zero geometrically.

In $\sigma^2$ the gradient is $n$, so $\sigma_t^2 = \sigma_0^2 - nat$, a straight line. The first step
that is not allowed is the one with $t \ge \sigma_0^2/(na)$.

In $\log\sigma$ the law is $\sigma_t = (1/\sigma_0^2 + 4nat)^{-1/2}$, for large $t$ about $1/(2\sqrt{nat})$. It never
leaves and is the slowest of the three: the same loss, and three speeds of collapse.""",
    ),
    Coded(
        "stochastic-gradient-descent-momentum",
        points=3,
        function="momentum_descent",
        solution=MOMENTUM,
        inputs=lambda rng: [
            (
                rng.normal(2, 3, size),
                rng.uniform(0, 2),
                rng.uniform(1, 3),
                rng.standard_normal(20),
                rng.uniform(0.02, 0.1),
                rng.uniform(0.3, 0.9),
            )
            for size in (3, 5, 10, 30)
        ],
        mutants={
            # no momentum
            MOMENTUM.replace("momentum * velocity -", "-"): 0,
            # the new gradient averaged in
            MOMENTUM.replace("- step_size", "- (1 - momentum) * step_size"): 0,
            # the entropy forgotten
            MOMENTUM.replace(" * e - 1]", " * e]"): 0,
            # the gradient in sigma
            MOMENTUM.replace("slope * sigma * e - 1", "slope * e - 1 / sigma"): 0,
        },
    ),
    Coded(
        "stochastic-gradient-descent-throw",
        points=3,
        function="mu_throw",
        solution="""\
def mu_throw(step_size, n_samples, n, tau):
    return (step_size / (n_samples * (2 - step_size * n / tau**2))) ** 0.5
""",
        inputs=lambda rng: [
            (share * tau**2 / n, n_samples, n, tau)
            for share, n_samples, n, tau in zip(
                rng.uniform(0.3, 1.7, 4), [1, 3, 8, 64], [5, 20, 50, 100], rng.uniform(0.5, 4, 4), strict=True
            )
        ],
        mutants={
            # the law for small steps
            "def mu_throw(step_size, n_samples, n, tau):\n    return (step_size / (2 * n_samples)) ** 0.5\n": 0,
            # the variance
            "def mu_throw(step_size, n_samples, n, tau):\n"
            "    return step_size / (n_samples * (2 - step_size * n / tau**2))\n": 0,
            # the formula of the chapter with tau for s
            "def mu_throw(step_size, n_samples, n, tau):\n"
            "    return (step_size / (n_samples * (2 - step_size / tau**2))) ** 0.5\n": 0,
        },
    ),
    Claimed(
        "stochastic-gradient-descent-too-fast",
        points=2,
        value="initial_and_ratio",
        solution="initial_and_ratio = (0.1, 0.9)\n",
        accept=stops_short,
        mutants={
            "initial_and_ratio = (0.1, 0.998)\n": 0,
            "initial_and_ratio = (0.001, 0.9999)\n": 0,
            "initial_and_ratio = (0.1, 1.0)\n": 0,
            "initial_and_ratio = (-0.1, 0.9)\n": 0,
        },
    ),
]
