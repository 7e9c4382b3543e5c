"""The sheet for the wall: its tables as the library has them; formulas are read elsewhere."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rpt_helpers import Normal, SquaredError, closed_form, pathwise, score_function

BOOK = Path(__file__).parents[2] / "book"
SHEET, ANSWER = ((BOOK / f"{name}.md").read_text(encoding="utf-8") for name in ("sheet", "answer"))
X = np.array([0.3, -1.0, 2.5, 1.1])
BEST, WIDE = Normal(X.mean(), X.std()), Normal(X.mean(), 1e6)


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by their first cell."""
    table = re.findall(r"^\| (.+) \|$", text.split(heading)[1].split("\n## ")[0], re.MULTILINE)
    return {first: others for first, *others in (row.split(" | ") for row in table[1:])}


def ratio(node: Normal, *, baseline: bool = False) -> NDArray[np.float64]:
    loss = SquaredError(X)
    level = closed_form.optimal_baseline(loss, node) if baseline else 0.0
    without = closed_form.variance(score_function, loss, node, baseline=level)
    return without / closed_form.variance(pathwise, loss, node)


def test_numbers_are_those_of_the_library() -> None:
    expected = {
        r"at $\mu = \bar x$, $\sigma = s$": ratio(BEST),
        "anywhere, at least": ratio(WIDE),
        "best constant baseline, at least": ratio(BEST, baseline=True),
    }
    found = rows(SHEET, "## Without over with")
    assert [*found] == [*expected]
    for name, cells in found.items():
        numbers = [float(Fraction(cell.strip("*"))) for cell in cells]
        np.testing.assert_allclose(numbers, expected[name], rtol=1e-9)


def test_each_objective_has_the_spread_that_the_answer_gives_it() -> None:
    answer = {name: best for name, (_, best) in rows(ANSWER, "what each objective returns").items()}
    renamed = {
        "likelihood of the data": "negative log-likelihood",
        r"reverse KL to $N(\bar x, s^2)$": "reverse Kullback-Leibler divergence",
    }
    for name, [best] in rows(SHEET, "## Where sigma comes from").items():
        assert best == answer[renamed.get(name, name)]
