"""Make what students write inert, before a browser shows it with an instructor's rights.

nbgrader's pages show markdown, raw cells and typeset outputs as the HTML that they hold. What is
stored holds none, and no link that a sanitizer would take out.
"""

import re
from html.parser import HTMLParser
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import strip_files_prefix

# A tag, a comment or a declaration begins so; with a space in it, it is text, and as good in TeX.
_TAG = re.compile("<(?=[A-Za-z/!?])")
_ADDRESS = re.compile(r"<(https?://[^\s<>\"'`]+)>")
# MathJax makes links and attributes of these.
_COMMAND = re.compile(
    r"\\(?=(?:href|url|require|csname|class|cssId|data|style|unicode|mmlToken|html\w*)\b)"
)
# What may follow what is plain text already: links to pictures beside the notebook.
_LINKS = re.compile(r"(\n\n\[[\w.-]+\]\([\w.~%-]+\))*")
# Showing markdown takes up to the square of its length: seconds for a cell of this many characters,
# and a page has all of them to show.
LONGEST = 20_000
LONGEST_OF_ALL = 100_000
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.ASCII)


def text(source: str) -> str:
    """Return text without HTML and without TeX commands that make links."""
    return _COMMAND.sub(r"\\ ", _TAG.sub("< ", source))


def markdown(source: str, attachments: Any = None, long: bool = False) -> str:
    """Return markdown whose links and pictures are harmless, else the same as plain text.

    What is long, or stands in a long notebook, is plain text as well.
    """
    source = text(_ADDRESS.sub(r"\1", source))
    first, _, rest = source.partition("\n")
    inside, end, after = rest.rpartition(f"\n{first.removesuffix('text')}")
    is_plain = end and _plain(inside) + after == source and _LINKS.fullmatch(after)
    if is_plain or (not long and len(source) <= LONGEST and _is_safe(source, attachments)):
        return source
    return _plain(source)


def _is_safe(source: str, attachments: Any) -> bool:
    """Whether a sanitizer leaves all links of markdown as they are."""
    try:
        renderer = IPythonRenderer(escape=False, attachments=attachments or {})
        html = strip_files_prefix(MarkdownWithMath(renderer=renderer).render(source))  # type: ignore[no-untyped-call]
        clean = nh3.clean(
            html, url_schemes={"http", "https", "mailto", "data"}, attribute_filter=_allowed
        )
        return _urls(html) == _urls(clean)
    except Exception:  # what cannot be shown as markdown is shown as it is
        return False


def _plain(source: str) -> str:
    """Return markdown that shows a text as it is."""
    fence = "`" * (3 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}text\n{source}\n{fence}"


def attachments(cell: Any) -> dict[str, dict[str, str]]:
    """Return the pictures that are attached to a cell and nothing else."""
    found = cell.get("attachments", {})
    return {
        str(name): {
            kind: data
            for kind, data in each.items()
            if isinstance(data, str) and _IMAGE.fullmatch(f"data:{kind};base64,{data}")
        }
        for name, each in (found.items() if isinstance(found, dict) else ())
        if isinstance(each, dict)
    }


def _allowed(tag: str, name: str, value: str) -> str | None:
    """Refuse data that are no picture; other addresses are nh3's business."""
    if value.strip().lower().startswith("data:") and not _IMAGE.fullmatch(value):
        return None
    return value


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the addresses of a tag."""
        self.found += [value for name, value in attrs if name in ("href", "src")]


def _urls(html: str) -> list[str | None]:
    links = _Links()
    links.feed(html)
    return links.found
