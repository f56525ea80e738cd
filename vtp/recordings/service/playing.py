"""What players ask for: who may, manifests, and bytes of files by where they lie."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vtp import settings
from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound, Unauthenticated
from vtp.ids import RecordingId
from vtp.media.manifests import dash, filler, hls, wvtt
from vtp.media.manifests.shapes import BLACK, LONGEST, SILENCE, Captions, Rung
from vtp.recordings.audience import Audience
from vtp.recordings.model import Recording
from vtp.recordings.problems import TooFarAhead
from vtp.recordings.service.following import ANYTHING, Followed, Shelf, Wait
from vtp.recordings.service.studio import Studio
from vtp.recordings.service.tickets import Tickets
from vtp.recordings.store import made
from vtp.tasks import Tasks

# s that somebody waits for what is not there yet: three of the longest segments.
_WAIT = 3.0 * hls.LIVE_TARGET
# Segments ahead of the newest that may be asked for (RFC 8216bis, 6.2.5.2).
_AHEAD = 2
_MOST_BYTES = 64 * 1024 * 1024
_MOST_GATES = 4_096
# s between two looks for what jobs have made of a recording.
_NEW_FILES = 10.0
# ms; the longest filler, and where the last one ends.
_LONGEST_FILLER, _LAST_FILLER = 5_000, round(1_000 * LONGEST)


class Recheck(Protocol):
    async def __call__(self, actors: Sequence[Actor]) -> Sequence[Actor | None]:
        """Each as they are now; None where what proved them has ended."""


@dataclass(slots=True)
class _Pass:
    recording: Recording
    until: float


class Playing:
    def __init__(
        self,
        db: Database,
        *,
        studio: Studio,
        clock: Clock,
        root: Path,
        tasks: Tasks,
        tickets: Tickets,
        recheck: Recheck,
        options: settings.Delivery,
    ) -> None:
        self._db = db
        self._studio = studio
        self._clock = clock
        self._root = root
        self._tasks = tasks
        self._tickets = tickets
        self._recheck = recheck
        self._options = options
        self._shelf = Shelf(root, tasks)
        self._passes: dict[object, _Pass] = {}
        self._audience = Audience()

    def close(self) -> None:
        self._shelf.close()

    # --- who may ------------------------------------------------------------------------------
    async def gate(self, actor: Actor, id: RecordingId, *, ticket: str = "") -> Recording:
        """As the page of the recording, looked at anew every few seconds."""
        now = self._clock.monotonic()
        asker = (
            ticket or (actor.user_id, actor.guest, actor.roles, actor.scopes, actor.credential_id),
            id,
        )
        held = self._passes.get(asker)
        if held is not None and held.until > now:
            self._note(asker, held.recording, now)
            return held.recording
        if ticket:
            actor = await self._of_ticket(ticket, id)
        if not actor.known:
            raise Unauthenticated
        found = (await self._studio.seen(actor, id)).recording
        if len(self._passes) >= _MOST_GATES:
            self._passes = {key: one for key, one in self._passes.items() if one.until > now}
            if len(self._passes) >= _MOST_GATES:
                self._passes.clear()
        self._passes[asker] = _Pass(found, now + self._options.gate_cache)
        self._note(asker, found, now)
        return found

    def _note(self, asker: object, recording: Recording, now: float) -> None:
        if recording.goes_on:
            self._audience.seen(recording.id, asker, now=now)

    def viewers(self, id: RecordingId) -> int:
        """How many follow a recording while it goes on."""
        return self._audience.count(id, now=self._clock.monotonic())

    async def _of_ticket(self, ticket: str, id: RecordingId) -> Actor:
        """What is wrong with it is nobody's business: there is nothing here for them."""
        told = self._tickets.read(ticket, id, now=self._clock.now())
        if told is None:
            raise NotFound
        [now] = await self._recheck([told])
        if now is None:
            raise NotFound
        return now

    async def ticket(self, actor: Actor, id: RecordingId) -> tuple[str, datetime]:
        await self._studio.seen(actor, id)
        return self._tickets.issue(actor, id, now=self._clock.now())

    # --- what there is ------------------------------------------------------------------------
    async def followed(self, recording: Recording) -> Followed:
        found = await self._shelf.get(recording.id)
        if not found.table.ended:
            found.look()
            if recording.state in {"ready", "failed"}:
                found.end()
        elif found.asked >= found.look_at:
            found.look_at = found.asked + _NEW_FILES
            found.put(await self._rungs(recording.id), await self._captions(recording.id))
        return found

    async def _rungs(self, id: RecordingId) -> list[Rung]:
        """What was made of it since."""
        return [
            Rung(
                name=one.name,
                file=one.path,
                of=one.of,
                codec=one.codec,
                width=one.width,
                height=one.height,
                timescale=one.timescale,
                header=one.header,
                segments=one.segments,
            )
            for one in await made.files(self._db, id=id, kind="rung")
        ]

    async def _captions(self, id: RecordingId) -> list[Captions]:
        return [
            Captions(name=one.name, language=one.language, label=one.label, file=one.path)
            for one in await made.files(self._db, id=id, kind="captions")
        ]

    async def _begun(self, recording: Recording) -> Followed:
        """With something in it, where that comes soon."""
        found = await self.followed(recording)
        if not found.there(ANYTHING):
            await found.until(ANYTHING, limit=hls.LIVE_TARGET, tasks=self._tasks)
        return found

    async def multivariant(self, recording: Recording, *, view: str) -> str:
        followed = await self._begun(recording)
        shown = followed.presentation()
        if not any(one.segments for one in shown.renditions.values()):
            raise NotFound("Nothing has been recorded yet.")
        return hls.multivariant(shown, view=view)

    async def dash(self, recording: Recording, *, view: str) -> str:
        followed = await self._begun(recording)
        shown = followed.presentation()
        if not any(one.segments for one in shown.renditions.values()):
            raise NotFound("Nothing has been recorded yet.")
        paused = sum(seconds for _, seconds in followed.table.pauses)
        return dash.manifest(shown, view=view, now=self._clock.now().timestamp(), paused=paused)

    async def media(
        self,
        recording: Recording,
        name: str,
        *,
        number: int | None = None,
        piece: int | None = None,
        skip: bool = False,
    ) -> str:
        """A media playlist; with a number once that is there, or after a while without it."""
        followed = await self._begun(recording)
        playlist = followed.playlist(name)
        if playlist is None:
            raise NotFound
        if number is not None and not followed.table.ended:
            if number > playlist.state[0] + _AHEAD:
                raise TooFarAhead
            await followed.until((name, number, piece), limit=_WAIT, tasks=self._tasks)
        text = followed.text(name, skip=skip)
        if text is None:
            raise NotFound
        return text

    # --- bytes --------------------------------------------------------------------------------
    async def head(self, recording: Recording, source: str) -> bytes:
        if source in {BLACK, SILENCE}:
            return filler.head(source)
        if source == wvtt.HEAD:
            return wvtt.head()
        followed = await self.followed(recording)
        if (found := followed.source(source)) is None:
            raise NotFound
        return await self._bytes(recording, followed, source, 0, found.header)

    async def stretch(
        self, recording: Recording, source: str, first: int, end: int | None
    ) -> bytes:
        """Of a file from here to there; without an end the fragment that begins there."""
        if source in {BLACK, SILENCE}:
            if end is None or not 0 < end - first <= _LONGEST_FILLER or end > _LAST_FILLER:
                raise NotFound
            return filler.fragment(source, first, end)
        followed = await self.followed(recording)
        if end is None:
            end = await self._end_of(followed, source, first)
        if followed.source(source) is None:
            raise NotFound
        return await self._bytes(recording, followed, source, first, end)

    async def segment(self, recording: Recording, name: str, time: int) -> bytes:
        """Of a rendition, by when it begins, as the manifest of DASH names it."""
        rendition = (await self.followed(recording)).rendition(name)
        found = dash.at(rendition, time) if rendition is not None else None
        if found is None:
            raise NotFound
        return await self.stretch(recording, found.source, found.first, found.end)

    async def _end_of(self, followed: Followed, source: str, first: int) -> int:
        """Of what was hinted at: it may be about to come."""
        wait: Wait = source, first, None
        if (source, first) not in followed.table.recent:
            hinted = [followed.table.next_byte(name) for name in followed.table.renditions()]
            if (source, first) not in hinted:
                raise NotFound
            await followed.until(wait, limit=_WAIT, tasks=self._tasks)
        try:
            return followed.table.recent[source, first]
        except KeyError:
            raise NotFound from None

    async def _bytes(
        self, recording: Recording, followed: Followed, source: str, first: int, end: int
    ) -> bytes:
        size = end - first
        if not 0 < size <= _MOST_BYTES:
            raise NotFound
        path = self._root / str(recording.id) / followed.path(source)
        try:
            data = _at_once(path, first, size)
            if data is None:
                data = await asyncio.to_thread(_read, path, first, size)
        except FileNotFoundError:
            raise NotFound from None
        if len(data) != size:
            raise NotFound
        return data


def _at_once(path: Path, first: int, size: int) -> bytes | None:
    """What is in memory already needs no thread."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = bytearray(size)
        got = os.preadv(file, [data], first, os.RWF_NOWAIT)
        return bytes(data) if got == size else None
    except OSError:
        return None  # not in memory, or a file system that cannot tell
    finally:
        os.close(file)


def _read(path: Path, first: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.read(size)
