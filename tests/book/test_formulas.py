"""Every formula on a page is computed: read from the page, and compared with the library."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import measures
import numpy as np
import proofs
import pytest
from formulas import CLAIMS, LETTERS, WORDS, Claim, known
from reader import Case, Unreadable, Value, full, sides, statements, value

from authoring.notebooks import ROOT, read

BOOK, ANSWERS = ROOT / "book", ROOT / "grading" / "answers"
PAGES = sorted([*BOOK.glob("*.md"), *BOOK.glob("*.ipynb")])
MODULES = sorted([*(ROOT / "rpt_helpers").glob("*.py"), *ANSWERS.glob("*.py")])
LONE = r"[A-Za-z]'*|\\(?:mu|sigma|epsilon|delta|theta|tau|lambda|rho|varphi|Phi|bar x|bar\\epsilon)"
LETTER = rf"(?:{LONE})(?:_(?:\w|{{\w+}}))?(?:\^2)?'*(?:\((?:{LONE})\))?"
NUMBER = r"[-+]?\d+(?:\{,\}\d{3})*(?:\.\d+)?(?:\^(?:\d|\{\d+\}))?"
PLAIN = rf"\(?(?:{NUMBER})(?:,\\? ?(?:{NUMBER}))*\)?"  # numbers: the gate looks for them
OWN = {"proofs": proofs, "measure-valued-gradients": measures}  # with their own use of letters
RELATIONS: dict[str, Callable[[Value, Value], Any]] = {
    "=": lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-7),
    r"\ge": lambda a, b: np.all(a >= b - 1e-9 * abs(b)),
    r"\le": lambda a, b: np.all(a <= b + 1e-9 * abs(b)),
    ">": lambda a, b: np.all(a > b),
    "<": lambda a, b: np.all(a < b),
    r"\leftarrow": lambda a, b: True,
}


def formulas(path: Path) -> list[str]:
    """The formulas of a page, of a module's docstrings, or of solutions and rubrics, in order."""
    if path.parent == ANSWERS:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        strings = [each.value for each in nodes if isinstance(each, ast.Constant)]
        text = "\n\n".join(each for each in strings if isinstance(each, str) and "$" in each)
    elif path.suffix == ".py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
        texts = [
            ast.get_docstring(each) or "" for each in ast.walk(tree) if isinstance(each, owners)
        ]
        return [each for text in texts for each in re.findall(r":math:`([^`]+)`", text)]
    elif path.suffix == ".ipynb":
        cells = read(path).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    text = re.sub(r"^(```+).*?^\1|(`+)(?!`).+?\2", " ", text, flags=re.DOTALL | re.MULTILINE)
    return [
        first or second
        for first, second in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL)
    ]


def stated(path: Path) -> list[str]:
    found = [re.sub(r"\s+", " ", each) for tex in formulas(path) for each in statements(tex)]
    return list(dict.fromkeys(found))


@cache
def cases(page: str) -> tuple[Case, ...]:
    rng = np.random.default_rng(20261126)
    made = []
    for _ in range(3):
        numbers = {"N": 7.0, "a": 0.03, "tau": 0.8, "k": 1.7, "h": 0.3, "b": 2.2, "t": 1.3}
        case = Case(rng.normal(size=4), rng.normal(), rng.uniform(0.6, 1.6), numbers)
        letters = LETTERS | {name: own.letters for name, own in OWN.items()}
        own = letters[page](case) if page in letters else {}
        made.append(replace(case, letters=numbers | own))
    return tuple(made)


@cache
def results(page: str) -> list[list[Value]]:
    """What expressions may be, each with its components too."""
    return [
        [
            each
            for row in known(case).values()
            for each in (row, *np.split(row, row.shape[3], axis=3))
        ]
        for case in cases(page)
    ]


def equal(first: Value, second: Value) -> bool:
    try:
        first, second = np.broadcast_arrays(full(first), full(second))
    except ValueError:
        return False
    return bool(RELATIONS["="](first, second))


def readable(side: str, case: Case) -> Value | None:
    try:
        return value(side, case)
    except Unreadable:
        return None


def claim_of(statement: str, page: str) -> Claim | None:
    own = OWN[page].CLAIMS if page in OWN else {}
    return own.get(statement) or CLAIMS.get(statement)


