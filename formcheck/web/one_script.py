"""The modules of the player as one script without imports, for a page that is a single file."""

from __future__ import annotations

import re
from functools import cache

from formcheck.web.media_routes import ASSETS

IMPORT = re.compile(r'^import (?P<what>.+?) from "\./(?P<name>\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(
    r"^export (?P<default>default )?(?P<rest>(?:async )?(?:function|class|const) (?P<name>\w+))", re.M
)


@cache
def one_script(entry: str) -> str:
    """The module with everything it imports, each in a function of its own, in the order they need.

    Knows the few forms that the modules here use: imports of names or of the default at the top, exports
    where something is declared.
    """
    order: list[str] = []
    _visit(entry, order)
    return "\n".join(["const modules = {};", *map(_wrapped, order)])


def _source(name: str) -> str:
    return (ASSETS / f"{name}.js").read_text(encoding="utf-8")


def _visit(name: str, order: list[str]) -> None:
    for found in IMPORT.finditer(_source(name)):
        if found["name"] not in order:
            _visit(found["name"], order)
    order.append(name)


def _wrapped(name: str) -> str:
    exported: list[str] = []

    def export(found: re.Match[str]) -> str:
        exported.append(f"default: {found['name']}" if found["default"] else found["name"])
        return found["rest"]

    body = IMPORT.sub(_taken, EXPORT.sub(export, _source(name)))
    return f"modules.{name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _taken(found: re.Match[str]) -> str:
    what = found["what"] if found["what"].startswith("{") else f"{{ default: {found['what']} }}"
    return f"const {what} = modules.{found['name']};"
