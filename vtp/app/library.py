"""What work does for the library."""

from __future__ import annotations

from functools import partial

from vtp.app.parts import Parts
from vtp.app.workbench import workbench
from vtp.library.jobs import Darkroom
from vtp.library.service.filming import Filming
from vtp.library.service.processing import Processing
from vtp.recordings.service.rungs import encodings


def darkroom(parts: Parts) -> Darkroom:
    """For the work process."""
    processing = Processing(
        parts.db,
        clock=parts.clock,
        blobs=parts.blobs,
        sandbox=parts.sandbox,
        jobs=parts.jobs,
        options=parts.settings.library,
    )
    bench = workbench(parts)
    filming = Filming(
        parts.db,
        clock=parts.clock,
        blobs=parts.blobs,
        roomy=parts.sandbox,
        mill=bench.mill,
        rows=partial(encodings, parts.db),
        options=parts.settings.processing,
        folder=parts.settings.data_dir / "films",
    )
    return Darkroom(processing=processing, filming=filming, uploads=parts.library.uploads)
