"""Pages of a course: Markdown becomes HTML that can only be read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hostile_texts import HOSTILE
from vtp.courses.outline.markdown import html, pieces, top


def drawn(text: str) -> str:
    return "\n".join(html(piece, top=top(text)) for piece in pieces(text))


def test_the_usual_marks_are_drawn_below_the_title_of_the_item() -> None:
    assert drawn("# Roots\n\nA *sketch* of **both**.") == (
        "<h2>Roots</h2>\n<p>A <em>sketch</em> of <strong>both</strong>.</p>\n"
    )
    # No level is left out, wherever a page begins.
    assert drawn("### Roots\n\n##### Deep") == "<h2>Roots</h2>\n<h4>Deep</h4>\n"
    assert drawn("# One\n\n###### Deep") == "<h2>One</h2>\n<h6>Deep</h6>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](  JaVaScRiPt:alert(1))",
        "[a](vbscript:x) [b](data:text/html,x)",
        "<javascript:alert(1)>",
        "![a](https://elsewhere.test/pixel.png)",
        "[a]: javascript:alert(1)\n\n[a]",
        '[a](https://x.test "><script>alert(1)</script>")',
    ],
)
def test_nothing_runs_and_nothing_is_fetched_from_elsewhere(text: str) -> None:
    found = drawn(text)
    tags = set(re.findall(r"<(\w+)", found))
    assert tags <= {"p", "a"}
    assert not re.search(r'<[^>]*(?:href="(?!https://x\.test)|src=|\son\w+=)', found)


@given(st.one_of(st.text(max_size=300), st.sampled_from(HOSTILE)))
def test_whatever_is_written_only_known_tags_come_out(text: str) -> None:
    allowed = (
        "p|a|em|strong|s|code|pre|ul|ol|li|blockquote|h[2-6]|hr|br|table|t[rhd]|thead|tbody|img"
    )
    for tag in re.findall(r"</?([^\s>/]+)", drawn(text)):
        assert re.fullmatch(allowed, tag)


def test_links_that_leave_open_beside_and_tell_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow" target="_blank"' in drawn("[a](https://x.test)")
    assert 'target="_blank"' in drawn("[a](//x.test)")
    assert drawn("[a](/courses)") == '<p><a href="/courses">a</a></p>\n'


def test_pictures_of_the_library_are_shown() -> None:
    assert drawn("![A *plot*](/api/v1/media/1/file)") == (
        '<p><img src="/api/v1/media/1/file" alt="A plot" loading="lazy"></p>\n'
    )
    assert drawn("![A plot](https://x.test/a.png)") == "<p>A plot</p>\n"


def test_a_long_page_is_drawn_in_pieces_and_fences_stay_whole() -> None:
    fence = "```py\n" + "a = 1\n\n" * 400 + "```"
    text = "\n\n".join(
        ["word " * 200, "- one\n\n  two\n" * 60, fence, "~~~\n```\n~~~", "end " * 500]
    )
    found = list(pieces(text))
    assert len(found) > 1
    assert "\n".join(found).split() == text.split()
    (whole,) = [piece for piece in found if "```py" in piece]
    assert whole.count("a = 1") == 400


def test_what_would_take_long_is_shown_as_it_was_written() -> None:
    for text in ("[" * 80, "x" * 7000, "*<" * 4000):
        assert unescape(re.sub(r"</?pre>", "", drawn(text))) == text