def holds(statement: str, page: str, index: int) -> bool:
    """Read every side, and compare."""
    case = cases(page)[index]
    parts, relations = sides(statement)
    compute = claim_of(statement, page)
    claim = compute(case) if compute else case
    if isinstance(claim, bool | np.bool_):
        return bool(claim)
    if isinstance(claim, tuple):
        case, claim = claim
    if isinstance(claim, Case):
        if unknown := set(relations) - set(RELATIONS):
            raise Unreadable(f"the relation {unknown}")
        values = [value(part, claim) for part in parts]
        return all(
            RELATIONS[relation](*np.broadcast_arrays(*pair))
            for relation, pair in zip(relations, zip(values, values[1:], strict=False), strict=True)
        )
    start = relations[:1] == [r"\leftarrow"]
    found = [each for part in parts[start:] if (each := readable(part, case)) is not None]
    return bool(found) and all(equal(each, claim) for each in found)


def is_setting(statement: str) -> bool:
    """Letters that are given numbers, or bounds: what the numbers are, the gate looks at."""
    parts, relations = sides(statement)
    *letters, last = parts
    if set(relations) - {"="}:
        return all(re.fullmatch(rf"{LETTER}|{NUMBER}|-?\\infty", each) for each in parts)
    return all(re.fullmatch(LETTER, each) for each in letters) and bool(
        re.fullmatch(PLAIN if letters else rf"{PLAIN}|{LETTER}", last)
    )


def is_name(statement: str, page: str) -> bool:
    """A letter, a function of letters, or notation without a value here; nothing with numbers."""
    if sides(statement)[1] or re.search(r"[\d+/]|-|frac|sqrt", statement):
        return False
    several = re.sub(r"[()\[\],;|.]|\\[,; ]", " ", statement).split()
    letters = all(re.fullmatch(rf"{LETTER}|{LONE}'*|\\[A-Za-z]+'*", each) for each in several)
    return (
        ("," in statement and letters)
        or len(several) <= 1
        and letters
        or readable(statement, cases(page)[0]) is None
    )


def problem(statement: str, page: str) -> str:
    """Why a formula is not confirmed; nothing if it is."""
    words = {*WORDS, *OWN[page].WORDS} if page in OWN else WORDS
    if statement in words or is_setting(statement) or is_name(statement, page):
        return ""
    try:
        if claim_of(statement, page) or sides(statement)[1]:
            right = all(holds(statement, page, index) for index in range(len(cases(page))))
        else:
            right = is_result(statement, page)
    except Unreadable as error:
        return f"cannot be read ({error}): give it a computation in formulas.py"
    return "" if right else "is wrong, or needs a computation in formulas.py"


def is_result(expression: str, page: str) -> bool:
    found = [value(expression, case) for case in cases(page)]
    return any(
        all(equal(each, row) for each, row in zip(found, rows, strict=True))
        for rows in zip(*results(page), strict=True)
    )


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda path: "/".join(path.parts[-2:]))
def test_formulas_are_what_the_library_computes(path: Path) -> None:
    wrong = [
        f"{path.name}: ${each}$ {why}" for each in stated(path) if (why := problem(each, path.stem))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_claim_belongs_to_a_formula() -> None:
    printed = {each for path in [*PAGES, *MODULES] for each in stated(path)}
    assert not set(CLAIMS) - printed
    assert not set(WORDS) - printed
    assert len(WORDS) == len(set(WORDS))
    for page, own in OWN.items():
        here = set(stated(next(path for path in PAGES if path.stem == page)))
        assert not set(own.CLAIMS) - here
        assert not set(own.WORDS) - here
        assert not set(own.WORDS) & {*WORDS, *own.CLAIMS}


@pytest.mark.parametrize(
    "formula",
    [
        r"E f = n(\delta^2 + 2\sigma^2 + s^2)",
        r"2n\delta = 2n\sigma",
        r"4n\sigma",
        r"(2n\sigma, 2n\delta)",
        r"E[2n(\delta+\sigma\epsilon)\,\epsilon] = n\sigma",
        r"f'(y) = \sum_i (y - x_i)",
        r"\frac{\partial}{\partial\sigma^2} E f = 2n",
        r"\nabla f(\mu + \sigma\epsilon) = 2n(\delta + \sigma\epsilon)(1,\ 1)",
        r"\operatorname{Var} f = n^2(4\delta^2\sigma^2 + 3\sigma^4)",
        r"\sigma^2 + s^2 \ge 2\sigma^2 + s^2",
        r"n\sigma",
        r"\int f\,p\,dy = E f",
        r"2(\mu",
    ],
)
def test_wrong_or_unknown_formula_is_refused(formula: str) -> None:
    assert problem(formula, "left-hand-side")
