"""What comes from Canvas and Moodle finds its students, and what they import is what they read."""

import csv
import zipfile
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grading.rosters import collect
from tests.grading.corpus import CHAPTER
from tests.grading.test_jobs import base, course_and_class, grading, runs

__all__ = ["base", "course_and_class", "runs"]  # fixtures
ROSTER = """\
id,first_name,last_name,lms_user_id
ada,Ada,Lovelace,101
bob,Søren,O'Neill Jr.,102
cyd,Cyd,Twin,103
dee,Cyd,Twin,104
../eve,Eve,Out,105
"""


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path / "roster.csv"


def packed(folder: Path, *names: str) -> Path:
    """A zip file whose files hold their own names."""
    with zipfile.ZipFile(folder / "download.zip", "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return folder / "download.zip"


def sorted_in(to: Path) -> dict[str, str]:
    return {
        path.relative_to(to).as_posix(): path.read_text()
        for path in to.rglob("*")
        if path.is_file()
    }


CANVAS = {
    "lovelaceada_101_5001_left-hand-side.ipynb": "ada",
    "lovelaceada_LATE_101_5002_left-hand-side-1.ipynb": "ada",
    "oneilljrsøren_102_5003_left-hand-side_12_13_final (2).ipynb": "bob",
    "twincyd_103_5004_photo.jpg": "cyd",
    "courses/x/twincyd_LATE_104_5005_a.ipynb": "dee",
}
MOODLE = {
    "Ada Lovelace_7_assignsubmission_file/left-hand-side.ipynb": "ada",
    "LOVELACE Ada_7_assignsubmission_file_/left-hand-side.ipynb": "ada",
    "Ada Lovelace_7_assignsubmission_file_left-hand-side.ipynb": "ada",
    "Ada Lovelace_7_assignsubmission_file/inner/photo_1.jpg": "ada",
    "Søren ONeill Jr._8_assignsubmission_file/left-hand-side.ipynb": "bob",
    "all/Søren ONeill Jr._8_assignsubmission_onlinetext/onlinetext.html": "bob",
}


@pytest.mark.parametrize(("name", "student"), [*CANVAS.items(), *MOODLE.items()])
@pytest.mark.parametrize("unpacked", [False, True])
def test_a_downloaded_file_goes_to_its_student(
    name: str, student: str, unpacked: bool, roster: Path, tmp_path: Path
) -> None:
    download = packed(tmp_path, name, "__MACOSX/x", ".DS_Store", "folder/")
    if unpacked:
        zipfile.ZipFile(download).extractall(tmp_path / "download")
        download = tmp_path / "download"
    collect(download, CHAPTER, roster, tmp_path / "to")
    (path,) = sorted_in(tmp_path / "to")
    assert path.startswith(f"{student}/{CHAPTER}/")
    assert name.endswith(path.removeprefix(f"{student}/{CHAPTER}/"))


def test_a_class_is_counted_and_who_is_late_for_canvas_is_named(
    roster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(packed(tmp_path, *CANVAS), CHAPTER, roster, tmp_path / "to")
    assert capsys.readouterr().out.splitlines() == [
        f"4 of 5 students of {roster} handed something in",
        "late, says Canvas: ada",
        "late, says Canvas: dee",
    ]
    assert len(sorted_in(tmp_path / "to")) == len(CANVAS)


def test_files_of_one_name_are_both_kept(roster: Path, tmp_path: Path) -> None:
    names = [f"Ada Lovelace_7_assignsubmission_file/{folder}/a.ipynb" for folder in ("x", "y")]
    collect(packed(tmp_path, *names), CHAPTER, roster, tmp_path / "to")
    assert sorted(sorted_in(tmp_path / "to").values()) == names


def test_a_newer_download_takes_the_place_of_an_older_one_and_of_nothing_else(
    roster: Path, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    collect(packed(tmp_path, "a_101_1_old.ipynb", "b_102_2_old.ipynb"), CHAPTER, roster, to)
    collect(packed(tmp_path, "a_101_3_other.ipynb"), "right-hand-side", roster, to)
    collect(packed(tmp_path, "a_101_4_new.ipynb"), CHAPTER, roster, to)
    assert sorted(sorted_in(to)) == [
        f"ada/{CHAPTER}/new.ipynb",
        "ada/right-hand-side/other.ipynb",
        f"bob/{CHAPTER}/old.ipynb",
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("stranger_999_1_a.ipynb", "roster.csv has no students with the lms_user_id 999"),
        ("No Body_7_assignsubmission_file/a.ipynb", "has no students of the name No Body"),
        ("Cyd Twin_7_assignsubmission_file/a.ipynb", "has 2 students of the name Cyd Twin"),
        ("Participant_7_assignsubmission_file/a.ipynb", "no students of the name Participant"),
        ("anon_x8Yz1_5_a.ipynb", "neither Canvas nor Moodle names a file so"),
        ("left-hand-side.ipynb", "neither Canvas nor Moodle names a file so"),
        ("outeve_105_1_a.ipynb", "the id ../eve cannot be the name of a folder"),
    ],
)
def test_a_file_that_is_nobodys_is_named_and_the_others_are_sorted(
    name: str, why: str, roster: Path, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as caught:
        collect(packed(tmp_path, name, *CANVAS), CHAPTER, roster, tmp_path / "to")
    assert "not sorted" in str(caught.value) and why in str(caught.value)
    assert len(sorted_in(tmp_path / "to")) == len(CANVAS)


def test_nothing_is_written_outside_and_nothing_large(
    roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grading.rosters.LARGEST", 100)
    names = ("../../a_101_1_x.ipynb", f"a_101_2_{'y' * 101}", "a_101_3_..")
    with pytest.raises(SystemExit) as caught:
        collect(packed(tmp_path, *names), CHAPTER, roster, tmp_path / "in" / "to")
    assert str(caught.value).count("not sorted") == 2 and "larger than" in str(caught.value)
    assert [*sorted_in(tmp_path / "in")] == [f"to/ada/{CHAPTER}/x.ipynb"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,lms_user_id\na,1\na,2\n", "not the id of one student: a"),
        ("id,lms_user_id\n,1\n", "not the id of one student: nothing"),
        ("Student,ID\n", "has no column id"),
        ("id,first_name\nb,Søren\n", "is not in UTF-8"),
    ],
)
def test_a_roster_that_cannot_be_meant_is_refused(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(text, encoding="latin-1")
    with pytest.raises(SystemExit, match=why):
        collect(packed(tmp_path), CHAPTER, tmp_path / "roster.csv", tmp_path / "to")


def test_files_that_are_not_there_are_named(roster: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="there is no file"):
        collect(packed(tmp_path), CHAPTER, tmp_path / "none.csv", tmp_path / "to")
    with pytest.raises(SystemExit, match="is neither a zip file nor a folder"):
        collect(tmp_path / "none.zip", CHAPTER, roster, tmp_path / "to")


# ---------------------------------------------------------------- on the way out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def graded(base: Path, runs: list[NotebookNode], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course in which the derivations of ada and bob are marked."""
    course = base / "course"
    (course / "roster.csv").write_text(
        "id,first_name,last_name,email,lms_user_id\n"
        "ada,Ada,Lovelace,ada@example.org,101\n"
        "bob,Bob,Hand,bob@example.org,\n"
        "eve,Eve,Late,eve@example.org,105\n"
    )
    grading(monkeypatch, "grade", base / "submissions", "--out", course)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "reparameterization") as gradebook:
        for student in ("ada", "bob"):
            grade = gradebook.find_grade(f"{CHAPTER}-weights", CHAPTER, CHAPTER, student)
            grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.Scores.titles = {{{CHAPTER!r}: 'Homework 1 (4711)'}}\n")
    return course


def test_canvas_finds_its_columns_its_students_and_its_assignment(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its importer goes by the place, by ID or else login, and by the title with its number."""
    grading(monkeypatch, "export", graded, "--layout", "canvas", "--to", tmp_path / "out.csv")
    first, *students = rows(tmp_path / "out.csv")
    names = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 1 (4711)"]
    assert list(first) == names
    assert [*first.values()] == ["Points Possible", "", "", "", "", "11"]
    assert [[row[name] for name in (*names[:2], *names[3:])] for row in students] == [
        ["Hand, Bob", "", "bob", "", "7"],
        ["Late, Eve", "105", "eve", "", ""],  # not marked yet: no score, and not 8
        ["Lovelace, Ada", "101", "ada", "", "10"],
    ]


def test_moodle_has_a_name_in_each_row_that_it_can_map(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grading(monkeypatch, "export", graded, "--layout", "moodle", "--to", tmp_path / "out.csv")
    table = [[*row.values()] for row in rows(tmp_path / "out.csv")]
    # Without the ID number, which bob does not have.
    assert list(rows(tmp_path / "out.csv")[0]) == ["Username", "Email address", "Homework 1 (4711)"]
    assert table == [
        ["bob", "bob@example.org", "7"],
        ["eve", "eve@example.org", ""],
        ["ada", "ada@example.org", "10"],
    ]
