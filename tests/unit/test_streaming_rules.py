"""Whatever was recorded, what players are told keeps the rules that we say it keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scripts import Script, classes
from tests.support.streaming_rules import RULES, Told, broken
from vtp.media.manifests import dash, hls
from vtp.media.manifests.shapes import Presentation, Rendition, Rung
from vtp.media.manifests.table import Table

_WALL = 1_773_338_400.0


def text(told: str) -> str:
    """As it is for those who signed in."""
    return told.replace(hls.MARK, "")


def small(one: Rendition) -> Rung:
    """A size that was made of it, with key frames where it has its own."""
    return Rung(
        name=f"{one.name}-360",
        file="made/360.mp4",
        of=one.name,
        codec="avc1.4d401e",
        width=640,
        height=360,
        timescale=90_000,
        header=700,
        segments=[
            (700 + 900 * n, 900, it.start, it.seconds, 30) for n, it in enumerate(one.segments)
        ],
    )


def playlists(table: Table, shown: Presentation, *, skip: bool = False) -> dict[str, str]:
    each = [*shown.renditions.values(), *(one for _, one in shown.rungs)]
    return {
        one.name: text(
            hls.Playlist(one, wall=table.wall, pauses=table.pauses).text(
                ended=table.ended,
                next_byte=table.next_byte(one.name),
                skip=skip and not table.ended,
                target=hls.target(each) if table.ended else hls.LIVE_TARGET,
            )
        )
        for one in each
        if one.segments
    }


def told(table: Table, later: Table, view: str) -> Told:
    shown = table.presentation()
    whole = shown.renditions.get(view)
    if table.ended and whole is not None and whole.real:
        rungs = [(view, small(whole).rendition())]
        shown = Presentation(wall=_WALL, ended=True, renditions=shown.renditions, rungs=rungs)
    keyless = {
        (one.name, round(it.start * dash.SCALE[one.kind]))
        for one in [*shown.renditions.values(), *(made for _, made in shown.rungs)]
        for it in one.segments
        if not it.key
    }
    return Told(
        ended=table.ended,
        multivariant=text(hls.multivariant(shown, view=view)),
        playlists=playlists(table, shown),
        updates=playlists(table, shown, skip=True),
        later=playlists(table, shown) if table.ended else playlists(later, later.presentation()),
        mpd=text(dash.manifest(shown, view=view, now=_WALL + 100.0)),
        keyless=frozenset(keyless),
    )


def a_table(script: Script, lines: int) -> Table:
    table = Table()
    for one in script.in_time()[:lines]:
        table.add(one)
    return table


def parts_are_there(table: Table) -> bool:
    return any(one.segments for one in table.renditions().values())


@settings(max_examples=12)
@given(classes(), st.floats(0.1, 1.0), st.sampled_from(["stage", "screen"]))
def test_what_is_told_keeps_the_rules(script: Script, cut: float, view: str) -> None:
    lines = len(script.in_time())
    before, after = a_table(script, round(cut * lines)), a_table(script, lines)
    if parts_are_there(before):
        assert broken(told(before, after, view)) == []
    ended = script.ended()
    assert broken(told(ended, ended, view)) == []


def a_lesson() -> Script:
    script = Script().sound("mix-opus", 0, 60).sound("mix-aac", 0, 60)
    script.picture("a", 0, 60).picture("b", 2, 50, key_every=9.0, width=640)
    return script.picture("s", 5, 40, source="screen").stage(0, "a").stage(20, "b").stage(35, "a")


@pytest.mark.parametrize(
    ("name", "was", "wrong"),
    [
        ("draft 4.4.3.1", "#EXT-X-TARGETDURATION:4", "#EXT-X-TARGETDURATION:1"),
        ("draft 4.4.3.8", "HOLD-BACK=12", "HOLD-BACK=11"),
        ("draft 4.4.3.7", "PART-TARGET=0.235", "PART-TARGET=0.1"),
        ("draft 4.4.4.5", "../media/3/", "../media/9/"),
        ("draft 4.4.1", "#EXT-X-VERSION:9", "#EXT-X-VERSION:3"),
        ("draft 4.1", "#EXT-X-VERSION", "\x07#EXT-X-VERSION"),
    ],
)
def test_a_rule_that_is_broken_is_noticed(name: str, was: str, wrong: str) -> None:
    script = a_lesson()
    lines = len(script.in_time())
    table = a_table(script, lines)
    good = told(table, table, "stage")
    assert broken(good) == []
    assert was in good.playlists["stage"]
    bad = {
        key: one.replace(was, wrong, 1 if "media" in was else -1)
        for key, one in good.playlists.items()
    }
    found = broken(replace(good, playlists=bad, later=bad))
    assert any(one.startswith(name) for one in found), found


def test_every_rule_has_something_to_look_at() -> None:
    """Names begin with the document and the place in it."""
    assert len(RULES) >= 20
    assert all(name.partition(" ")[0].strip(":") in {"draft", "dash", "DASH-IF"} for name in RULES)
