"""Reference solutions and hidden inputs of stochastic-node. For instructors."""

from collections.abc import Sequence

import numpy as np

from grading.questions import Claimed, Coded, Written
from rpt_helpers import Normal


def points_the_wrong_way(answer: Sequence[float]) -> bool:
    """Whether the slope and the derivative of the expected loss have opposite signs."""
    c, j, mu, sigma = answer
    truth = c + j * np.exp(Normal(mu, sigma).log_prob(0))
    return bool(c * truth < 0)


QUESTIONS = [
    Written(
        "stochastic-node-exponential",
        rubric=r"""- 1 point: the distribution, $P(-\theta\log u > y) = P(u < e^{-y/\theta}) = e^{-y/\theta}$.
- 1 point: $\partial g/\partial\theta = -\log u = y/\theta$.
- 1 point: both sides are $4\theta$.
- 1 point: an $M(u)$ with a finite mean that bounds the slopes on an interval around $\theta$.""",
        solution=r"""For $y > 0$, $P(-\theta\log u > y) = P(u < e^{-y/\theta}) = e^{-y/\theta}$, whose negative
derivative is the density $e^{-y/\theta}/\theta$. With $u$ held, $\partial g/\partial\theta = -\log u = y/\theta$.

LHS: $E y^2 = 2\theta^2$, derivative $4\theta$. RHS: $E[2y\cdot y/\theta] = 2\cdot2\theta^2/\theta = 4\theta$.

$h(u, t) = t^2(\log u)^2$, so for $0 < t < 2\theta$
$$|h(u,t) - h(u,\theta)| = |t+\theta|\,|t-\theta|\,(\log u)^2 \le 3\theta\,(\log u)^2\,|t-\theta|.$$
$M(u) = 3\theta(\log u)^2$ has the mean $6\theta$.""",
    ),
    Coded(
        "stochastic-node-uniform",
        points=3,
        function="uniform_gradients",
        solution='''def uniform_gradients(x, a, b, u):
    """Gradients in (a, b), one row for each entry of u, shape (n_samples, 2)."""
    slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))
    return np.stack([slope * (1 - u), slope * u], axis=1)
''',
        inputs=lambda rng: [
            (rng.normal(2, 3, size), rng.uniform(-3, -1), rng.uniform(0.5, 4), rng.uniform(size=draws))
            for size, draws in ((1, 2), (4, 3), (12, 6))
        ],
        mutants={
            # the lower dial taken for a location
            "def uniform_gradients(x, a, b, u):\n    slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))\n"
            "    return np.stack([slope, slope * u], axis=1)\n": 0,
            # the mean of the data terms in place of their sum
            "def uniform_gradients(x, a, b, u):\n    slope = 2 * (a + (b - a) * u - np.mean(x))\n"
            "    return np.stack([slope * (1 - u), slope * u], axis=1)\n": 1,
            # the dials exchanged
            "def uniform_gradients(x, a, b, u):\n    slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))\n"
            "    return np.stack([slope * u, slope * (1 - u)], axis=1)\n": 0,
        },
    ),
    Coded(
        "stochastic-node-fresh-noise",
        points=3,
        function="fresh_noise_error",
        solution='''def fresh_noise_error(n, delta, sigma, step, n_samples):
    """Standard deviation of the central difference in mu with fresh noise, a float."""
    both_sides = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)
    return (both_sides / n_samples) ** 0.5 / (2 * step)
''',
        inputs=lambda rng: [
            (int(rng.integers(2, 50)), rng.uniform(-3, 3), rng.uniform(0.5, 3), step, int(rng.integers(5, 500)))
            for step in (1.5, 0.4, 0.01)
        ],
        mutants={
            # both sides taken at the same delta: only the small step forgives it, and not to six digits
            "def fresh_noise_error(n, delta, sigma, step, n_samples):\n"
            "    both = 2 * n**2 * (4 * delta**2 * sigma**2 + 2 * sigma**4)\n"
            "    return (both / n_samples) ** 0.5 / (2 * step)\n": 0,
            # the variance
            "def fresh_noise_error(n, delta, sigma, step, n_samples):\n"
            "    both = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)\n"
            "    return both / n_samples / (2 * step) ** 2\n": 0,
            # a one-sided difference
            "def fresh_noise_error(n, delta, sigma, step, n_samples):\n"
            "    both = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)\n"
            "    return (both / n_samples) ** 0.5 / step\n": 0,
        },
    ),
    Claimed(
        "stochastic-node-wrong-direction",
        points=2,
        value="c_j_mu_sigma",
        solution="c_j_mu_sigma = (1.0, -10.0, 0.0, 1.0)\n",
        accept=points_the_wrong_way,
        mutants={
            "c_j_mu_sigma = (1.0, 10.0, 0.0, 1.0)\n": 0,
            "c_j_mu_sigma = (1.0, -2.0, 0.0, 1.0)\n": 0,
            "c_j_mu_sigma = (0.0, -10.0, 0.0, 1.0)\n": 0,
            "c_j_mu_sigma = (1.0, -10.0, 0.0, -1.0)\n": 0,
        },
    ),
]
