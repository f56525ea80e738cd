"""What those have who make something of recordings."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.blob.opening import elsewhere
from vtp.recordings.service.orders import Orders
from vtp.recordings.service.workbench import Workbench


def workbench(parts: Parts) -> Workbench:
    chosen = parts.settings
    return Workbench(
        db=parts.db,
        blobs=parts.blobs,
        roomy=parts.sandbox,
        orders=Orders(parts.db, parts.jobs, parts.clock, copies=elsewhere(chosen.blob)),
        clock=parts.clock,
        options=chosen.processing,
        root=chosen.recordings_dir,
        reserve=chosen.recorder.reserve,
    )
