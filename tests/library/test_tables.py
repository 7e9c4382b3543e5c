"""Tables: the same values as HTML and as aligned text."""

from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest

from rpt_helpers.tables import Table, table

ESTIMATORS = [("pathwise", 1, 2.5), ("score function", 1000, np.float64(1234.5))]


def estimators(caption: str = "") -> Table:
    return table(["", r"$\sigma^2$", "variance"], ESTIMATORS, ["", ",", ",.1f"], caption)


class Cells(HTMLParser):
    """Collects the cells of a table: tag, scope, alignment, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("th", "td"):
            self.found.append([tag, given.get("scope") or "", str(given["style"]), ""])

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][3] += data.strip()


def test_text_is_aligned_and_reads_formulas_aloud() -> None:
    assert repr(estimators()) == (
        "                sigma^2  variance\n"
        "pathwise              1       2.5\n"
        "score function    1,000   1,234.5"
    )


def test_caption_is_the_first_line() -> None:
    assert repr(estimators(r"At $\sigma = s$")).startswith("At sigma = s\n ")
    assert "<caption>a &lt; b</caption>" in estimators("a < b")._repr_html_()


def test_html_has_scopes_and_sets_numbers_to_the_right() -> None:
    left, right = "text-align: left", "text-align: right"
    assert Cells(estimators()._repr_html_()).found == [
        ["td", "", left, ""],
        ["th", "col", right, r"$\sigma^2$"],
        ["th", "col", right, "variance"],
        ["th", "row", left, "pathwise"],
        ["td", "", right, "1"],
        ["td", "", right, "2.5"],
        ["th", "row", left, "score function"],
        ["td", "", right, "1,000"],
        ["td", "", right, "1,234.5"],
    ]


def test_html_escapes_what_is_no_markup() -> None:
    html = table(["a < b"], [["<b>"]])._repr_html_()
    assert "a &lt; b" in html and "&lt;b&gt;" in html


def test_formats_leave_text_and_what_is_missing_alone() -> None:
    rows = [("mean", 0.5, Fraction(1, 2)), ("none", "—", 0)]
    assert repr(table(["", "value", "exact"], rows, ["", ".2f", ""])) == (
        "      value  exact\nmean   0.50    1/2\nnone      —      0"
    )


def test_rows_may_come_one_by_one_and_be_none() -> None:
    assert repr(table(["a"], iter([[1], [2]]))) == "a\n1\n2"
    assert repr(table(["a"], [])) == "a"
    assert "<tbody>\n\n</tbody>" in table(["a"], [])._repr_html_()


@pytest.mark.parametrize(
    ("rows", "formats", "name"),
    [([[1, 2], [3]], None, r"rows\[1\]"), ([[1, 2]], [".2f"], "formats")],
)
def test_what_does_not_fit_the_header_is_named(
    rows: list[list[int]], formats: list[str] | None, name: str
) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be 2 entries, as many as the header, got"):
        table(["a", "b"], rows, formats)
