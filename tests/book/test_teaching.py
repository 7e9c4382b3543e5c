"""The page for teachers follows the chapters: their order, their exercises, its syllabi."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from authoring.notebooks import ROOT, chapters

CHAPTERS = {path.stem: nbformat.read(path, as_version=4) for path in chapters()}
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
FIRST_PART, SECOND_PART = (
    [Path(chapter["file"]).stem for chapter in part["chapters"]] for part in TOC[:2]
)
TITLES = {
    name: chapter.cells[0].source.splitlines()[0].removeprefix("# ")
    for name, chapter in CHAPTERS.items()
}
PAGE = (Path(__file__).parents[2] / "book" / "teaching.md").read_text(encoding="utf-8")
LECTURE, WEEK, WEEKS, SEVEN = re.findall(
    r"^\*\*\w+ (?:lecture|weeks?)\*\*.+?(?=\n\n[A-Z]|\n\n\*|\n#)", PAGE, re.DOTALL | re.MULTILINE
)
MINUTES = {
    name: int(exercises)
    for name, exercises in re.findall(r"\(([\w-]+)\.ipynb\) \| .+ \| \d+ \+ (\d+) \|", PAGE)
}


def test_table_of_times_has_the_chapters_in_order() -> None:
    rows = re.findall(r"^\| \[(.+)\]\((.+)\.ipynb\) \| .+ \| \d+ \+ \d+ \|$", PAGE, re.MULTILINE)
    assert [(name, title) for title, name in rows] == [*TITLES.items()]


@pytest.mark.parametrize("chapter", FIRST_PART)
def test_both_syllabi_have_each_chapter_of_the_first_part(chapter: str) -> None:
    if chapter != "score-function":  # more than a week has room for
        assert TITLES[chapter] in WEEK or chapter in WEEK
    assert TITLES[chapter] in WEEKS and chapter in WEEKS


@pytest.mark.parametrize("chapter", SECOND_PART)
def test_seven_weeks_have_each_chapter_of_the_second_part(chapter: str) -> None:
    rest = PAGE.partition(SEVEN)[2].partition("\n## ")[0].replace("\n", " ")
    project = "measure-valued-gradients"
    assert TITLES[chapter] in (rest if chapter == project else SEVEN)
    assert chapter == project or chapter in SEVEN


def test_lecture_of_ninety_minutes_has_ninety_minutes_of_chapters() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+?)(?:,|:| up to) ", LECTURE, re.MULTILINE)
    assert sum(int(minutes) for minutes, _ in rows) == 90
    assert {title for _, title in rows} <= {*TITLES.values()}


def test_assignments_take_as_long_as_their_exercises() -> None:
    rows = re.findall(r"^\| \d \| .+ \| ([\w, -]+) \| (\d+) \|$", f"{WEEKS}\n{SEVEN}", re.MULTILINE)
    assert len(rows) == 7
    for names, minutes in rows:
        assert sum(MINUTES[name] for name in names.split(", ")) == int(minutes)
    assert MINUTES["left-hand-side"] + MINUTES["right-hand-side"] == 120
    assert "left-hand-side and right-hand-side, 120 minutes" in WEEK
    alone = "measure-valued-gradients"
    assert f"({MINUTES[alone]} minutes of exercises)" in PAGE


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_has_four_graded_exercises(chapter: str) -> None:
    graded = [cell for cell in CHAPTERS[chapter].cells if "nbgrader" in cell.metadata]
    assert sum(cell.metadata.nbgrader["solution"] for cell in graded) == 4


def test_misconceptions_are_in_the_order_of_the_chapters() -> None:
    shown = re.findall(r"^\| \".+\| \[\w+\]\(([\w-]+)\.ipynb\) \|$", PAGE, re.MULTILINE)
    assert shown == sorted(shown, key=[*CHAPTERS].index) and {*shown} == {*CHAPTERS}
