"""Reference solutions, hidden inputs, wrong answers of where-is-sigma."""

from grading.questions import Claimed, Coded, Mutant, Written

QUESTIONS = [
    Written(
        "where-is-sigma-squared-energy",
        rubric="""\
- 1 point: the objective is delta^2 + s^2 + (1 - 2c) sigma^2, with E(y - y')^2 = 2 sigma^2 derived.
- 1 point: c < 1/2 ends at sigma = 0, c = 1/2 leaves sigma undetermined, c > 1/2 has no lower
  bound; no c works.
- 1 point: not being linear in p is necessary and not sufficient; the mean square distance of two
  draws is only the variance, and the objective stays linear in sigma^2 at the best mu.""",
        solution=r"""
$E\,\frac1n\sum_i(y-x_i)^2 = \delta^2+\sigma^2+s^2$. The difference $y-y'$ is $N(0, 2\sigma^2)$,
so $E(y-y')^2 = 2\sigma^2$ and the objective is $\delta^2 + s^2 + (1-2c)\sigma^2$.

In $\mu$ it is minimal at $\bar x$. In $\sigma^2$ it is a straight line. For $c < \frac12$ it falls
toward $\sigma = 0$. For $c = \frac12$ it does not depend on $\sigma$. For $c > \frac12$ it falls
without end as $\sigma$ grows. No $c$ gives a minimum at a $\sigma > 0$.

The term that is not linear in $p$ is necessary and not sufficient. With squares the two-sample
term measures the variance alone and in the same unit in which the loss charges for it, so the two
can only cancel.""",
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
        inputs=lambda rng: [
            (rng.normal(2, 3, size), rng.uniform(0.2, 4, size)) for size in (3, 6, 10, 25)
        ],
        mutants=[
            # the weights forgotten
            Mutant(
                """\
def weighted_fit(x, w):
    return np.array([np.mean(x), np.std(x)])
""",
                hint="with the weights [2, 1, 4] every value is wrong",
            ),
            # the weights taken for normalized
            Mutant(
                """\
def weighted_fit(x, w):
    mu = np.sum(w * x)
    return np.array([mu, np.sum(w * (x - mu) ** 2) ** 0.5])
""",
                hint="with the weights [1, 1, 1] every value is wrong",
            ),
            # the variance
            Mutant(
                """\
def weighted_fit(x, w):
    mu = np.sum(w * x) / np.sum(w)
    return np.array([mu, np.sum(w * (x - mu) ** 2) / np.sum(w)])
""",
                hint="with the weights [1, 1, 1] component 2 (sigma) is off by the factor 2.16",
            ),
        ],
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
        mutants=[
            # the prior forgotten
            Mutant(
                """\
def posterior_with_prior(x, tau, m, r):
    return np.array([np.mean(x), tau / len(x) ** 0.5])
""",
                hint="r = 0.5 the objective is not stationary in mu: a smaller mu lowers it",
            ),
            # the prior counted n times: right for one datum only
            Mutant(
                """\
def posterior_with_prior(x, tau, m, r):
    a, b = 1 / tau**2, 1 / r**2
    return np.array([(a * np.mean(x) + b * m) / (a + b), (len(x) * (a + b)) ** -0.5])
""",
                keeps=0.75,
                hint="r = 0.5 the objective is not stationary in mu: a larger mu lowers it",
            ),
            # the variance
            Mutant(
                """\
def posterior_with_prior(x, tau, m, r):
    a, b = len(x) / tau**2, 1 / r**2
    return np.array([(a * np.mean(x) + b * m) / (a + b), 1 / (a + b)])
""",
                hint="with a very vague prior component 2 (sigma) is off by the factor 1.155",
            ),
        ],
    ),
    Claimed(
        "where-is-sigma-energy-above",
        points=2,
        value="numbers",
        solution="numbers = [-1.0, -1.0, 1.0, 1.0]\n",
        mutants=[
            Mutant(
                "numbers = [0.0, 1.0, 2.0, 30.0]\n",
                hint="there the energy score has sigma = 11.0345 and s = 12.5773",
            ),
            # evenly spaced, as a first guess is
            Mutant(
                "numbers = [1.0, 2.0, 3.0]\n",
                hint="there the energy score has sigma = 0.9296 and s = 0.8165",
            ),
            Mutant("numbers = [-1.0, 1.0]\n", hint="3 to 20 numbers are asked for, got 2"),
            Mutant(
                "numbers = [1.0, 1.0, 1.0]\n",
                hint="the numbers must not all be equal",
            ),
        ],
    ),
]
