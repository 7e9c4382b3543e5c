"""The smallest lawful chapter: a notebook, the check and the answer of its exercise, its entry."""

import re
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .notebooks import chapters, clean, serialize

TITLE = """\
# {title}

Open with one number or one figure that makes the reader curious. The title is a verb.

**You will**

- do one thing;
- see that it is right.

*You need* the chapter before this one.

Run this cell first. It holds the imports and the one source of randomness."""
SETUP = """\
import numpy as np

from rpt_helpers import Normal
from rpt_helpers.checks import check

SEED = 1
rng = np.random.default_rng(SEED)"""
STUB = '''\
def twice(x):
    """Twice x."""
    raise NotImplementedError'''
SUMMARY = """\
The line above says what is wrong, if anything is.

## Summary

- The chapter in five lines:
- what was asked,
- what was derived,
- what was seen,
- what can go wrong.

## Further reading

One source that goes on from here, with a sentence on what it adds, and a link to the
[references](references.md)."""
CHECK = '''\
"""Checks of the chapter {name}."""

from collections.abc import Callable

from ._registry import Hints, question


@question("{name}-twice")
def twice(answer: Callable[[float], float]) -> Hints:
    """A check tests a property and holds no answer: here, that the function is linear."""
    if answer(1.0) + answer(2.0) != answer(3.0):
        yield "the values at 1 and 2 do not add up to the value at 3"
'''
ANSWER = '''\
"""Reference solutions, hidden inputs, wrong answers of {name}."""

import numpy as np

from grading.questions import Coded, Mutant


def twice_cases(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Numbers of both signs."""
    return [(rng.uniform(-3, 3),) for _ in range(4)]


QUESTIONS = [
    Coded(
        "{name}-twice",
        points=2,
        function="twice",
        solution="def twice(x):\\n    return 2 * x\\n",
        inputs=twice_cases,
        mutants=[
            Mutant("def twice(x):\\n    return x + 2\\n", keeps=0, hint="do not add up"),
        ],
    ),
]
'''


def chapter(name: str) -> NotebookNode:
    """Build a chapter that keeps every rule but those that count words, cells and exercises."""
    fails = from_dict({"tags": ["raises-exception"]})
    cells = [
        new_markdown_cell(TITLE.format(title=name.replace("-", " ").capitalize()), id="title"),
        new_code_cell(SETUP, id="setup"),
        new_markdown_cell(
            "## Derive it, check it, see it\n\nA sentence says what comes.", id="first"
        ),
        new_code_cell('eps = rng.standard_normal(1_000)\nprint(f"{eps.std():.2f}")', id="printing"),
        new_markdown_cell(
            "A sentence says what it means.\n\n## What can go wrong\n\n"
            "Show the mistake that people really make here.",
            id="wrong",
        ),
        new_code_cell("Normal(0, -1)", id="failing", metadata=fails),
        new_markdown_cell(
            "A sentence says why.\n\n## Exercises\n\n"
            "Three to five: one to derive, one to implement, one to falsify.",
            id="exercises",
        ),
        *exercise(1, f"{name}-twice", "twice", STUB),
        new_markdown_cell(SUMMARY, id="summary"),
    ]
    notebook = new_notebook(cells=cells)
    clean(notebook)
    return notebook


def exercise(number: int, question: str, answer: str, stub: str) -> list[NotebookNode]:
    """Build an exercise: what is asked, a cell for the answer, the check of the answer."""
    nbgrader = {"grade": False, "schema_version": 3, "task": False}
    mine = {"grade_id": question, "solution": True, "locked": False}
    fixed = {"grade_id": f"{question}-check", "solution": False, "locked": True}
    return [
        new_markdown_cell(
            f"### Exercise {number}: implement it\n\n"
            "Write a function that returns twice its argument.",
            id=f"exercise-{number}",
        ),
        new_code_cell(stub, id=f"answer-{number}", metadata={"nbgrader": nbgrader | mine}),
        new_markdown_cell("Check it.", id=f"before-check-{number}"),
        new_code_cell(
            f'check("{question}", {answer})',
            id=f"check-{number}",
            metadata={"nbgrader": nbgrader | fixed},
        ),
    ]


def create(root: Path, name: str) -> list[Path]:
    """Write a chapter below `root` with the stubs of its exercise, and list it; return the files.

    Raises
    ------
    ValueError
        If the name is none for a chapter, or is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(f"NAME must be lower-case words joined by hyphens, got {name!r}")
    module = name.replace("-", "_")
    files = {
        root / f"book/{name}.ipynb": serialize(chapter(name)),
        root / f"rpt_helpers/checks/{module}.py": CHECK.format(name=name),
        root / f"grading/answers/{module}.py": ANSWER.format(name=name),
    }
    for path in (root / f"book/{name}.md", *files):
        if path.exists():
            raise ValueError(f"NAME must be new, got {name!r}: {path.relative_to(root)} exists")
    toc = root / "_toc.yml"
    last = re.escape(chapters(root)[-1].stem)
    entry = rf"\g<0>\g<1>{name}\n"
    text = re.sub(
        rf"^( *- file: book/){last}\n", entry, toc.read_text(encoding="utf-8"), flags=re.M
    )
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
    toc.write_text(text, encoding="utf-8")
    return list(files)
