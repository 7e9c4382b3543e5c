"""Citations lead to the references, and say the name and the year that stand there."""

import re
from pathlib import Path
from unicodedata import normalize

import nbformat
import pytest
from pybtex.richtext import Text  # type: ignore[import-untyped]

BOOK = Path(__file__).parents[2] / "book"
ENTRIES = {
    key: (str(Text.from_latex(author)).replace("'", ""), year)
    for key, author, year in re.findall(
        r"^@\w+\{(\w+),\n.*?^  author +=\s+\{(.+?)\},\n.*?^  year +=\s+\{(\d+)\}",
        (BOOK / "references.bib").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
}
PAGES = sorted(path.name for path in BOOK.glob("*.ipynb")) + sorted(
    path.name for path in BOOK.glob("*.md") if path.name != "references.md"
)


def text(page: str) -> str:
    path = BOOK / page
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def bare(text: str) -> list[str]:
    """Citations that are no links: the name of a first author, other names, the year of a work."""
    unlinked = re.sub(r"\[[^\]]*\]\([^)]*\)", "", text)
    found = []
    for author, year in ENTRIES.values():
        name = re.escape(author.partition(",")[0])
        others = r"(?:,? (?:and|et al\.|[A-Z][\w.'-]*))*"
        found += re.findall(rf"\b{name}{others},? \(?{year}\b", unlinked)
    return sorted(found)


def test_each_entry_has_a_key_of_name_and_year() -> None:
    assert len(ENTRIES) > 20
    for key, (author, year) in ENTRIES.items():
        name = re.sub(r"[^a-z]", "", normalize("NFKD", author.partition(",")[0].lower()))
        assert key == name + year


@pytest.mark.parametrize("page", PAGES)
def test_each_citation_is_a_link(page: str) -> None:
    assert bare(text(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_each_linked_citation_is_the_one_it_names(page: str) -> None:
    for words, key in re.findall(r"\[([^\]]*)\]\(references\.md#(\w+)\)", text(page)):
        author, year = ENTRIES[key]
        assert author.partition(",")[0] in words.replace("'", ""), (words, key)
        assert year in words or not re.search(r"\d{4}", words), (words, key)


@pytest.mark.parametrize(
    "words",
    ["(Glynn, 1990)", "Glynn (1990)", "Kingma and Welling (2014)", "Mohamed et al. (2020)"],
)
def test_bare_citation_is_seen(words: str) -> None:
    assert len(bare(f"As {words} says.")) == 1
    assert bare(f"As [{words}](references.md#key) says, in 1990.") == []
