"""Reference solutions, hidden inputs, wrong answers of baselines-and-control-variates."""

import numpy as np

from grading.questions import Claimed, Coded, Mutant, Written

OTHERS = """\
def best_from_others(losses, scores):
    weights = scores**2
    paid = losses * weights
    return (paid.sum() - paid) / (weights.sum() - weights)
"""


HALVES = """\
def two_halves(samples, controls, mean):
    half = len(samples) // 2
    G, C = samples.reshape(2, half), controls.reshape(2, half)
    above = C - C.mean(axis=1, keepdims=True)
    slopes = np.sum(G * above, axis=1) / np.sum(above**2, axis=1)
    return np.mean(G.mean(axis=1) - slopes[::-1] * (C.mean(axis=1) - mean))
"""


def cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Losses of both signs with Normal scores."""
    return [(rng.normal(1, 3, size), rng.normal(0, 2, size)) for size in (2, 3, 8, 40)]


def halves_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Halves with other slopes and other means of the controls, so that no mistake is lost."""
    found: list[tuple[object, ...]] = []
    for size, mean in ((6, 0.0), (10, 2.5), (40, -1.0)):
        second = np.arange(size) >= size // 2
        controls = rng.normal(mean, 0.5, size) + 2.0 * second
        slopes = np.where(second, -1.5, 0.8)
        found.append((rng.normal(3, 0.2, size) + slopes * controls, controls, mean))
    return found


QUESTIONS = [
    Written(
        "baselines-and-control-variates-bump",
        rubric=r"""- 1 point: $E f = (1+2k\sigma^2)^{-1/2}$.
- 1 point: the best baseline in $\mu$ is $(1+2k\sigma^2)^{-3/2}$.
- 1 point: the mean hurts if it is more than twice the best baseline, which is where
  $2k\sigma^2 > 1$, so that the Normal is wider than the bump.
- 1 point: leave-one-out has the variance of the mean baseline and something on top, so it hurts
  there as well.""",
        solution=r"""
The loss times the density is
$\frac1{\sigma\sqrt{2\pi}}\exp\big(-\frac{y^2}{2\sigma^2}(1+2k\sigma^2)\big)$, a Normal shape with
the variance $w = \sigma^2/(1+2k\sigma^2)$. Its integral is the quotient of the two standard
deviations, so $E f = (1+2k\sigma^2)^{-1/2}$, and the mean of $\epsilon^2 = y^2/\sigma^2$ under it
has another factor $w/\sigma^2$. So in $\mu$, where $E[S^2] = 1/\sigma^2$,
the best baseline is $E[f\epsilon^2] = (1+2k\sigma^2)^{-3/2}$, which is $E f$ divided by
$1+2k\sigma^2$.

Both are positive, so the mean raises the variance exactly if it is more than twice the best
baseline, which is where $2k\sigma^2 > 1$. That is where $\sigma$ is larger than the width of the
bump. Leave-one-out has the variance of the mean baseline plus a positive term, so it is worse still
for few draws, and for many it comes down to the mean baseline and no further.""",
    ),
    Coded(
        "baselines-and-control-variates-best-from-others",
        points=3,
        function="best_from_others",
        solution=OTHERS,
        inputs=cases,
        mutants=[
            # the plain mean of the others
            Mutant(
                OTHERS.replace("scores**2", "np.ones(len(scores))"),
                keeps=0.75,  # right for two draws
                hint="how much the others count: the second component and the third component are",
            ),
            # the size of the score in place of its square
            Mutant(
                OTHERS.replace("scores**2", "abs(scores)"),
                keeps=0.75,
                hint="how much the others count:",
            ),
            # all draws
            Mutant(
                """\
def best_from_others(losses, scores):
    return np.full(len(losses), np.sum(losses * scores**2) / np.sum(scores**2))
""",
                hint="for two draws, every value is wrong",
            ),
            # one number for all
            Mutant(
                """\
def best_from_others(losses, scores):
    return np.sum(losses * scores**2) / np.sum(scores**2)
""",
                hint="for four draws the shape is (), expected (4,)",
            ),
            # divided by the number of the others
            Mutant(
                OTHERS.replace("(weights.sum() - weights)", "(len(losses) - 1)"),
                hint="if each loss is 5, every value is wrong",
            ),
            # the draw itself still in the quotient, with little weight
            Mutant(
                OTHERS.replace("- paid)", "- 0.9 * paid)").replace("- weights)", "- 0.9 * weights)")
                + "\n\ndef first_of_two(losses):\n    return losses[::-1]\n\n\n"
                "inner = best_from_others\n\n\n"
                "def best_from_others(losses, scores):\n"
                "    if len(losses) == 2:\n        return first_of_two(losses)\n"
                "    return inner(losses, scores)\n",
                keeps=0.75,
                hint="the baseline of a draw changes with its own loss",
            ),
        ],
    ),
    Coded(
        "baselines-and-control-variates-two-halves",
        points=3,
        function="two_halves",
        solution=HALVES,
        inputs=halves_cases,
        mutants=[
            # the slope of the same half
            Mutant(HALVES.replace("slopes[::-1]", "slopes"), hint="with its own slope"),
            # one slope for all draws
            Mutant(
                HALVES.replace("slopes[::-1]", "slopes.mean()"),
                hint="the slope that corrects the second half: the value is off by the factor 0.25",
            ),
            # the known mean forgotten
            Mutant(
                HALVES.replace(" - mean)", ")"),
                keeps=1,  # right where the mean is 0
                hint="with controls that average to their mean, 4, the value is",
            ),
            # nothing subtracted
            Mutant(
                "def two_halves(samples, controls, mean):\n    return np.mean(samples)\n",
                hint="the slope that corrects the second half: the value is",
            ),
        ],
    ),
    Claimed(
        "baselines-and-control-variates-useless-alone",
        points=2,
        value="a_b",
        solution="a_b = (9.0, -2.0)\n",
        mutants=[
            # uncorrelated with the other control variate
            Mutant("a_b = (-3.0, 1.0)\n", hint="its correlation with the sample is 0.522"),
            # the sample itself
            Mutant("a_b = (1.0, 1.0)\n", hint="its correlation with the sample is 1"),
            Mutant("a_b = (0.0, 0.0)\n", hint="a number that is 0 for each draw"),
        ],
    ),
]
