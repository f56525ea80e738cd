"""Pictures of somebody else, drawn anew: square, upright, in our sizes, and nothing but pixels."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vtp.errors import Invalid
from vtp.media.pack import imagefile
from vtp.media.pack.confined import Confined

MEDIA_TYPE = "image/webp"
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000

_REDRAW = "vtp.media.pack.inside.redrawing:redraw"
_FIT = "vtp.media.pack.inside.redrawing:fit"
_CPU_SECONDS = 20.0
_WALL_SECONDS = 40.0
# A few sizes of a square picture; also the largest that a hostile child can make us hold.
_OUTPUT = 4 * 1024 * 1024


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    # Pixels on each side, one picture for each.
    sides: tuple[int, ...]
    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    side: int
    data: bytes


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    pictures: tuple[Picture, ...]


class FitWish(msgspec.Struct, frozen=True, kw_only=True):
    """As it is, not cropped."""

    # The longer side in pixels, one picture for each; none is made larger than it was.
    boxes: tuple[int, ...]
    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    width: int
    height: int
    data: bytes


class AllFitted(msgspec.Struct, frozen=True, kw_only=True):
    pictures: tuple[Fitted, ...]


class NotAPicture(Invalid):
    """The file is not a picture. Use PNG, JPEG, WebP or GIF."""

    code = "picture_unreadable"


class PictureTooLarge(Invalid):
    """The picture is too large. Use one of at most 12 MB and 40 megapixels."""

    code = "picture_too_large"


class PictureAnimated(Invalid):
    """Moving WebP pictures cannot be used. Use a still picture, or a GIF."""

    code = "picture_animated"


class PictureDamaged(Invalid):
    """The picture is damaged and cannot be drawn."""

    code = "picture_damaged"


REFUSALS = (NotAPicture, PictureTooLarge, PictureAnimated, PictureDamaged)


async def redraw_file(
    confined: Confined, descriptor: int, *, sides: Sequence[int]
) -> tuple[Picture, ...]:
    """The open picture file `descriptor` as one WebP square for each of `sides`."""
    made = await confined.run(
        _REDRAW,
        Wish(sides=tuple(sides)),
        returns=Pictures,
        files={"input": descriptor},
        raises=REFUSALS,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
        output=_OUTPUT,
    )
    if [picture.side for picture in made.pictures] != list(sides):
        raise PictureDamaged
    for picture in made.pictures:
        _check(picture)
    return made.pictures


async def fit_file(
    confined: Confined, descriptor: int, *, boxes: Sequence[int], max_bytes: int = MAX_BYTES
) -> tuple[Fitted, ...]:
    """The open picture file `descriptor` as one WebP for each of `boxes`, in its proportions."""
    made = await confined.run(
        _FIT,
        FitWish(boxes=tuple(boxes), max_bytes=max_bytes),
        returns=AllFitted,
        files={"input": descriptor},
        raises=REFUSALS,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
        output=_OUTPUT,
    )
    if len(made.pictures) != len(boxes):
        raise PictureDamaged
    for picture, box in zip(made.pictures, boxes, strict=True):
        header = imagefile.look(picture.data)
        found = header and (header.kind, header.width, header.height)
        if (
            found != ("webp", picture.width, picture.height)
            or not 1 <= max(picture.width, picture.height) <= box
        ):
            raise PictureDamaged
    return made.pictures


def _check(picture: Picture) -> None:
    """What comes out of the child goes to browsers: it is what it should be, or nothing."""
    header = imagefile.look(picture.data)
    expected = ("webp", picture.side, picture.side)
    if header is None or (header.kind, header.width, header.height) != expected:
        raise PictureDamaged
