"""Reference solutions, hidden inputs, wrong answers of score-function."""

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written


def count_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Samples of several sizes, with prices of both signs."""
    return [
        (rng.poisson(rate, size), rng.normal(5, 3, size), rate)
        for size, rate in ((2, 1.5), (5, 0.7), (12, 4.0))
    ]


def reweighted_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Draws of a Normal and dials nearby, with both of them moved."""
    cases: list[tuple[object, ...]] = []
    for size in (1, 4, 15):
        mu, sigma = rng.uniform(-2, 2), rng.uniform(1, 3)
        y = rng.normal(mu, sigma, size)
        cases.append(
            (np.cos(y) + 2, y, mu, sigma, mu + rng.uniform(0.2, 1), sigma * rng.uniform(0.6, 0.9))
        )
    return cases


QUESTIONS = [
    Written(
        "score-function-exponential",
        rubric=r"""- 1 point: the score $(y-\theta)/\theta^2$.
- 1 point: $E[y^2(y-\theta)]/\theta^2 = (6\theta^3 - 2\theta^3)/\theta^2 = 4\theta$.
- 1 point: for the uniform the estimator has the mean $-1/2$, the truth is $1/2$.
- 1 point: the exchange fails, because the set where the density is positive moves
  with $\theta$.""",
        solution=r"""$\log p = -\log\theta - y/\theta$, so the score is
$-1/\theta + y/\theta^2 = (y-\theta)/\theta^2$. With $E y^3 = 6\theta^3$ and $E y^2 = 2\theta^2$
the estimator has the mean $(6\theta^3 - \theta\cdot2\theta^2)/\theta^2 = 4\theta$.

Uniform: $\log p = -\log\theta$ on $(0,\theta)$, so the score is $-1/\theta$ and the estimator has
the mean $-E y/\theta = -1/2$. The truth is $d(\theta/2)/d\theta = 1/2$. In
$\frac{d}{d\theta}\int_0^\theta y\,\theta^{-1}dy$ the upper limit depends on $\theta$ and
contributes $\theta\cdot\theta^{-1} = 1$. Moving the derivative inside loses this boundary term:
$-1/2 + 1 = 1/2$.""",
    ),
    Coded(
        "score-function-counts",
        points=3,
        function="count_gradient",
        solution='''def count_gradient(counts, prices, rate):
    """Leave-one-out score-function estimate of the derivative in the rate, a float."""
    score = counts / rate - 1
    return np.sum((prices - np.mean(prices)) * score) / (len(counts) - 1)
''',
        rtol=2e-4,  # the student's own check leaves out rare samples, and allows 1e-4
        inputs=count_cases,
        mutants=[
            # no baseline
            Mutant(
                """\
def count_gradient(counts, prices, rate):
    return np.mean(prices * (counts / rate - 1))
""",
                hint="a charge of 100 on every price changes the answer",
            ),
            # the draw in its own baseline
            Mutant(
                """\
def count_gradient(counts, prices, rate):
    return np.mean((prices - np.mean(prices)) * (counts / rate - 1))
""",
                hint="averaged over all samples of size 2, the value is off by the factor 0.5",
            ),
            # the score in log rate
            Mutant(
                """\
def count_gradient(counts, prices, rate):
    return np.sum((prices - np.mean(prices)) * (counts - rate)) / (len(counts) - 1)
""",
                hint="averaged over all samples of size 2, the value is off by the factor 0.8",
            ),
            # the sign of the score
            Mutant(
                """\
def count_gradient(counts, prices, rate):
    return np.sum((prices - np.mean(prices)) * (1 - counts / rate)) / (len(counts) - 1)
""",
                hint="averaged over all samples of size 2, the sign is flipped",
            ),
        ],
    ),
    Coded(
        "score-function-reweighted",
        points=3,
        function="reweighted_price",
        solution='''def reweighted_price(prices, y, mu, sigma, new_mu, new_sigma):
    """Estimate of the expected price at the new dials from draws at the old ones, a float."""
    log_ratio = Normal(new_mu, new_sigma).log_prob(y) - Normal(mu, sigma).log_prob(y)
    return np.mean(prices * np.exp(log_ratio))
''',
        inputs=reweighted_cases,
        mutants=[
            # the ratio upside down
            Mutant(
                """\
def reweighted_price(prices, y, mu, sigma, new_mu, new_sigma):
    r = Normal(mu, sigma).log_prob(y) - Normal(new_mu, new_sigma).log_prob(y)
    return np.mean(prices * np.exp(r))
""",
                hint="to mu = 2.0, sigma = 1.5, the value is off by the factor 5.227",
            ),
            # weights that add up to 1, which is biased
            Mutant(
                """\
def reweighted_price(prices, y, mu, sigma, new_mu, new_sigma):
    w = np.exp(Normal(new_mu, new_sigma).log_prob(y) - Normal(mu, sigma).log_prob(y))
    return np.sum(prices * w) / np.sum(w)
""",
                hint="to mu = 2.0, sigma = 1.5, the value is off by the factor 0.7692",
            ),
            # the factor sigma / new_sigma forgotten
            Mutant(
                """\
def reweighted_price(prices, y, mu, sigma, new_mu, new_sigma):
    r = ((y - mu) / sigma) ** 2 / 2 - ((y - new_mu) / new_sigma) ** 2 / 2
    return np.mean(prices * np.exp(r))
""",
                hint="to mu = 0.5, sigma = 1.0, the value is off by the factor 0.6667",
            ),
            # the new sigma ignored
            Mutant(
                """\
def reweighted_price(prices, y, mu, sigma, new_mu, new_sigma):
    r = Normal(new_mu, sigma).log_prob(y) - Normal(mu, sigma).log_prob(y)
    return np.mean(prices * np.exp(r))
""",
                hint="to mu = 0.5, sigma = 1.0, the value is off by the factor 2",
            ),
        ],
    ),
    Claimed(
        "score-function-moving-end",
        points=2,
        value="coefficients",
        solution="coefficients = [-2.0, 1.0]\n",
        mutants=[
            # the loss of exercise 1
            Mutant(
                "coefficients = [0.0, 1.0]\n",
                hint="has the mean -0.5, but the derivative of the expected loss is 0.5",
            ),
            # zero at the end that stays
            Mutant(
                "coefficients = [0.0, 0.0, 1.0]\n",
                hint="has the mean -0.6667, but the derivative of the expected loss is 1.333",
            ),
            # zero at -2
            Mutant(
                "coefficients = [2.0, 1.0]\n",
                hint="has the mean -1.5, but the derivative of the expected loss is 0.5",
            ),
            Mutant("coefficients = [3.0]\n", hint="this loss is constant"),
            Mutant("coefficients = [1.0, 1e-9]\n", hint="this loss is constant, or nearly so"),
        ],
    ),
]
