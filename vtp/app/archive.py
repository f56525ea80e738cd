"""The record of what was done, with the key that seals it and the place that knows its end."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.audit import signing
from vtp.audit.head import head_file
from vtp.audit.jobs import Archive
from vtp.audit.service.exporting import Exporting
from vtp.audit.service.keeping import Keeping
from vtp.audit.service.sealing import Sealing
from vtp.audit.service.verifying import Verifying
from vtp.db import Database
from vtp.settings import Settings


def archive(parts: Parts) -> Archive:
    """For the work process, which seals."""
    chosen = parts.settings
    signer, head = signing.load(chosen.secrets_dir), head_file(chosen.data_dir)
    return Archive(
        sealing=Sealing(parts.db, clock=parts.clock, signer=signer, head=head),
        keeping=Keeping(
            parts.db, clock=parts.clock, audit=parts.audit, signer=signer, options=chosen.audit
        ),
        verifying=Verifying(parts.db, signer=signer, head=head),
        exporting=exporting(parts),
    )


def exporting(parts: Parts) -> Exporting:
    return Exporting(
        parts.db, clock=parts.clock, audit=parts.audit, blobs=parts.blobs, jobs=parts.jobs
    )


def verifying(db: Database, chosen: Settings) -> Verifying:
    return Verifying(db, signer=signing.load(chosen.secrets_dir), head=head_file(chosen.data_dir))
