"""Tables: HTML on a page and in Jupyter, aligned text elsewhere."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from numbers import Real

from ._arguments import reject


@dataclass(frozen=True)
class Table:
    """What `table` returns: the texts of the cells, by row, and which columns hold numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    caption: str = ""

    def _repr_html_(self) -> str:
        head = self._row(self.header, ["th scope='col'" if name else "td" for name in self.header])
        tags = ["th scope='row'", *["td"] * (len(self.header) - 1)]
        body = "\n".join(self._row(texts, tags) for texts in self.rows)
        caption = f"<caption>{escape(self.caption)}</caption>\n" if self.caption else ""
        return (
            f"<table class='table'>\n{caption}<thead>\n{head}\n</thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )

    def _row(self, texts: Sequence[str], tags: Sequence[str]) -> str:
        cells = [
            f"<{tag} style='text-align: {'right' if right else 'left'}'>{escape(text)}</{tag[:2]}>"
            for text, tag, right in zip(texts, tags, self.numeric, strict=True)
        ]
        return f"<tr>{''.join(cells)}</tr>"

    def __repr__(self) -> str:
        lines = [tuple(map(_plain, texts)) for texts in (self.header, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        columns = list(zip(widths, self.numeric, strict=True))
        aligned = [
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, (width, right) in zip(texts, columns, strict=True)
            ).rstrip()
            for texts in lines
        ]
        return "\n".join([*([_plain(self.caption)] if self.caption else []), *aligned])


def _plain(text: str) -> str:
    r"""Read a formula aloud: `$\sigma^2$` is sigma^2."""
    return re.sub(r"\$([^$]+)\$", lambda formula: re.sub(r"[\\{}]", "", formula[1]), text)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    formats: Sequence[str] | None = None,
    caption: str = "",
) -> Table:
    r"""Arrange values in a table whose first column names the rows.

    Parameters
    ----------
    header : sequence of str
        A name for each column; it may hold a formula, ``r"$\sigma$"``.
    rows : iterable of sequences
        The values, in the order of the header. Columns that hold numbers are set to the right.
    formats : sequence of str, optional
        How each column is written, as after the colon in ``f"{x:.2f}"``; default ``""``.
    caption : str
        A line above the table.

    Raises
    ------
    ValueError
        If a row or `formats` has more or fewer entries than the header.
    """
    columns = len(header)
    formats = [""] * columns if formats is None else formats
    values = [tuple(row) for row in rows]
    for name, entries in [("formats", formats), *((f"rows[{i}]", v) for i, v in enumerate(values))]:
        if len(entries) != columns:
            reject(name, entries, f"{columns} entries, as many as the header")
    return Table(
        header=tuple(header),
        rows=tuple(
            tuple(_text(value, form) for value, form in zip(row, formats, strict=True))
            for row in values
        ),
        numeric=tuple(any(isinstance(row[i], Real) for row in values) for i in range(columns)),
        caption=caption,
    )


def _text(value: object, form: str) -> str:
    return format(value, form) if isinstance(value, Real) else str(value)
