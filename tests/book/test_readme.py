"""README and its neighbors say what is so: code, commands, files, chapters, the address."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = ["README", "CONTRIBUTING", "SECURITY", "CHANGELOG"]
each_page = pytest.mark.parametrize("page", PAGES)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def read(page: str) -> str:
    return (ROOT / f"{page}.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one code block of a language in README."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(found)


def test_code_prints_what_is_shown() -> None:
    run = subprocess.run(
        [sys.executable, "-c", block("python")], capture_output=True, text=True, check=True, cwd="/"
    )
    assert run.stdout == block("text")


def test_code_is_ten_lines() -> None:
    assert len([line for line in block("python").splitlines() if line]) == 10


@each_page
def test_targets_exist(page: str) -> None:
    named = set(re.findall(r"(?:`|^)make (\w+)", read(page), re.MULTILINE))
    assert named <= set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))


@each_page
def test_named_files_exist(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", read(page))
    named = links + re.findall(r"(?:`| |^)(\w[\w.-]*/[\w./-]*)(?:`| |$)", read(page), re.MULTILINE)
    assert named or page == "CHANGELOG"
    built = ("_build/", "book/_ext/node_modules")
    assert not [name for name in named if not (ROOT / name).exists() and not name.startswith(built)]


def test_contributing_lists_all_targets() -> None:
    in_help = re.findall(r"^\t@echo 'make (\w+)", MAKEFILE, re.MULTILINE)
    in_table = re.findall(r"^\| `make (\w+)`", CONTRIBUTING, re.MULTILINE)
    assert sorted(in_table) == sorted(in_help)


def online(address: str, branch: str) -> str:
    """The lines of README for those who have not cloned it; none without an address."""
    owner_and_name = address.removeprefix("https://github.com/")
    binder = f"https://mybinder.org/v2/gh/{owner_and_name}/{branch}?urlpath=lab/tree/book"
    lines = f"[Run it in the browser]({binder}), or clone it: `git clone {address}`.\n"
    return lines if address else ""


def test_readme_leads_to_the_address_of_the_repository_and_to_no_other() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    [lines] = re.findall(r"<!-- online:.*-->\n(.*?)<!-- /online -->", README, re.DOTALL)
    assert lines == online(config["repository_address"], config["repository_branch"])


def test_an_address_brings_a_launch_link_and_a_clone_line() -> None:
    lines = online("https://github.com/owner/name", "main")
    assert "gh/owner/name/main" in lines and "`git clone https://github.com/owner/name`" in lines


def test_figure_has_an_alternative_text() -> None:
    [(alternative, path)] = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", README)
    assert path == "book/_static/answer.svg" and len(alternative) > 100


def test_chapters_are_those_of_the_book() -> None:
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    notebooks = [
        (ROOT / chapter["file"]).with_suffix(".ipynb")
        for part in parts[:2]
        for chapter in part["chapters"]
    ]
    listed = re.findall(r"^\d+\. \[(.+)\]\((.+)\)$", README, re.MULTILINE)
    assert [ROOT / path for _, path in listed] == notebooks
    for title, path in listed:
        assert f'"# {title}' in (ROOT / path).read_text(encoding="utf-8")


def test_citation_names_what_a_reader_cites() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["title"] and citation["message"]
    assert [set(author) for author in citation["authors"]] == [{"name"}]
