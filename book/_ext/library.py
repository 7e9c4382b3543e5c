"""The public names of a module of the library: a table of them first, then all that is to say.

A name is public if `rpt_helpers` exports it. Of a module that is used by its own name, as
`closed_form.variance`, all functions and classes are; and everywhere the protocols, which say what
one may pass.
"""

import inspect
import re
from importlib import import_module
from types import ModuleType
from typing import Any

import rpt_helpers
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PAGE = "book/api"


def public(module: ModuleType) -> dict[str, Any]:
    """Return the public functions and classes of a module, in the order of its source."""
    chosen = getattr(module, "__all__", ())
    own = {
        name: value
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and (name in chosen or value.__module__ == module.__name__ and name[0] != "_")
    }
    exported = {name for name in own if getattr(rpt_helpers, name, None) is own[name]}
    return {
        name: value
        for name, value in own.items()
        if not exported or name in exported or getattr(value, "_is_protocol", False)
    }


def summary(value: Any) -> str:
    """Return the first sentence of a docstring, on one line."""
    said = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.)])\s+(?=[A-Z])", said)[0]
    role_or_name = r"(:\w+:`[^`]*`|``[^`]*``)|`([^`]*)`"
    return re.sub(role_or_name, lambda found: found[1] or f"``{found[2]}``", sentence)


class Library(SphinxDirective):
    """`.. library:: rpt_helpers.nodes`, with options of automodule."""

    required_arguments = 1
    option_spec = {"special-members": str, "inherited-members": str}

    def run(self) -> list[nodes.Node]:
        [name] = self.arguments
        members = public(import_module(name))
        lines = [".. list-table::", "   :widths: auto", "   :class: summary", ""]
        for member, value in members.items():
            lines += [f"   * - :py:obj:`~{name}.{member}`", f"     - {summary(value)}"]
        lines += ["", f".. automodule:: {name}", "   :members:"]
        lines += [f"   :{option}: {value}" for option, value in self.options.items()]
        parent = nodes.section()
        parent.document = self.state.document
        self.state.nested_parse(StringList(lines, name), self.content_offset, parent)
        return parent.children


def skip_internals(
    app: Sphinx, what: str, name: str, value: object, skip: bool, options: dict[str, Any]
) -> bool | None:
    """Leave out what is not public; None leaves the decision to autodoc."""
    if what != "module":
        return None
    return skip or name not in public(import_module(app.env.temp_data["autodoc:module"]))


def show_names(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """List the functions in the contents of this page, and not only its sections."""
    if pagename == PAGE:
        context["theme_show_toc_level"] = 2


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("library", Library)
    app.connect("autodoc-skip-member", skip_internals)
    app.connect("html-page-context", show_names, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
