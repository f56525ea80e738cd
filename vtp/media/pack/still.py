"""One picture out of a video of somebody else, drawn anew."""

from __future__ import annotations

import msgspec

from vtp.media.pack import imagefile
from vtp.media.pack.confined import Confined
from vtp.media.pack.picture import Fitted, PictureDamaged
from vtp.media.pack.probe import REFUSALS

_STILL = "vtp.media.pack.inside.stills:still"
_CPU_SECONDS = 30.0
_WALL_SECONDS = 60.0
_OUTPUT = 4 * 1024 * 1024


class StillWish(msgspec.Struct, frozen=True, kw_only=True):
    # Seconds; the next picture that can be decoded from there.
    at: float
    # The longer side in pixels.
    box: int


async def still_of(confined: Confined, descriptor: int, *, at: float, box: int) -> bytes:
    """A WebP of what the open video file `descriptor` shows at `at`."""
    made = await confined.run(
        _STILL,
        StillWish(at=at, box=box),
        returns=Fitted,
        files={"input": descriptor},
        raises=REFUSALS,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
        output=_OUTPUT,
    )
    header = imagefile.look(made.data)
    if header is None or header.kind != "webp" or max(header.width, header.height) > box:
        raise PictureDamaged
    return made.data
