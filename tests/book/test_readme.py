"""README and CONTRIBUTING say what is so: code, commands, files, chapters."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
both = pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])


def block(language: str) -> str:
    """The one code block of a language in README."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(found)


def test_code_prints_what_is_shown() -> None:
    run = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True, check=True, cwd="/")
    assert run.stdout == block("text")


def test_code_is_ten_lines() -> None:
    assert len([line for line in block("python").splitlines() if line]) == 10


@both
def test_targets_exist(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE))
    assert named and named <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


@both
def test_named_files_exist(text: str) -> None:
    named = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"`([\w./-]+/[\w./-]*)`", text)
    missing = [name for name in named if not (ROOT / name).exists() and not name.startswith("_build/")]
    assert named and not missing


def test_contributing_lists_all_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    in_help = re.findall(r"^\t@echo 'make (\w+)", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^\| `make (\w+)`", CONTRIBUTING, re.MULTILINE)) == sorted(in_help)


def test_figure_has_an_alternative_text() -> None:
    [(alternative, path)] = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", README)
    assert path == "book/_static/answer.png" and len(alternative) > 100


def test_chapters_are_those_of_the_book() -> None:
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    notebooks = [(ROOT / chapter["file"]).with_suffix(".ipynb") for chapter in parts[0]["chapters"]]
    titles = re.findall(r"^\d\. (.+)$", README, re.MULTILINE)
    assert len(titles) == len(notebooks)
    for title, notebook in zip(titles, notebooks, strict=True):
        assert f'"# {title}' in notebook.read_text(encoding="utf-8")


def test_citation_names_what_a_reader_cites() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["title"] and citation["message"]
    assert [set(author) for author in citation["authors"]] == [{"name"}]
