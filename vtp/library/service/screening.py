"""What players ask for of an uploaded video: manifests, and bytes by where they lie."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from vtp.actor import Actor
from vtp.blob.port import Blobs
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import MediaId
from vtp.library.model import Film, Media
from vtp.library.problems import NotReady
from vtp.library.service.gate import Gate
from vtp.library.store import films
from vtp.media.manifests import dash, hls
from vtp.media.manifests.shapes import Presentation, Rendition, Segment, Source

# Films that are remembered: what was made of a content never changes.
_MOST = 64
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is of one content."""

    presentation: Presentation
    # By the names of sources in addresses, which tell contents apart.
    files: Mapping[str, Film]
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def renditions(self) -> list[Rendition]:
        pictures = [one for _, one in self.presentation.rungs]
        return [*pictures, *self.presentation.renditions.values()]

    @property
    def target(self) -> int:
        """The same for all, so that players change between them without a break."""
        return hls.target(self.renditions)

    def rendition(self, name: str) -> Rendition:
        for one in self.renditions:
            if one.name == name:
                return one
        raise NotFound


class Screening:
    def __init__(self, db: Database, *, blobs: Blobs, gate: Gate) -> None:
        self._db = db
        self._blobs = blobs
        self._gate = gate
        self._known: OrderedDict[bytes, Shown] = OrderedDict()

    async def shown(self, actor: Actor, id: MediaId) -> Shown:
        """Of a video that this person may see."""
        media = await self._gate.seen(actor, id)
        if media.kind != "video":
            raise NotFound
        if not media.filmed or media.sha256 is None:
            raise NotReady
        found = self._known.get(media.sha256)
        if found is None:
            found = _shown(media, await films.of(self._db, sha256=media.sha256))
            self._known[media.sha256] = found
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found

    async def multivariant(self, actor: Actor, id: MediaId) -> str:
        return hls.multivariant((await self.shown(actor, id)).presentation)

    async def playlist(self, actor: Actor, id: MediaId, name: str) -> str:
        shown = await self.shown(actor, id)
        if name not in shown.texts:
            made = hls.Playlist(shown.rendition(name), wall=shown.presentation.wall)
            shown.texts[name] = made.text(ended=True, target=shown.target)
        return shown.texts[name]

    async def manifest(self, actor: Actor, id: MediaId) -> str:
        return dash.manifest((await self.shown(actor, id)).presentation)

    async def head(self, actor: Actor, id: MediaId, source: str) -> bytes:
        film = _named((await self.shown(actor, id)).files, source)
        return await self._bytes(film, 0, film.header)

    async def piece(self, actor: Actor, id: MediaId, source: str, first: int, end: int) -> bytes:
        film = _named((await self.shown(actor, id)).files, source)
        return await self._bytes(film, first, end)

    async def segment(self, actor: Actor, id: MediaId, name: str, time: int) -> bytes:
        """By when it begins, as the manifest of DASH names it."""
        shown = await self.shown(actor, id)
        found = dash.at(shown.rendition(name), time)
        if found is None:
            raise NotFound
        return await self._bytes(_named(shown.files, found.source), found.first, found.end)

    async def whole(self, actor: Actor, id: MediaId, name: str) -> tuple[Film, bytes]:
        """Of the storyboard, or of one of its sheets."""
        shown = await self.shown(actor, id)
        film = next((one for one in shown.files.values() if one.name == name), None)
        if film is None or film.kind not in {"storyboard", "sheet"}:
            raise NotFound
        return film, await self._bytes(film, 0, film.bytes)

    async def _bytes(self, film: Film, first: int, end: int) -> bytes:
        if not 0 <= first < end <= film.bytes or end - first > _MOST_BYTES:
            raise NotFound
        async with self._blobs.get(film.key, start=first, length=end - first) as reading:
            return b"".join([piece async for piece in reading])


def _named(files: Mapping[str, Film], source: str) -> Film:
    if source not in files:
        raise NotFound
    return files[source]


def _shown(media: Media, made: list[Film]) -> Shown:
    content = (media.sha256 or b"").hex()[:12]
    files = {f"{content}-{one.name}": one for one in made}
    told = {name: _rendition(name, one) for name, one in files.items() if one.segments}
    return Shown(
        Presentation(
            wall=media.created_at.timestamp(),
            ended=True,
            renditions={one.name: one for one in told.values() if one.kind == "audio"},
            rungs=[("stage", one) for one in told.values() if one.kind == "video"],
        ),
        files,
    )


def _rendition(source: str, film: Film) -> Rendition:
    made = Source(source, film.codec, film.timescale, film.header, film.width, film.height)
    segments = [
        Segment(source, offset, offset + size, start, start + seconds, True, samples)
        for offset, size, start, seconds, samples in film.segments
    ]
    sound = film.kind == "sound"
    return Rendition(
        film.name,
        "audio" if sound else "video",
        {source: made},
        segments,
        channels=2 if sound else 1,
    )
