"""What work does for the library."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.library.jobs import Darkroom
from vtp.library.service.processing import Processing


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
    return Darkroom(processing=processing, uploads=parts.library.uploads)
