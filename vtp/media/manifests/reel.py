"""One rendition as it grows: fragments become segments, and what is missing is filled. Pure.

What was told once never changes, because players remember it: what comes too late to fit is left
out until it can begin anew at a key frame.
"""

from __future__ import annotations

from vtp.media.manifests.shapes import BLACK, SILENCE, Kind, Piece, Rendition, Segment, Source

# s. A segment ends before the next key frame once it is so long; without key frames it is cut.
LEAST, MOST = 1.5, 4.0
# What a picture and a sound that were cut elsewhere may overlap, and what is left open between
# two fragments: players step over it.
_OVERLAP, _HOLE = 0.5, 0.3
# s; what fills a hole comes in pieces like those of pictures.
_PIECE = 0.2
# Segments of which the pieces are still told: three of the longest (RFC 8216bis, 4.4.4.9).
_YOUNG = 8
_FILLERS = {
    "video": Source(BLACK, "avc1.42c00c", 90_000, 0, 256, 144),
    "audio": Source(SILENCE, "opus", 48_000, 0),
}


class Reel:
    def __init__(self, name: str, kind: Kind, *, least: float = LEAST) -> None:
        self.rendition = Rendition(name, kind)
        self.track = ""  # which one it shows
        self._least = least
        self._source = ""
        self._next = 0  # the byte of the source that goes on with it

    @property
    def until(self) -> float:
        return self.rendition.until

    def offer(self, source: Source, piece: Piece) -> bool:
        """Whether it is taken."""
        goes_on = piece.source == self._source and piece.first == self._next
        if not goes_on and not (piece.key and self._fits(piece)):
            return False
        if piece.key and piece.start > self.until + _HOLE:
            self.fill(piece.start)
        self.rendition.sources.setdefault(source.name, source)
        if self._ends_before(piece):
            self.close(piece.start)
        self.rendition.open.append(piece)
        self._source, self._next = piece.source, piece.end
        return True

    def _fits(self, piece: Piece) -> bool:
        """What begins anew may overlap the pieces of the open segment, and nothing before."""
        opened = self.rendition.open
        at = opened[0].start + 0.1 if opened else self.until - 0.001
        return piece.start >= max(at, self.until - _OVERLAP) and piece.until > self.until

    def _ends_before(self, piece: Piece) -> bool:
        opened = self.rendition.open
        if not opened:
            return False
        if opened[-1].source != piece.source or opened[-1].end != piece.first:
            return True
        length = piece.start - opened[0].start
        return (piece.key and length >= self._least) or piece.until - opened[0].start > MOST

    def close(self, at: float | None = None) -> None:
        """End the open segment; it lasts until `at`, where the next one begins."""
        opened = self.rendition.open
        if not opened:
            return
        segments = self.rendition.segments
        segments.append(
            Segment(
                opened[0].source,
                opened[0].first,
                opened[-1].end,
                opened[0].start,
                opened[-1].until if at is None else at,
                opened[0].key,
                sum(one.samples for one in opened),
                tuple(opened),
            )
        )
        opened.clear()
        if len(segments) > _YOUNG:
            segments[-_YOUNG - 1] = _aged(segments[-_YOUNG - 1])

    def fill(self, until: float) -> None:
        """Black pictures, or silence, up to there; what is long past in large pieces."""
        filler = _FILLERS[self.rendition.kind]
        self.rendition.sources.setdefault(filler.name, filler)
        if self.rendition.open and self._source != filler.name:
            self.close(round(self.until * 1_000) / 1_000)
        end = round(until * 1_000)
        while (at := round(self.until * 1_000)) < end:
            left = end - at
            each = round((MOST if left > 2 * MOST * 1_000 else _PIECE) * 1_000)
            size = min(each, left) if left >= each + 20 else left
            self._lay(filler.name, at, at + size)

    def _lay(self, source: str, first: int, end: int) -> None:
        piece = Piece(source, first, end, first / 1_000, end / 1_000, True, 1)
        if self._ends_before(piece):
            self.close()
        self.rendition.open.append(piece)
        self._source, self._next = source, end


def _aged(one: Segment) -> Segment:
    return Segment(one.source, one.first, one.end, one.start, one.until, one.key, one.samples)
