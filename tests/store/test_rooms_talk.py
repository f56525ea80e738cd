"""Conversation on a real database: stored before it is acknowledged, and there after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.support.classroom import Attender, School, a_process, a_school
from tests.support.pictures import a_png
from vtp.actor import ANONYMOUS, Role
from vtp.blob.port import NoSuchBlob
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import NotFound, Problem
from vtp.ids import RoomId, uuid7
from vtp.media.pack.picture import NotAPicture
from vtp.rooms import news
from vtp.rooms.problems import (
    BadImage,
    BadReply,
    HostsDoNotAnswer,
    HostsOnly,
    NoSuchMessage,
    NoSuchParticipant,
    NoSuchPoll,
    NotYourMessage,
    PollClosed,
    TooManyMessages,
    ToYourself,
)
from vtp.rooms.service.guests import Passed
from vtp.rooms.service.images import image_key, sweep_images
from vtp.rooms.service.polls import Wish
from vtp.rooms.service.talk import Written
from vtp.rooms.talk.messages import Message
from vtp.rooms.talk.polls import PollId, PollView


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    async with a_school(db, clock) as made:
        yield made


@pytest.fixture
async def ines(school: School) -> Attender:
    return await school.person("Ines Carvalho", Role.INSTRUCTOR)


@pytest.fixture
async def noor(school: School) -> Attender:
    return await school.person("Noor Haddad")


@pytest.fixture
async def kwame(school: School) -> Attender:
    return await school.person("Kwame Mensah")


@pytest.fixture
async def room(school: School, ines: Attender, noor: Attender, kwame: Attender) -> RoomId:
    """With all three in it."""
    made = await school.room(ines)
    for one in (ines, noor, kwame):
        await one.join(made)
    return made


async def say(who: Attender, text: str = "Hello", **more: Any) -> Message:
    more.setdefault("key", uuid7())
    return await who.school.rooms.talk.say(who.sid, Written(text=text, **more))


def user_of(who: Attender) -> UUID:
    return who.person.user.id


def texts(found: Sequence[Message]) -> list[str]:
    return [one.text for one in found]


def seen(who: Attender) -> list[str]:
    assert who.entry
    return texts(who.entry.meeting.state.talk.seen_by(user_of(who)))


async def told(school: School, who: Attender, kind: type) -> list[Any]:
    for _ in range(5):
        await asyncio.sleep(0)
    return [one for sid, one in school.listeners.told if sid == who.sid and isinstance(one, kind)]


async def ask(who: Attender, **changed: Any) -> PollView:
    wish: dict[str, Any] = {
        "kind": "single",
        "question": "Ready?",
        "options": ["Yes", "No"],
        "anonymous": True,
        "live": False,
        "open": True,
    }
    return await who.school.rooms.polls.create(who.sid, Wish(**{**wish, **changed}))


async def answer(who: Attender, poll: PollView, *choices: int, text: str = "") -> None:
    await who.school.rooms.polls.answer(who.sid, poll.id, choices=choices, text=text)


async def png(side: int = 8) -> AsyncIterator[bytes]:
    yield a_png(side)


# --- messages ---------------------------------------------------------------------------------
@pytest.mark.usefixtures("room")
async def test_what_is_acknowledged_is_stored_and_everybody_sees_one_order(
    school: School, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    said = await asyncio.gather(
        *(say(who, f"{who.person.user.name} {n}") for n in range(4) for who in (ines, noor, kwame))
    )
    rows = await school.db.fetch("select id, text from chat_message order by id")
    order = texts(sorted(said, key=lambda one: one.id))
    assert [row["text"] for row in rows] == order == seen(ines) == seen(noor)
    for _ in range(5):
        await asyncio.sleep(0)
    events = [event for batch in school.listeners.batches for event in batch]
    heard = [event.message.text for event in events if hasattr(event, "message")]
    assert heard == order


@pytest.mark.usefixtures("room")
async def test_what_is_sent_again_under_its_key_is_said_once(
    school: School, noor: Attender
) -> None:
    key = uuid7()
    first, again = await say(noor, key=key), await say(noor, "Hello again", key=key)
    assert first == again
    assert await school.db.fetchval("select count(*) from chat_message") == 1


@pytest.mark.usefixtures("room")
async def test_a_private_message_is_for_its_two_alone(
    school: School, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    said = await say(noor, "Psst", to=user_of(kwame))
    assert said.to
    assert said.to.name == "Kwame Mensah"
    assert [len(await told(school, one, news.PrivateMessage)) for one in (noor, kwame, ines)] == [
        1,
        1,
        0,
    ]
    assert (seen(noor), seen(kwame), seen(ines)) == (["Psst"], ["Psst"], [])
    listed = school.rooms.talk.listed
    for who, sees in ((noor, ["Psst"]), (kwame, ["Psst"]), (ines, [])):
        found = await listed(who.actor, who.meeting_id, before=None, limit=10)
        assert texts(found) == sees
    with pytest.raises(NoSuchMessage):
        await school.rooms.talk.erase_from(ines.sid, message_id=said.id)
    with pytest.raises(BadReply):
        await say(ines, "What?", reply_to=said.id)
    for to in (None, user_of(ines)):
        with pytest.raises(BadReply):
            await say(noor, "For all", reply_to=said.id, to=to)
    back = await say(kwame, "Yes?", reply_to=said.id, to=user_of(noor))
    assert back.reply
    assert back.reply.text == "Psst"


@pytest.mark.usefixtures("room")
async def test_forged_ids_lead_nowhere(school: School, noor: Attender) -> None:
    cases: tuple[tuple[dict[str, Any], type[Problem]], ...] = (
        ({"to": uuid7()}, NoSuchParticipant),
        ({"to": user_of(noor)}, ToYourself),
        ({"reply_to": uuid7()}, BadReply),
        ({"image": uuid7()}, BadImage),
    )
    for more, problem in cases:
        with pytest.raises(problem):
            await say(noor, **more)
    with pytest.raises(NoSuchMessage):
        await school.rooms.talk.erase_from(noor.sid, message_id=uuid7())
    assert await school.db.fetchval("select count(*) from chat_message") == 0


@pytest.mark.usefixtures("room")
async def test_who_writes_too_fast_is_held_back(
    school: School, noor: Attender, clock: SetClock
) -> None:
    for _ in range(8):
        await say(noor)
    with pytest.raises(TooManyMessages) as refused:
        await say(noor)
    assert refused.value.retry_after == 2.0
    clock.advance(2)
    await say(noor)


@pytest.mark.usefixtures("room")
async def test_deleting_leaves_a_mark_and_no_word(
    school: School, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    first, second = await say(noor, "Rude"), await say(noor, "Wrong")
    await say(kwame, "Hey", reply_to=first.id)
    with pytest.raises(NotYourMessage):
        await school.rooms.talk.erase_from(kwame.sid, message_id=first.id)
    await school.rooms.talk.erase_from(ines.sid, message_id=first.id)
    await school.rooms.talk.erase(noor.actor, noor.meeting_id, second.id)
    found = await school.rooms.talk.listed(kwame.actor, kwame.meeting_id, before=None, limit=10)
    assert [(one.text, one.deleted) for one in found] == [
        ("Hey", None),
        ("", "author"),
        ("", "staff"),
    ]
    assert found[0].reply
    assert found[0].reply.text == ""
    assert seen(kwame) == ["", "", "Hey"]
    with pytest.raises(NoSuchMessage):
        await school.rooms.talk.erase_from(ines.sid, message_id=first.id)
    rows = await school.db.fetch("select text from chat_message")
    assert "Rude" not in {row["text"] for row in rows}


@pytest.mark.usefixtures("room")
async def test_older_messages_come_in_pages(
    school: School, noor: Attender, clock: SetClock
) -> None:
    for number in range(60):
        clock.advance(2)
        last = await say(noor, str(number))
    page = await school.rooms.talk.older(noor.sid, before=last.id)
    assert texts(page.messages) == [str(number) for number in range(9, 59)]
    assert page.more
    rest = await school.rooms.talk.older(noor.sid, before=page.messages[0].id)
    assert (texts(rest.messages)[-1], rest.more) == ("8", False)


async def test_after_a_crash_everything_is_there_again(
    school: School, room: RoomId, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    await say(noor, "To all")
    gone = await say(noor, "Not that")
    await school.rooms.talk.erase_from(noor.sid, message_id=gone.id)
    await say(noor, "Psst", to=user_of(kwame))
    poll = await ask(ines)
    await ask(ines, question="Later?", open=False)
    await answer(noor, poll, 1)
    await school.rooms.talk.lose(kwame.sid)
    async with a_process(school.db, school.clock, school.accounts) as after:
        for one in (ines, noor, kwame):
            one.school = after
            await one.join(room)
        assert seen(noor) == seen(kwame) == ["To all", "", "Psst"]
        assert seen(ines) == ["To all", ""]
        assert noor.entry
        talk = noor.entry.meeting.state.talk
        assert [one.question for one in talk.views(hosts=True)] == ["Ready?", "Later?"]
        [mine] = talk.answers(user_of(noor))
        assert mine.choices == [1]
        assert talk.answers(user_of(kwame)) == []
        assert len(talk.lost) == 1
        await answer(noor, poll, 0)
        closed = await after.rooms.polls.close(ines.sid, poll.id)
        assert (closed.answered, closed.counts) == (1, [1, 0])
        newer = await say(kwame, "Back")
        assert seen(noor)[-1] == "Back"
        assert newer.id > gone.id


async def test_nobody_reads_the_words_of_a_class_in_which_they_were_not(
    school: School, room: RoomId, noor: Attender
) -> None:
    await say(noor)
    stranger = await school.person("Mallory")
    with pytest.raises(NotFound):
        await school.rooms.talk.listed(stranger.actor, noor.meeting_id, before=None, limit=10)
    manager = await school.person("Mara", Role.MANAGER)
    found = await school.rooms.talk.listed(manager.actor, noor.meeting_id, before=None, limit=1)
    assert texts(found) == ["Hello"]


async def test_a_guest_talks_like_the_others(
    school: School, room: RoomId, ines: Attender, noor: Attender
) -> None:
    open_to = await school.rooms.guests.open(ines.actor, room)
    came = await school.rooms.guests.come(
        open_to.room.guest_token or "", name="Gus Guest", actor=ANONYMOUS
    )
    assert isinstance(came, Passed)
    actor = await school.rooms.guests.by_pass(came.secret)
    assert actor is not None
    gus = Attender(school, noor.person, actor, school.socket())
    await gus.join(room)
    image = await school.rooms.images.take(actor, gus.meeting_id, png(64))
    said = await say(gus, "Look", image=image.id, to=user_of(noor))
    assert said.name == "Gus Guest"
    assert await school.rooms.talk.image(actor, gus.meeting_id, image.id) == image.id
    await say(noor, "Nice", to=actor.person_id)
    found = await school.rooms.talk.listed(actor, gus.meeting_id, before=None, limit=10)
    assert texts(found) == ["Nice", "Look"]
    poll = await ask(ines)
    await answer(gus, poll, 0)
    await school.rooms.talk.erase_from(gus.sid, message_id=said.id)


# --- images -----------------------------------------------------------------------------------
@pytest.mark.usefixtures("room")
async def test_an_image_is_drawn_anew_and_seen_by_those_who_see_its_message(
    school: School, noor: Attender, kwame: Attender, ines: Attender, clock: SetClock
) -> None:
    talk, images = school.rooms.talk, school.rooms.images
    image = await images.take(noor.actor, noor.meeting_id, png(600))
    assert (image.width, image.height) == (600, 600)
    with pytest.raises(NotFound):
        await talk.image(kwame.actor, noor.meeting_id, image.id)
    with pytest.raises(BadImage):
        await say(kwame, image=image.id)
    said = await say(noor, "", image=image.id, to=user_of(kwame))
    assert said.image == image
    with pytest.raises(BadImage):
        await say(noor, image=image.id)
    assert await talk.image(kwame.actor, noor.meeting_id, image.id) == image.id
    with pytest.raises(NotFound):
        await talk.image(ines.actor, noor.meeting_id, image.id)
    async with images.open(image.id, "small") as reading:
        drawn = b"".join([piece async for piece in reading])
    assert drawn[8:12] == b"WEBP"
    await talk.erase_from(noor.sid, message_id=said.id)
    with pytest.raises(NotFound):
        await talk.image(kwame.actor, noor.meeting_id, image.id)
    with pytest.raises(NoSuchBlob):
        await school.blobs.stat(image_key(image.id, "large"))
    unsent = await images.take(noor.actor, noor.meeting_id, png())
    assert await sweep_images(school.db, school.blobs, now=clock.now()) == 0
    clock.advance(90_000)
    assert await sweep_images(school.db, school.blobs, now=clock.now()) == 1
    with pytest.raises(NoSuchBlob):
        await school.blobs.stat(image_key(unsent.id, "small"))


@pytest.mark.usefixtures("room")
async def test_a_file_that_is_not_what_it_says_is_refused(school: School, noor: Attender) -> None:
    async def page() -> AsyncIterator[bytes]:
        yield b"<svg onload=alert(1)>"

    with pytest.raises(NotAPicture):
        await school.rooms.images.take(noor.actor, noor.meeting_id, page())
    assert await school.db.fetchval("select count(*) from chat_image") == 0


# --- polls ------------------------------------------------------------------------------------
@pytest.mark.usefixtures("room")
async def test_a_person_counts_once_on_whatever_device(
    school: School, room: RoomId, ines: Attender, noor: Attender
) -> None:
    poll = await ask(ines)
    tablet = Attender(school, noor.person, noor.actor, school.socket())
    await tablet.join(room)
    await answer(noor, poll, 0)
    await answer(tablet, poll, 1)
    heard = await told(school, noor, news.Answered)
    assert [one.answer.choices for one in heard][-1] == [1]
    assert await school.db.fetchval("select count(*) from poll_answer") == 1
    closed = await school.rooms.polls.close(ines.sid, poll.id)
    assert (closed.answered, closed.counts) == (1, [0, 1])
    with pytest.raises(PollClosed):
        await answer(noor, poll, 0)


@pytest.mark.usefixtures("room")
async def test_nothing_in_the_database_tells_who_answered_an_anonymous_poll(
    school: School, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    poll = await ask(ines, kind="text", options=[])
    await answer(noor, poll, text="The second step")
    await answer(kwame, poll, text="All of it")
    for row in await school.db.fetch("select * from poll_answer"):
        assert (row["user_id"], row["name"], row["answered_at"]) == (None, None, None)
        assert row["voter"] not in {user_of(noor).bytes, user_of(kwame).bytes}
    await school.rooms.polls.close(ines.sid, poll.id)
    assert await school.db.fetchval("select count(secret) from poll") == 0
    rows = await school.db.fetch("select * from poll_answer")
    assert {row["text"] for row in rows} == {"The second step", "All of it"}
    assert {row["voter"] for row in rows} == {None}
    found = await school.rooms.polls.results(ines.sid, poll.id)
    assert {one.name for one in found.given} == {None}


@pytest.mark.usefixtures("room")
async def test_a_named_poll_tells_hosts_and_nobody_else_who_it_was(
    school: School, ines: Attender, noor: Attender
) -> None:
    poll = await ask(ines, anonymous=False, kind="multiple", options=["a", "b", "c"])
    await answer(noor, poll, 0, 2)
    [given] = (await school.rooms.polls.results(ines.sid, poll.id)).given
    assert (given.name, given.choices) == ("Noor Haddad", [0, 2])
    with pytest.raises(HostsOnly):
        await school.rooms.polls.results(noor.sid, poll.id)
    await school.rooms.polls.close(ines.sid, poll.id)
    shared = await school.rooms.polls.share(ines.sid, poll.id)
    assert shared.shared
    shown = await school.rooms.polls.results(noor.sid, poll.id)
    assert (shown.poll.counts, list(shown.given)) == ([1, 0, 1], [])
    [kept] = await school.rooms.polls.of_meeting(ines.actor, ines.meeting_id)
    assert [one.name for one in kept.given] == ["Noor Haddad"]


@pytest.mark.usefixtures("room")
async def test_polls_are_led_by_hosts_and_answered_by_the_others(
    school: School, ines: Attender, noor: Attender
) -> None:
    polls = school.rooms.polls
    draft = await ask(ines, open=False)
    with pytest.raises(HostsOnly):
        await ask(noor)
    for step in (polls.open, polls.close, polls.share, polls.discard):
        with pytest.raises(HostsOnly):
            await step(noor.sid, draft.id)
    for unknown in (draft.id, PollId(uuid7())):
        with pytest.raises(NoSuchPoll):
            await polls.answer(noor.sid, unknown, choices=[0], text="")
    assert polls.listed(noor.sid, stage=None) == []
    await polls.open(ines.sid, draft.id)
    with pytest.raises(HostsDoNotAnswer):
        await polls.answer(ines.sid, draft.id, choices=[0], text="")
    other = await ask(ines, open=False)
    await polls.discard(ines.sid, other.id)
    assert [one.id for one in polls.listed(ines.sid, stage=None)] == [draft.id]
    assert len(await told(school, ines, news.DraftGone)) == 1


# --- signs ------------------------------------------------------------------------------------
@pytest.mark.usefixtures("room")
async def test_reactions_go_to_all_and_only_their_number_is_kept(
    school: School, noor: Attender, kwame: Attender, clock: SetClock
) -> None:
    talk = school.rooms.talk
    talk.react(noor.sid, "heart")
    talk.react(noor.sid, "heart")
    talk.react(kwame.sid, "idea")
    for _ in range(5):
        await asyncio.sleep(0)
    [told_all] = [one for one in school.listeners.common_told if isinstance(one, news.Reacted)]
    assert {(one.participant, one.reaction, one.count) for one in told_all.reactions} == {
        (noor.id, "heart", 2),
        (kwame.id, "idea", 1),
    }
    with pytest.raises(TooManyMessages):
        for _ in range(10):
            talk.react(noor.sid, "party")
    await school.later(1)
    await school.later(1)
    rows = await school.db.fetch("select reaction, count from reaction_count order by 1")
    assert [tuple(row) for row in rows] == [("heart", 2), ("idea", 1), ("party", 4)]


@pytest.mark.usefixtures("room")
async def test_each_reaction_is_counted_once_though_two_write_and_one_reacts_meanwhile(
    school: School, noor: Attender
) -> None:
    talk = school.rooms.talk
    talk.react(noor.sid, "heart")
    async with school.db.transaction() as held:
        await held.execute("lock table reaction_count in access exclusive mode")
        rounds = [asyncio.ensure_future(talk.flush()) for _ in range(2)]
        await asyncio.sleep(0)
        talk.react(noor.sid, "heart")
        await asyncio.sleep(0.05)
        talk.react(noor.sid, "idea")
        rounds[1].cancel()
    await asyncio.wait(rounds)
    assert rounds[0].exception() is None
    await talk.flush()
    rows = await school.db.fetch("select reaction, count from reaction_count order by 1")
    assert [tuple(row) for row in rows] == [("heart", 2), ("idea", 1)]


@pytest.mark.usefixtures("room")
async def test_hosts_hear_how_many_are_lost_and_not_who(
    school: School, ines: Attender, noor: Attender, kwame: Attender
) -> None:
    await school.rooms.talk.lose(noor.sid)
    await school.rooms.talk.lose(noor.sid)
    await school.rooms.talk.lose(kwame.sid)
    heard = await told(school, ines, news.LostCount)
    assert heard[-1] == news.LostCount(meeting=ines.meeting_id, lost=2)
    assert await told(school, noor, news.LostCount) == []
    assert await school.db.fetchval("select count(*) from lost_moment") == 2
    columns = await school.db.fetch(
        "select column_name from information_schema.columns where table_name = 'lost_moment'"
    )
    assert {row["column_name"] for row in columns} == {"id", "meeting_id", "at"}
    with pytest.raises(Problem):
        await school.rooms.talk.lose(ines.sid)
    await school.later(200)
    assert (await told(school, ines, news.LostCount))[-1].lost == 0
