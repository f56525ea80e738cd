"""Any sequence of changes leaves one order, and undoing them leads back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtp.courses.outline import ranks, tree
from vtp.courses.outline.tree import Added, Change, Deleted, FieldSet, Moved, Node, Restored, Step


def _id(number: int) -> UUID:
    return UUID(int=number)


_CHAPTERS, _ITEMS = [_id(n) for n in range(1, 4)], [_id(n) for n in range(10, 18)]
_ALL = _CHAPTERS + _ITEMS


def _begun() -> dict[UUID, Node]:
    change = Change({}, rev=1, base=0, client="first")
    change.apply([Added(id=one, kind="chapter", title="c", last=True) for one in _CHAPTERS])
    change.apply(
        [
            Added(id=one, kind="page", title="p", parent=_CHAPTERS[at % 3], last=True)
            for at, one in enumerate(_ITEMS)
        ]
    )
    return change.nodes


def _look(nodes: dict[UUID, Node]) -> list[Any]:
    return [
        (chapter.id, chapter.title, [(item.id, item.title) for item in items])
        for chapter, items in tree.shown(nodes.values())
    ]


_steps = st.one_of(
    st.builds(
        Moved,
        id=st.sampled_from(_ITEMS),
        parent=st.sampled_from(_CHAPTERS),
        after=st.sampled_from([None, *_ITEMS]),
        last=st.booleans(),
    ),
    st.builds(
        Moved,
        id=st.sampled_from(_CHAPTERS),
        parent=st.none(),
        after=st.sampled_from([None, *_CHAPTERS]),
    ),
    st.builds(
        FieldSet,
        id=st.sampled_from(_ALL),
        field=st.just("title"),
        value=st.text(min_size=1, max_size=3),
    ),
    st.builds(Deleted, id=st.sampled_from(_ALL)),
    st.builds(Restored, id=st.sampled_from(_ALL)),
)


@given(st.lists(_steps, min_size=1, max_size=6))
def test_undoing_leads_back_to_where_one_was(steps: list[Step]) -> None:
    nodes = _begun()
    before = _look(nodes)
    change = Change(dict(nodes), rev=2, base=1, client="a")
    try:
        inverse = change.apply(steps)
    except (tree.Missing, tree.Misfit):
        return
    after = _look(change.nodes)
    undo = Change(dict(change.nodes), rev=3, base=2, client="a")
    again = undo.apply(inverse)
    assert _look(undo.nodes) == before
    redo = Change(dict(undo.nodes), rev=4, base=3, client="a")
    redo.apply(again)
    assert _look(redo.nodes) == after


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("ab"), _steps, st.integers(0, 4)), max_size=25))
def test_two_who_change_at_once_see_one_outline(turns: list[tuple[str, Step, int]]) -> None:
    """Each sends what it meant, having seen an older outline; each is told what came of it."""
    server = _begun()
    seen: dict[str, dict[UUID, Node]] = {"a": dict(server), "b": dict(server)}
    rev = 1
    for client, step, behind in turns:
        change = Change(dict(server), rev=rev + 1, base=max(0, rev - behind), client=client)
        try:
            change.apply([step])
        except (tree.Missing, tree.Misfit, tree.Overwritten):
            continue
        rev, server = rev + 1, change.nodes
        for copy in seen.values():
            copy.update({one: server[one] for one in change.changed})
    assert _look(seen["a"]) == _look(seen["b"]) == _look(server)
    for parent in (None, *_CHAPTERS):
        row = [node.rank for node in server.values() if node.parent == parent]
        assert len(set(row)) == len(row)
    assert {n.id for n in server.values()} == set(_ALL)


def test_the_same_field_asks_and_another_does_not() -> None:
    change = Change(_begun(), rev=2, base=1, client="a")
    change.apply([FieldSet(id=_ITEMS[0], field="title", value="Mine")])
    later = Change(change.nodes, rev=3, base=1, client="b")
    with pytest.raises(tree.Overwritten) as told:
        later.apply([FieldSet(id=_ITEMS[0], field="title", value="Yours")])
    assert (told.value.node.title, told.value.yours, told.value.touch.rev) == ("Mine", "Yours", 2)
    later.apply([FieldSet(id=_ITEMS[0], field="body", value="Text")])
    later.apply([FieldSet(id=_ITEMS[0], field="title", value="Mine")])
    own = Change(later.nodes, rev=4, base=1, client="a")
    own.apply([FieldSet(id=_ITEMS[0], field="title", value="Again")])
    assert own.nodes[_ITEMS[0]].title == "Again"


def test_what_was_deleted_still_holds_a_place_for_others() -> None:
    nodes = _begun()
    row = [node.id for node in tree.ordered(n for n in nodes.values() if n.parent == _CHAPTERS[0])]
    change = Change(nodes, rev=2, base=1, client="a")
    change.apply([Deleted(id=row[1]), Moved(id=_ITEMS[1], parent=_CHAPTERS[0], after=row[1])])
    chapter = next(items for one, items in tree.shown(nodes.values()) if one.id == _CHAPTERS[0])
    assert [item.id for item in chapter] == [row[0], _ITEMS[1], row[2]]
    assert not change.rebased
    change.apply([Moved(id=row[0], parent=_CHAPTERS[1], after=row[2])])
    assert change.rebased


@given(st.lists(st.integers(0, 1000), max_size=120))
def test_there_is_always_room_between(places: list[int]) -> None:
    made: list[str] = []
    for place in places:
        at = place % (len(made) + 1)
        before = made[at - 1] if at else None
        after = made[at] if at < len(made) else None
        made.insert(at, ranks.between(before, after))
    assert made == sorted(set(made))
    assert not [rank for rank in made if rank.endswith("0")]


def test_adding_at_an_end_keeps_ranks_short_and_one_spot_spreads_anew() -> None:
    last = first = ranks.between(None, None)
    for _ in range(1500):
        last = ranks.between(last, None)
        first = ranks.between(None, first)
    assert max(len(last), len(first)) <= 4
    change = Change(_begun(), rev=2, base=1, client="a")
    for _ in range(300):
        change.apply([Moved(id=_ITEMS[0], parent=_CHAPTERS[0], after=_ITEMS[3])])
        change.apply([Moved(id=_ITEMS[6], parent=_CHAPTERS[0], after=_ITEMS[3])])
    assert max(len(node.rank) for node in change.nodes.values()) <= ranks.LONGEST
    assert ranks.spread(300) == sorted(set(ranks.spread(300)))
