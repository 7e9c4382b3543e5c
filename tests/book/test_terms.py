"""The index of terms: in order, and each link leads to a section that has the term."""

import re
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).parents[2] / "book"
PAGE = (BOOK / "terms.md").read_text(encoding="utf-8")
ENTRIES = [
    (term, re.findall(r"\[(.+?)\]\(([\w.-]+)#(.+?)\)(?=,|$)", links))
    for term, links in re.findall(r"^- \*\*(.+?)\*\*, .+?: (\[.+)$", PAGE, re.MULTILINE)
]


def sections(page: str) -> dict[str, str]:
    """The sections of a page, up to the next heading, by their headings."""
    path = BOOK / page
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    parts = re.split(r"^#{1,3} (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_terms_are_many_and_in_alphabetical_order() -> None:
    terms = [term for term, _ in ENTRIES]
    assert len(terms) == PAGE.count("\n- ") >= 40
    assert terms == sorted(terms, key=str.lower)


@pytest.mark.parametrize(("term", "links"), ENTRIES, ids=[term for term, _ in ENTRIES])
def test_term_stands_in_each_section_that_its_entry_names(
    term: str, links: list[tuple[str, str, str]]
) -> None:
    assert links
    for heading, page, anchor in links:
        assert anchor == re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        words = r"[\s-]+".join(map(re.escape, re.split("[ -]", term)))
        text = heading + sections(page)[heading]
        assert re.search(words, text, re.IGNORECASE), (heading, page)
