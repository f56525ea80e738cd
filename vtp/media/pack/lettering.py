"""Names as they are drawn into a picture: light letters on a dark ground.

The letters come from the fonts that are given, each from the first that has it. A name with letters
that none of them has is not drawn: boxes would say less than nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vtp.media.pack.composite import Label

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_DARK, _LIGHT = 26, 235
_LONGEST = 60  # letters; nobody reads more
_WEIGHT = 600
_MORE = "…"
# No font has a picture for it, so it shows what a font draws instead of what it lacks.
_MISSING = "\U0010ffff"


class Lettering:
    """With fonts of one size. Blocking."""

    def __init__(self, fonts: Sequence[Path], *, height: int) -> None:
        self._height = height
        size = max(8, round(height * 0.58))
        self._fonts = [font for path in fonts if (font := _opened(path, size)) is not None]
        self._missing = [bytes(font.getmask(_MISSING)) for font in self._fonts]

    def label(self, text: str, *, most_width: int) -> Label | None:
        """None when it cannot be written, or nothing is left of it."""
        words = "".join(one for one in text if one.isprintable()).strip()[:_LONGEST]
        pieces = self._pieces(unicodedata.normalize("NFC", words))
        while pieces and self._width(pieces) > most_width - self._height:
            words = words.removesuffix(_MORE)[:-1].rstrip()
            pieces = self._pieces(words + _MORE) if words else []
        return self._drawn(pieces) if pieces else None

    def _pieces(self, text: str) -> list[tuple[FreeTypeFont, str]]:
        """Neighbours that one font has; none when there is a letter that no font has."""
        found: list[tuple[FreeTypeFont, str]] = []
        for letter in text:
            font = self._font_of(letter)
            if font is None:
                return []
            if found and (found[-1][0] is font or letter == " "):
                found[-1] = found[-1][0], found[-1][1] + letter
            else:
                found.append((font, letter))
        return found

    def _font_of(self, letter: str) -> FreeTypeFont | None:
        for font, missing in zip(self._fonts, self._missing, strict=True):
            if letter == " " or bytes(font.getmask(letter)) != missing:
                return font
        return None

    @staticmethod
    def _width(pieces: Sequence[tuple[FreeTypeFont, str]]) -> float:
        return sum(font.getlength(text) for font, text in pieces)

    def _drawn(self, pieces: Sequence[tuple[FreeTypeFont, str]]) -> Label:
        from PIL import Image, ImageDraw  # as in `_opened`

        edge = self._height // 2
        width = (int(self._width(pieces)) + 2 * edge + 1) // 2 * 2
        image = Image.new("L", (width, self._height), _DARK)
        pen, at = ImageDraw.Draw(image), float(edge)
        for font, text in pieces:
            pen.text((at, self._height * 0.72), text, fill=_LIGHT, font=font, anchor="ls")
            at += font.getlength(text)
        return Label(width=width, height=self._height, luma=image.tobytes())


def _opened(path: Path, size: int) -> FreeTypeFont | None:
    # Only a process that makes films needs it, and web imports this too.
    from PIL import ImageFont

    try:
        font = ImageFont.truetype(str(path), size)
        with suppress(OSError, NotImplementedError):  # of one weight only
            font.set_variation_by_axes([_WEIGHT])
        font.getmask("A")
    except OSError:
        return None
    return font
