"""Reference solutions, hidden inputs, wrong answers of stochastic-node."""

from grading.questions import Claimed, Coded, Mutant, Written

QUESTIONS = [
    Written(
        "stochastic-node-exponential",
        rubric=r"""- 1 point: the distribution,
  $P(-\theta\log u > y) = P(u < e^{-y/\theta}) = e^{-y/\theta}$.
- 1 point: $\partial g/\partial\theta = -\log u = y/\theta$.
- 1 point: both sides are $4\theta$.
- 1 point: an $M(u)$ with a finite mean that bounds the slopes on an interval around $\theta$.""",
        solution=r"""For $y > 0$, $P(-\theta\log u > y) = P(u < e^{-y/\theta}) = e^{-y/\theta}$,
whose negative derivative is the density $e^{-y/\theta}/\theta$. With $u$ held,
$\partial g/\partial\theta = -\log u = y/\theta$.

LHS: $E y^2 = 2\theta^2$, derivative $4\theta$. RHS:
$E[2y\cdot y/\theta] = 2\cdot2\theta^2/\theta = 4\theta$.

$L(u, t) = t^2(\log u)^2$, so for $0 < t < 2\theta$
$$|L(u,t) - L(u,\theta)| = |t+\theta|\,|t-\theta|\,(\log u)^2 \le 3\theta\,(\log u)^2\,|t-\theta|.$$
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
            (
                rng.normal(2, 3, size),
                rng.uniform(-3, -1),
                rng.uniform(0.5, 4),
                rng.uniform(size=draws),
            )
            for size, draws in ((1, 2), (4, 3), (12, 6))
        ],
        mutants=[
            # the lower dial taken for a location
            Mutant(
                """\
def uniform_gradients(x, a, b, u):
    slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))
    return np.stack([slope, slope * u], axis=1)
""",
                hint="at a = 0.0, b = 1.0, in a, every value is wrong",
            ),
            # the mean of the data terms in place of their sum
            Mutant(
                """\
def uniform_gradients(x, a, b, u):
    slope = 2 * (a + (b - a) * u - np.mean(x))
    return np.stack([slope * (1 - u), slope * u], axis=1)
""",
                keeps=1,
                hint="at a = 0.0, b = 1.0, in a, every value is off by the factor 0.3333",
            ),
            # the dials exchanged
            Mutant(
                """\
def uniform_gradients(x, a, b, u):
    slope = 2 * len(x) * (a + (b - a) * u - np.mean(x))
    return np.stack([slope * u, slope * (1 - u)], axis=1)
""",
                hint="at a = 0.0, b = 1.0, in a, 3 of 4 values are wrong",
            ),
        ],
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
            (
                int(rng.integers(2, 50)),
                rng.uniform(-3, 3),
                rng.uniform(0.5, 3),
                step,
                int(rng.integers(5, 500)),
            )
            for step in (1.5, 0.4, 0.2)
        ],
        mutants=[
            # both sides at the same delta, which a very small step would forgive
            Mutant(
                """\
def fresh_noise_error(n, delta, sigma, step, n_samples):
    both = 2 * n**2 * (4 * delta**2 * sigma**2 + 2 * sigma**4)
    return (both / n_samples) ** 0.5 / (2 * step)
""",
                hint="step = 0.5, n_samples = 1, the value is off by the factor 0.8165",
            ),
            # the variance
            Mutant(
                """\
def fresh_noise_error(n, delta, sigma, step, n_samples):
    both = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)
    return both / n_samples / (2 * step) ** 2
""",
                hint="step = 0.5, n_samples = 1, the value is off by the factor 2.449",
            ),
            # a one-sided difference
            Mutant(
                """\
def fresh_noise_error(n, delta, sigma, step, n_samples):
    both = n**2 * (8 * (delta**2 + step**2) * sigma**2 + 4 * sigma**4)
    return (both / n_samples) ** 0.5 / step
""",
                hint="step = 0.5, n_samples = 1, the value is off by the factor 2",
            ),
        ],
    ),
    Claimed(
        "stochastic-node-wrong-direction",
        points=2,
        value="c_j_mu_sigma",
        solution="c_j_mu_sigma = (1.0, -10.0, 0.0, 1.0)\n",
        mutants=[
            Mutant(
                "c_j_mu_sigma = (1.0, 10.0, 0.0, 1.0)\n",
                hint="1.0000 there and the true derivative 4.9894",
            ),
            Mutant(
                "c_j_mu_sigma = (1.0, -2.0, 0.0, 1.0)\n",
                hint="1.0000 there and the true derivative 0.2021",
            ),
            Mutant(
                "c_j_mu_sigma = (0.0, -10.0, 0.0, 1.0)\n",
                hint="0.0000 there and the true derivative -3.9894",
            ),
            Mutant(
                "c_j_mu_sigma = (1.0, -10.0, 0.0, -1.0)\n",
                hint="sigma must be a finite number > 0, got -1.0",
            ),
        ],
    ),
]
