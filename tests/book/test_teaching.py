"""The page for teachers follows the chapters: their order, their exercises, both syllabi."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from authoring.notebooks import ROOT, chapters

CHAPTERS = {path.stem: nbformat.read(path, as_version=4) for path in chapters()}
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
FIRST_PART = [Path(chapter["file"]).stem for chapter in TOC[0]["chapters"]]
TITLES = {
    name: chapter.cells[0].source.splitlines()[0].removeprefix("# ")
    for name, chapter in CHAPTERS.items()
}
PAGE = (Path(__file__).parents[2] / "book" / "teaching.md").read_text(encoding="utf-8")
WEEK, WEEKS = re.findall(
    r"^\*\*(?:One|Four) weeks?\*\*.+?(?=\n\n\w|\n\n\*|\n#)", PAGE, re.DOTALL | re.MULTILINE
)


def test_table_of_times_has_the_chapters_in_order() -> None:
    rows = re.findall(r"^\| \[(.+)\]\((.+)\.ipynb\) \| .+ \| \d+ \+ \d+ \|$", PAGE, re.MULTILINE)
    assert [(name, title) for title, name in rows] == [*TITLES.items()]


@pytest.mark.parametrize("chapter", FIRST_PART)
def test_both_syllabi_have_each_chapter_of_the_first_part(chapter: str) -> None:
    if chapter != "score-function":  # more than a week has room for
        assert TITLES[chapter] in WEEK or chapter in WEEK
    assert TITLES[chapter] in WEEKS and chapter in WEEKS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_has_four_graded_exercises(chapter: str) -> None:
    graded = [cell for cell in CHAPTERS[chapter].cells if "nbgrader" in cell.metadata]
    assert sum(cell.metadata.nbgrader["solution"] for cell in graded) == 4


def test_misconceptions_are_in_the_order_of_the_chapters() -> None:
    shown = re.findall(r"^\| \".+\| \[\w+\]\(([\w-]+)\.ipynb\) \|$", PAGE, re.MULTILINE)
    assert shown == sorted(shown, key=[*CHAPTERS].index) and {*shown} == {*CHAPTERS}
