"""`python -m authoring new NAME` writes a chapter that only lacks what an author has to write."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from authoring import gates
from authoring.__main__ import main
from authoring.new import create
from authoring.notebooks import ROOT, chapters, outputs, read

# What is in the folder of the copy is imported, and nothing of the project.
MERGE = """\
import nbformat

from grading.book import load
from grading.merge import merge
from rpt_helpers.checks import check

chapter = nbformat.read("book/a-new-one.ipynb", as_version=4)
merge(chapter, load("a-new-one").questions)
check("a-new-one-twice", lambda x: 2 * x)
check("a-new-one-twice", lambda x: x + 2)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project, as far as a new chapter needs it."""
    for folder in ("grading", "rpt_helpers"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("_*"))
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_new_chapter_runs_and_passes_gates_and_grading(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toc = (copy / "_toc.yml").read_text()
    monkeypatch.setattr("authoring.__main__.ROOT", copy)
    monkeypatch.setenv("PYTHONPATH", str(copy))
    assert main(["new", "a-new-one"]) == 0
    said = capsys.readouterr().out
    notebook = read(copy / "book/a-new-one.ipynb")
    complaints = [gate.__name__ for gate in gates.GATES if gate(notebook)]
    assert complaints == ["size", "exercises"]
    assert gates.exercises(notebook) == ["1 headings '### Exercise', allowed are 3 to 5"]
    assert all(f"[{gate}]" in said for gate in complaints)
    printed = [output.text for _, output in outputs(notebook) if "text" in output]
    assert printed[-1] == "a-new-one-twice: not attempted\n"

    assert [path.stem for path in chapters(copy)][-2:] == [chapters()[-1].stem, "a-new-one"]
    new_line = "      - file: book/a-new-one\n"
    assert (copy / "_toc.yml").read_text().replace(new_line, "", 1) == toc
    last = {"file": f"book/{chapters()[-1].stem}"}
    assert any(part["chapters"][-1] == last for part in yaml.safe_load(toc)["parts"])

    merged = python(copy, "-c", MERGE)
    assert merged.returncode == 0, merged.stderr
    ok, wrong = merged.stdout.splitlines()
    assert ok.endswith(": ok") and "do not add up" in wrong


@pytest.mark.parametrize(
    "name", ["", "Many", "many_dimensions", "2-many", "many--dimensions", "a/b", "many.ipynb"]
)
def test_bad_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="NAME must be lower-case words joined by hyphens, got"):
        create(ROOT, name)


@pytest.mark.parametrize("name", ["left-hand-side", "notation"])
def test_name_that_is_taken_is_refused(name: str) -> None:
    before = (ROOT / "_toc.yml").read_text()
    done = python(ROOT, "-m", "authoring", "new", name)
    assert done.returncode == 1
    assert done.stderr.startswith(f"NAME must be new, got '{name}'") and done.stdout == ""
    with pytest.raises(SystemExit, match="exists"):
        main(["new", name])
    assert (ROOT / "_toc.yml").read_text() == before
