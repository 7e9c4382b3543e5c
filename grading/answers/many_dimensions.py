"""Reference solutions, hidden inputs, wrong answers of many-dimensions."""

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written

ANY_SUM = """\
def in_all_means(mean, variance, weighted, twice):
    own = weighted - 2 * mean * twice + mean**2
    return own + np.sum(variance) - variance
"""
RIDGE = """\
def on_a_ridge(factor):
    covariance = factor @ factor.T
    size, spreads = np.trace(covariance), np.diag(covariance)
    square = size**2 + 2 * np.sum(covariance**2)
    return np.diag(np.linalg.inv(covariance)) * square + 8 * spreads + 4 * size
"""


def moments(rng: np.random.Generator, d: int) -> tuple[np.ndarray, ...]:
    """Of terms a y^2 + b y + c."""
    a, b, c = rng.uniform(-2, 2, (3, d))
    twice = 3 * a + c
    weighted = 15 * a**2 + 2 * b**2 + 6 * a * c + c**2
    return a + c, 2 * a**2 + b**2, weighted, twice


def factor(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.tril(rng.normal(size=(d, d)), -1) + np.diag(rng.uniform(0.4, 2, d))


QUESTIONS = [
    Written(
        "many-dimensions-far",
        rubric="""\
- 1 point: E f^2 = D^2 (delta^2+1)^2 + D (4 delta^2+2), with the variances of the terms added up.
- 1 point: the other two expectations, 4 (delta^2+1) and 2 D (delta^2+1), and 4 for the trick.
- 1 point: D^2 (delta^2+1)^2 + D (8 delta^2+6) + 4 delta^2 + 8 without the trick; the ratio grows
  without bound, like D^2 delta^4 / 4.
- 1 point: with the mean as the baseline the first term goes, and what is left of the ratio still
  grows without bound, but like (D + 1) delta^2 and no longer like delta^4.""",
        solution=r"""
Each term has the mean $\delta^2+1$ and the variance $4\delta^2+2$, so that

$$E[f^2] = D^2(\delta^2+1)^2 + D(4\delta^2+2).$$

The slope in one direction is $2y_d$ with the mean square $4(\delta^2+1)$ and the variance 4, and
the curvature is 2, so that the last expectation of the identity is $2D(\delta^2+1)$. Together, the
variance without the trick is

$$D^2(\delta^2+1)^2 + D(8\delta^2+6) + 4\delta^2 + 8.$$

For $D = 1$ it is $\delta^4 + 14\delta^2 + 15$, as it must be. Divided by 4 it grows without bound,
like $D^2\delta^4/4$. With the mean as the baseline $E[F^2]$ is the variance of the loss alone, and
the last expectation is 0 because the curvature is a constant. What is left is
$D(4\delta^2+2) + 4\delta^2 + 8$. Divided by 4 it grows like $(D+1)\,\delta^2$: the baseline
changes the powers of $D$ and of $\delta$, but the ratio still has no bound.""",
    ),
    Coded(
        "many-dimensions-any-sum",
        points=3,
        function="in_all_means",
        solution=ANY_SUM,
        inputs=lambda rng: [moments(rng, d) for d in (1, 2, 5, 12)],
        mutants=[
            # the own scatter counted twice
            Mutant(ANY_SUM.replace(" - variance", ""), hint="with 1 term every value is"),
            # no baseline for the own term
            Mutant(
                ANY_SUM.replace("weighted - 2 * mean * twice + mean**2", "weighted"),
                hint="with 1 term every value is off by the factor 1.5",
            ),
            # the others forgotten
            Mutant(
                ANY_SUM.replace(" + np.sum(variance) - variance", ""),
                keeps=0.75,
                hint="with 3 terms every value is wrong",
            ),
        ],
    ),
    Coded(
        "many-dimensions-ridge",
        points=3,
        function="on_a_ridge",
        solution=RIDGE,
        inputs=lambda rng: [(factor(rng, d),) for d in (2, 3, 4, 6)],
        mutants=[
            # the spread of a draw in place of what the others leave of it
            Mutant(
                RIDGE.replace("np.diag(np.linalg.inv(covariance))", "1 / spreads"),
                hint="for L = [[1.0, 0.0], [0.6, 0.8]]",
            ),
            # the square of the mean in place of the mean square
            Mutant(
                RIDGE.replace(" + 2 * np.sum(covariance**2)", ""),
                hint="for L = [[2.0]] every value is off",
            ),
            # the lead of the trick without the trick's own variance
            Mutant(
                RIDGE.replace("8 * spreads", "4 * spreads"),
                hint="for L = [[2.0]] every value is off",
            ),
            # independent draws
            Mutant(
                RIDGE.replace("factor @ factor.T", "np.diag(np.sum(factor**2, axis=1))"),
                hint="for L = [[1.0, 0.0], [0.6, 0.8]]",
            ),
        ],
    ),
    Claimed(
        "many-dimensions-correlation",
        points=2,
        value="a_1_2_rho",
        solution="a_1_2_rho = (1.0, -1.0, 0.5)\n",
        mutants=[
            # the ridge lies where the loss is high
            Mutant(
                "a_1_2_rho = (1.0, 1.0, 0.5)\n",
                hint="there the variance is 72, and 36 with independent draws",
            ),
            # the loss does not see the correlation
            Mutant(
                "a_1_2_rho = (1.0, 0.0, 0.5)\n",
                hint="there the variance is 16, and 15 with independent draws",
            ),
            Mutant("a_1_2_rho = (1.0, -1.0, 0.0)\n", hint="rho must be between -1 and 1"),
        ],
    ),
]
