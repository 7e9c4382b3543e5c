"""The page of notation lists the symbols that the pages use, each with one meaning in a chapter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from authoring.notebooks import chapters

BOOK = Path(__file__).parents[2] / "book"
NOTATION = (BOOK / "notation.md").read_text(encoding="utf-8")
CHAPTERS = [path.stem for path in chapters()]
PAGES = ["index", "answer", "questions", "sheet", "proofs", "teaching"]
GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi"
    "|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Phi|Psi|Omega|Sigma|Pi|ell"
)
SIGNS = "nabla|partial|leftarrow|propto"
LETTER = rf"(?:\\(?:{GREEK}|{SIGNS})(?![A-Za-z])|[A-Za-z])"
SYMBOL = re.compile(
    r"\\(?:operatorname|mathrm)\{(?P<name>\w+)\}(?:_\w)?"
    r"|\\(?:text|begin|end)\{[^{}]*\}"
    rf"|(?P<letter>(?:\\(?P<hat>hat|bar|tilde)\s*)?\{{?(?P<base>{LETTER})\}}?)"
    r"(?P<mark>'+|\^\*|\^\{\*\})?(?:_(?:\{(?P<group>[^{}]*)\}|(?P<index>\\[A-Za-z]+|\w)))?"
    r"(?P<of>\()?"
    r"|\\[A-Za-z]+"
)


def symbols(tex: str) -> Iterator[str]:
    r"""The letters of a formula, with bars, primes and indices: `\bar x`, `f'`, `q_k`, and names.

    The letter N before a bracket is the distribution, and without one it counts samples.
    """
    for found in SYMBOL.finditer(re.sub(r"(?<=\w)_\{\\text\{(\w+)\}\}", r"_{\1}", tex)):
        if found["name"]:
            yield found["name"]
        elif base := found["base"]:
            hat = f"\\{found['hat']} " if found["hat"] else ""
            mark = (found["mark"] or "").replace("{*}", "*")
            index = found["group"] or found["index"]
            if index and "(" in index:  # E over a density
                yield from symbols(index)
                index = None
            of = "(" if base == "N" and found["of"] else ""
            yield hat + base + mark + (f"_{index}" if index else "") + of


def formulas(text: str) -> list[str]:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return [one or two for one, two in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL)]


def used(text: str) -> dict[str, str]:
    """Each symbol of a text with a formula that has it."""
    return {symbol: tex for tex in formulas(text) for symbol in symbols(tex)}


def main_text(chapter: str) -> str:
    cells = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "\n## Exercises\n" in text and "\n## Summary\n" in text
    return re.sub(r"\n## Exercises\n.*?(?=\n## Summary\n)", "", text, flags=re.DOTALL)


def explained(cell: str) -> Iterator[str]:
    """What a row explains: f in `$f(y)$`, both in `$C$, $m$`, and nothing new in `$E f$`."""
    for tex in formulas(cell):
        for part in re.sub(r"\([^()]*\)", "(", tex).split(", "):
            match [*symbols(part)]:
                case [symbol]:
                    yield symbol


@dataclass(frozen=True)
class Row:
    text: str
    symbols: frozenset[str]
    chapters: tuple[str, ...]


LINKS = dict(re.findall(r"^\[(\w+)\]: ([\w-]+)\.ipynb$", NOTATION, re.MULTILINE))
ROWS = [
    Row(
        line,
        frozenset(explained(line.split(" | ")[0])),
        tuple(LINKS[name] for name in re.findall(r"\[(\w+)\](?!\()", line.split(" | ")[-1])),
    )
    for line in NOTATION.splitlines()
    if line.startswith("| ") and not line.startswith("| symbol ")
]
NAMES = {symbol for row in ROWS for symbol in row.symbols}
USED = {chapter: used(main_text(chapter)) for chapter in CHAPTERS}


def name(symbol: str) -> str | None:
    """How the page lists a symbol: itself, or without its index, which picks one of several."""
    base, _, index = symbol.partition("_")
    tries = [
        symbol,
        f"{base}_k" if index else symbol,
        base,
        f"{base}_i" if index.isdigit() else symbol,
    ]
    return next((one for one in tries if one in NAMES), None)


def rows(symbol: str) -> list[Row]:
    return [row for row in ROWS if symbol in row.symbols]


def users(symbol: str) -> list[str]:
    return [chapter for chapter in CHAPTERS if symbol in map(name, USED[chapter])]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_symbol_of_a_chapter_is_missing(chapter: str) -> None:
    missing = [f"{symbol} in {tex}" for symbol, tex in USED[chapter].items() if not name(symbol)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_no_symbol_of_a_page_is_missing(page: str) -> None:
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    assert [f"{symbol} in {tex}" for symbol, tex in used(text).items() if not name(symbol)] == []


@pytest.mark.parametrize("symbol", sorted(one for one in NAMES if len(rows(one)) > 1))
def test_each_meaning_of_a_symbol_has_its_own_chapters(symbol: str) -> None:
    named = [chapter for row in rows(symbol) for chapter in row.chapters]
    assert sorted(named) == sorted(users(symbol))


def test_chapter_where_a_symbol_is_met_first_is_the_one_that_is_named() -> None:
    wrong = []
    for row in ROWS:
        single = [symbol for symbol in row.symbols if len(rows(symbol)) == 1]
        first = [chapter for chapter in CHAPTERS if any(chapter in users(one) for one in single)]
        if single and row.chapters[:1] != tuple(first[:1]):
            wrong.append(f"{row.text}: first in {first[:1]}")
    assert wrong == []


def test_each_row_that_names_no_chapter_is_for_a_page() -> None:
    for row in ROWS:
        assert row.chapters or "on the page [" in row.text


def test_short_names_are_explained_in_the_order_of_the_chapters() -> None:
    assert [*LINKS.values()] == CHAPTERS
    assert ", ".join(f"[{one}]" for one in [*LINKS][:-1]) in NOTATION


# What the reader of a formula above sees, on formulas that are not on any page.


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\bar x_i + f''(y)", [r"\bar x_i", "f''", "y"]),
        (r"\mu\sigma_0^2\hat\nabla", [r"\mu", r"\sigma_0", r"\hat \nabla"]),
        (r"\operatorname{Var} q_{k}\text{where}", ["Var", "q_k"]),
        (r"\operatorname{He}_k(\epsilon)", ["He", r"\epsilon"]),
        (r"V_{\text{with}} = 2n\sqrt{ab}", ["V_with", "n", "a", "b"]),
        (r"N(0, v/N)", ["N(", "v", "N"]),
        (r"y^* \le y^{*}", ["y^*", "y^*"]),
        (r"E_{p(\epsilon)} f", ["p", r"\epsilon", "E", "f"]),
    ],
)
def test_reading_a_formula(tex: str, expected: list[str]) -> None:
    assert [*symbols(tex)] == expected


def test_a_row_explains_the_head_of_its_formula() -> None:
    cell = r"| $f(y)$, $E f$, $x_1, \dots, x_n$, $N(\mu, \sigma^2)$, $s^2$, `code`"
    assert [*explained(cell)] == ["f", "x_1", "x_n", "N(", "s"]
