"""Pages of a course: Markdown in, HTML out that can do nothing but be read. Pure.

A page is drawn piece by piece, so that whoever draws it can do other things between: a piece takes
some milliseconds, also one that was written to take long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# Below the title of the item, whatever a page begins with.
_HIGHEST, _DEEPEST = 2, 6
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=\s)", re.MULTILINE)
# Pictures are those of the library; others would tell strangers who reads.
_OWN = "/api/v1/media/"
_INSIDE = re.compile(r"#|/(?!/)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Characters: pieces are gathered up to this. What is longer by itself, or opens so many brackets
# that looking for their ends takes long, is shown as it is.
_PIECE, _LONGEST, _BRACKETS = 1_500, 6_000, 60


class _Paper(RendererHTML):
    """No picture from elsewhere, and links that leave say nothing of where they come from."""

    def link_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        token = tokens[at]
        if not _INSIDE.match(str(token.attrs.get("href", ""))):
            token.attrs["rel"] = "noopener noreferrer nofollow"
            token.attrs["target"] = "_blank"
        return self.renderToken(tokens, at, options, env)

    def image(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        token = tokens[at]
        if not str(token.attrs.get("src", "")).startswith(_OWN):
            return self.renderInlineAsText(token.children, options, env)
        token.attrs["loading"] = "lazy"
        return super().image(tokens, at, options, env)

    def heading_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return self._heading(tokens, at, options, env)

    def heading_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return self._heading(tokens, at, options, env)

    def _heading(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        token = tokens[at]
        level = int(token.tag[1:]) - env.get("top", 1) + _HIGHEST
        token.tag = f"h{min(max(level, _HIGHEST), _DEEPEST)}"
        return self.renderToken(tokens, at, options, env)


# HTML in the text stays text; addresses that run something are no links.
_READER = MarkdownIt("js-default", {"linkify": False}, renderer_cls=_Paper)


def top(text: str) -> int:
    """The highest heading of a page."""
    return min((len(found) for found in _HEADING.findall(text)), default=1)


def html(piece: str, *, top: int = 1) -> str:
    """`top` is that of the whole page."""
    if len(piece) > _LONGEST or piece.count("[") > _BRACKETS:
        return f"<pre>{escape(piece)}</pre>"
    return str(_READER.render(piece, {"top": top}))


def pieces(text: str) -> Iterator[str]:
    """Cut at empty lines, never inside of a fence."""
    gathered: list[str] = []
    size, fence = 0, ""
    for line in text.splitlines():
        fence = _fenced(line, fence)
        # What is indented belongs to the list above it.
        if size > _PIECE and not fence and gathered[-1:] == [""] and line[:1].strip():
            yield "\n".join(gathered)
            gathered, size = [], 0
        gathered.append(line.rstrip())
        size += len(line) + 1
    if gathered:
        yield "\n".join(gathered)


def _fenced(line: str, fence: str) -> str:
    """The fence that is open behind this line, if one is."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) and not line.strip(" `~") else fence
