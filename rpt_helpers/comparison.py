"""Which gradient for a loss: all estimators side by side, by their exact numbers.

The cost of a sample is counted and not timed: how often the estimator evaluates the loss, or its
slope, for one gradient in both parameters. A slope counts like a value here; by backpropagation it
costs about two to four of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np

from . import closed_form, quadrature
from ._arguments import FloatArray, whole_number
from .estimators import leave_one_out, measure_valued, pathwise, score_function
from .losses import ArrayFunction
from .nodes import Normal
from .tables import Table, table

NAMES = {"sigma": "sigma", "variance": "the variance", "log_sigma": "log sigma"}
SYMBOLS = {"sigma": r"$\sigma$", "variance": r"$\sigma^2$", "log_sigma": r"$\log \sigma$"}


class Candidate(NamedTuple):
    """An estimator with its options and its exact numbers, or why it has none."""

    name: str
    estimator: Callable[..., FloatArray]
    options: dict[str, Any]
    evaluations: int
    """Of the loss, or of its slope, for one sample."""
    variance: FloatArray
    """Of one sample, shape (2,), as are `samples`; NaN if it was refused."""
    samples: FloatArray
    """How many are worth one pathwise sample."""
    refusal: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` returns: it prints as a table and a recommendation.

    Attributes
    ----------
    gradient : ndarray, shape (2,)
        The gradient of the expected loss, which is the mean of each estimator that is not refused.
    candidates : tuple of Candidate
        The rows of the table.
    best : Candidate
        The recommended one: ``estimate(best.estimator, loss, node, n, rng, **best.options)``.
    recommendation : str
        Which one to use, and why.
    table : Table
        The numbers.
    """

    gradient: FloatArray
    candidates: tuple[Candidate, ...]
    best: Candidate
    recommendation: str
    table: Table

    def __repr__(self) -> str:
        return f"{self.table!r}\n\n{fill(self.recommendation, 79)}"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}\n<p>{escape(self.recommendation)}</p>"


def compare(loss: ArrayFunction, node: Normal, n_samples: int = 100) -> Comparison:
    """Compare all estimators of the gradient of an expected loss, and recommend one.

    In closed form for a loss that has one, otherwise by quadrature. The recommended estimator needs
    the fewest evaluations for the same standard error; if that is another one in each parameter,
    it is the one that comes nearest to both. The best constant baseline is there to compare with
    and not to use, since it has to be known.

    Parameters
    ----------
    loss
        Any smooth loss of a number; without a derivative it has no pathwise gradient.
    node : Normal
        Where, and in which parameters.
    n_samples : int
        How many samples are left one out of, at least 2.

    Raises
    ------
    ValueError
        If the loss has a jump or a kink, where quadrature has no digits, or if no estimator has a
        finite variance.
    """
    n_samples = whole_number("n_samples", n_samples, minimum=2)
    exact: Any = closed_form if (pathwise, type(loss)) in closed_form.VARIANCE else quadrature
    gradient, refusal = _gradient(exact, loss, node)
    constant = exact.optimal_baseline(loss, node)
    candidates: list[Candidate] = []
    for name, estimator, options, evaluations in (
        ("pathwise", pathwise, {}, 1),
        ("score function", score_function, {}, 1),
        ("score function, leave-one-out", score_function, {"baseline": leave_one_out}, 1),
        ("measure-valued", measure_valued, {}, 4),
        ("measure-valued, uncoupled", measure_valued, {"coupled": False}, 4),
        ("score function, best constant", score_function, {"baseline": constant}, 1),
    ):
        variance = np.full(2, np.nan)
        if not refusal:
            try:
                variance = exact.variance(estimator, loss, node, n_samples=n_samples, **options)
            except ValueError as error:
                refusal = str(error)
        reference = candidates[0].variance if candidates else variance
        samples = _ratio(variance, reference)
        candidates.append(
            Candidate(name, estimator, options, evaluations, variance, samples, refusal)
        )
        refusal = ""
    usable = [each for each in candidates[:-1] if not each.refusal]
    if not usable:
        raise ValueError(candidates[1].refusal)
    second = SYMBOLS[node.parameterization]
    best, reason = _recommend(usable, NAMES[node.parameterization])
    refused = [f"No {each.name}: {each.refusal}." for each in candidates if each.refusal]
    return Comparison(
        gradient,
        tuple(candidates),
        best,
        " ".join([reason, *refused]),
        _arrange(gradient, candidates, second, n_samples),
    )


def _gradient(exact: Any, loss: ArrayFunction, node: Normal) -> tuple[FloatArray, str]:
    """Return the gradient of the expected loss, and why the pathwise one is not it."""
    center = exact.expected_loss(loss, node)  # refuses what is not smooth
    try:
        return exact.gradient(loss, node), ""
    except ValueError as refusal:
        # By the values alone: the covariances with the noise, and with its square.
        c = quadrature.hermite_spectrum(lambda y: loss(y) - center, node, 2)
        second = 2**0.5 * c[2] * node.scale_derivative
        return np.array([c[1], second]) / node.sigma, str(refusal)


def _ratio(one: FloatArray, other: FloatArray) -> FloatArray:
    """Divide; 0 / 0 is 1, since a sample without variance is worth one such sample."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(one == other, 1.0, one / other)


def _recommend(usable: list[Candidate], second: str) -> tuple[Candidate, str]:
    """Return the candidate whose worse parameter is the best, and why it is."""
    work = np.array([each.evaluations * each.variance for each in usable])
    relative = _ratio(work, work.min(axis=0))
    order = relative.max(axis=1).argsort(kind="stable")
    best, worst = usable[order[0]], relative[order[0]].max()
    said = f"Use {best.name}: for the same standard error it needs "
    if worst == 1:
        said += f"the fewest evaluations, in mu and in {second}."
        if len(usable) > 1:
            rival = usable[order[1]]
            more = " and ".join(f"{r:.3g}" for r in relative[order[1]])
            said += f" The next best, {rival.name}, needs {more} times as many."
    else:
        first = [usable[i].name for i in relative.argmin(axis=0)]
        said += f"at most {worst:.3g} times the fewest evaluations. The fewest in mu are those of "
        said += f"{first[0]}, and in {second} those of {first[1]}."
    return best, said + " A slope counts as one evaluation."


def _arrange(
    gradient: FloatArray, candidates: list[Candidate], second: str, n_samples: int
) -> Table:
    """Return the table: a row a candidate."""
    header = [
        "estimator",
        *(f"{name}, {of}" for name in ("variance", "samples") for of in (r"$\mu$", second)),
        "evaluations",
    ]
    rows = []
    for each in candidates:
        unit = "slope" if each.estimator is pathwise else "value"
        cost = f"{each.evaluations} {unit}{'s' * (each.evaluations > 1)}"
        numbers = [*each.variance.tolist(), *each.samples.tolist()]
        rows.append([each.name, *("-" if np.isnan(x) else x for x in numbers), cost])
    spread = np.nanmax([each.variance for each in candidates], axis=0) ** 0.5
    in_mu, in_second = np.where(np.abs(gradient) > 1e-12 * spread, gradient, 0)  # not its rounding
    caption = (
        rf"Mean of each: {in_mu:.4g} in $\mu$, {in_second:.4g} in {second}. Samples: "
        f"how many are worth one pathwise sample. Leave-one-out: of {n_samples}."
    )
    return table(header, rows, ["", ".4g", ".4g", ".3g", ".3g", ""], caption)
