"""Reference solutions, hidden inputs, wrong answers of right-hand-side."""

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written

QUESTIONS = [
    Written(
        "right-hand-side-precision",
        rubric=r"""- 1 point: the path $g = \mu + \rho^{-1/2}\epsilon$ and its derivative
$\partial g/\partial\rho = -\tfrac12\rho^{-3/2}\epsilon$.
- 1 point: the expectation $-n/\rho^2$, with $E\epsilon = 0$ and $E\epsilon^2 = 1$ used at the end
and not in a sample.
- 1 point: the comparison with the left-hand side, and that no $\rho$ is stationary.""",
        solution=r"""With $\sigma = \rho^{-1/2}$ the path is $g = \mu + \rho^{-1/2}\epsilon$, so
$\partial g/\partial\rho = -\tfrac12\rho^{-3/2}\epsilon$. One sample of the gradient in $\rho$ is
$2n(\delta + \rho^{-1/2}\epsilon)\cdot(-\tfrac12\rho^{-3/2}\epsilon)
= -n\,(\delta\rho^{-3/2}\epsilon + \rho^{-2}\epsilon^2)$. Its expectation is $-n/\rho^2$.

Left-hand side: $E f = n(\delta^2 + 1/\rho + s^2)$ has the derivative $-n/\rho^2$ in $\rho$: the
same. It is never zero; it tends to zero as $\rho\to\infty$, which is $\sigma\to0$.""",
    ),
    Coded(
        "right-hand-side-precision-samples",
        points=3,
        function="precision_samples",
        solution='''def precision_samples(x, mu, precision, eps):
    """Pathwise gradients in (mu, precision), shape (n_samples, 2)."""
    slope = 2 * len(x) * (mu + eps / precision**0.5 - np.mean(x))
    return np.stack([slope, -0.5 * slope * eps * precision**-1.5], axis=1)
''',
        inputs=lambda rng: [
            (rng.normal(5, 2, 4), 4.0, 0.5, rng.standard_normal(3)),
            (rng.normal(-1, 1, 7), 0.5, 2.5, rng.standard_normal(5)),
            (np.array([2.0]), 2.0, 4.0, rng.standard_normal(2)),
        ],
        mutants=[
            # the sign of the path's derivative
            Mutant(
                """\
def precision_samples(x, mu, precision, eps):
    slope = 2 * np.sum(mu + eps[:, None] / precision**0.5 - x, axis=1)
    return np.stack([slope, 0.5 * slope * eps * precision**-1.5], axis=1)
""",
                hint="precision = 1.0, in the precision, the sign is flipped",
            ),
            # the derivative in sigma
            Mutant(
                """\
def precision_samples(x, mu, precision, eps):
    slope = 2 * np.sum(mu + eps[:, None] / precision**0.5 - x, axis=1)
    return np.stack([slope, slope * eps], axis=1)
""",
                hint="precision = 1.0, in the precision, every value is off by the factor -2",
            ),
            # the expectation in place of the samples
            Mutant(
                """\
def precision_samples(x, mu, precision, eps):
    row = 2 * len(x) * (mu - np.mean(x)), -len(x) / precision**2
    return np.array([row] * len(eps))
""",
                hint="precision = 1.0, in mu, every value is wrong",
            ),
        ],
    ),
    Coded(
        "right-hand-side-log-normal",
        points=3,
        function="log_normal_gradient",
        solution='''def log_normal_gradient(k, mu, sigma, eps):
    """Mean pathwise gradient of (exp(mu + sigma eps) - k)^2 in (mu, sigma), shape (2,)."""
    y = np.exp(mu + sigma * eps)
    slope = 2 * (y - k) * y
    return np.array([slope.mean(), (slope * eps).mean()])
''',
        inputs=lambda rng: [
            (1.5, 0.2, 0.4, rng.standard_normal(6)),
            (-1.0, -0.5, 0.8, rng.standard_normal(9)),
            (3.0, 1.0, 0.3, rng.standard_normal(2)),
        ],
        mutants=[
            # the path taken for a straight one
            Mutant(
                """\
def log_normal_gradient(k, mu, sigma, eps):
    slope = 2 * (np.exp(mu + sigma * eps) - k)
    return np.array([slope.mean(), (slope * eps).mean()])
""",
                hint="at k = 0.0, mu = 0.0, sigma = 1.0 every value is wrong",
            ),
            # the means multiplied
            Mutant(
                """\
def log_normal_gradient(k, mu, sigma, eps):
    y = np.exp(mu + sigma * eps)
    slope = np.mean(2 * (y - k) * y)
    return np.array([slope, slope * np.mean(eps)])
""",
                hint="sigma = 1.0 component 2 (sigma) is off by the factor 0.1416",
            ),
            # one gradient per draw, not their mean
            Mutant(
                """\
def log_normal_gradient(k, mu, sigma, eps):
    y = np.exp(mu + sigma * eps)
    slope = 2 * (y - k) * y
    return np.stack([slope, slope * eps], axis=1)
""",
                hint="at k = 0.0, mu = 0.0, sigma = 1.0 the shape is (5, 2), expected (2,)",
            ),
        ],
    ),
    Claimed(
        "right-hand-side-skewed-coin",
        points=2,
        value="low_high_p",
        solution="low_high_p = (-3.0, 1 / 3, 0.9)\n",
        mutants=[
            # a fair coin has no third moment
            Mutant(
                "low_high_p = (-1.0, 1.0, 0.5)\n",
                hint="with this coin the gradient in sigma is 6, which is not negative",
            ),
            # skewed to the other side
            Mutant(
                "low_high_p = (-1 / 3, 3.0, 0.1)\n",
                hint="with this coin the gradient in sigma is 14, which is not negative",
            ),
            # a third moment, but not enough of it
            Mutant(
                "low_high_p = (-2.0, 0.5, 0.8)\n",
                hint="with this coin the gradient in sigma is 1.5, which is not negative",
            ),
            Mutant(
                "low_high_p = (-3.0, 1.0, 0.9)\n",
                hint="the mean of this noise is 0.6, not 0",
            ),
            Mutant(
                "low_high_p = (-6.0, 2 / 3, 0.9)\n",
                hint="the variance of this noise is 4, not 1",
            ),
            Mutant(
                "low_high_p = (-3.0, 1 / 3, 9.0)\n",
                hint="p must be a probability between 0 and 1, got 9",
            ),
        ],
    ),
]
