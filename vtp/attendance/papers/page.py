"""Pages of paper in the letters and the colours of the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont

from vtp import resources

_FONTS = Path(__file__).parent / "fonts"
_FACES = {"": "HankenGrotesk-Regular.ttf", "B": "HankenGrotesk-SemiBold.ttf"}
_OTHER = "other"

Colour = tuple[int, int, int]
INK: Colour = (23, 32, 27)
INK_2: Colour = (71, 81, 75)
INK_3: Colour = (95, 105, 99)
LINE: Colour = (222, 225, 217)
ACCENT: Colour = (29, 106, 80)
ACCENT_SOFT: Colour = (224, 240, 232)
CHALK: Colour = (217, 160, 40)
PAPER: Colour = (253, 252, 248)
Align = Literal["left", "middle", "right"]


class Page(FPDF):
    """A4. What stands where is said in mm, and nothing breaks a page by itself."""

    def __init__(self, *, wide: bool, title: str, at: datetime) -> None:
        super().__init__(orientation="landscape" if wide else "portrait", format="A4")
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.set_creation_date(at)
        self.set_title(title)
        self.set_lang("en")
        self.set_creator("vtp")
        for style, name in _FACES.items():
            self.add_font("house", style, _FONTS / name)
        self._has_others = False

    def letters(self, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """Of the text that follows, in points."""
        self.set_font("house", "B" if bold else "", size)
        self.set_text_color(*colour)

    def say(self, x: float, y: float, text: str, *, align: Align = "left") -> None:
        """One line; `y` is where its letters stand."""
        ours = self._has(text)
        width = 0.0 if align == "left" else self.get_string_width(text)
        start = x - {"left": 0.0, "middle": width / 2, "right": width}[align]
        if ours:
            self.text(start, y, text)
        else:
            # A cell looks in other fonts too; its letters stand at four fifths of its height.
            self.set_xy(start, y - 0.8 * self.font_size)
            self.cell(0, self.font_size, text)

    def cut(self, text: str, width: float) -> str:
        """As much of it as is no wider."""
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def wrapped(self, text: str, width: float) -> list[str]:
        """In lines that are no wider, if words allow it."""
        self._has(text)
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.get_string_width(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(self.cut(word, width))
        return lines or [""]

    def fitting(self, text: str, sizes: Sequence[float], width: float, *, bold: bool) -> float:
        """The first of these sizes in which it is no wider; else the last."""
        self._has(text)
        for size in sizes:
            self.set_font("house", "B" if bold else "", size)
            if self.get_string_width(text) <= width:
                return size
        return sizes[-1]

    def _has(self, text: str) -> bool:
        """Letters that ours has not come from a font of this machine, where it has one."""
        ours = self.fonts["house"]
        known = ours.cmap if isinstance(ours, TTFFont) else {}
        if all(ord(letter) in known for letter in text):
            return True
        found = (path for path in resources.system_fonts() if path.suffix == ".ttf")
        if not self._has_others and (other := next(found, None)):
            self._has_others = True
            self.add_font(_OTHER, "", other)
            self.set_fallback_fonts([_OTHER], exact_match=False)
        return False
