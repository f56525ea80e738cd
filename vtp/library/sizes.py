"""In which sizes a video is made. Pure.

The largest is its own size, because browsers do not play all that cameras write; beyond the
largest size of the table it is made smaller.
"""

from __future__ import annotations

from collections.abc import Sequence

from vtp.library.port import Size
from vtp.media.pack.ladder import Step, sizes


def steps(width: int, height: int, rows: Sequence[Size]) -> list[Step]:
    """The largest first; without H.264 there would be nothing that every browser plays."""
    short = min(width, height)
    enough = [one for one in rows if one.codec == "h264" and one.height >= short]
    made = []
    if enough:
        row = min(enough, key=lambda one: one.height)
        made.append(_step(f"stage-{short}", row, _even(width), _even(height)))
    fitting = sizes(width, height, [one.height for one in rows])
    for row in sorted(rows, key=lambda one: (-one.height, one.codec)):
        if row.height in fitting:
            name = str(row.height) if row.codec == "h264" else row.name
            made.append(_step(f"stage-{name}", row, *fitting[row.height]))
    return made if any(one.codec == "h264" for one in made) else []


def _step(name: str, row: Size, width: int, height: int) -> Step:
    return Step(
        name=name,
        codec=row.codec,
        width=width,
        height=height,
        quality=row.quality,
        most_bits=row.most_bits,
        preset=row.preset,
    )


def _even(side: int) -> int:
    return max(2, side - side % 2)
