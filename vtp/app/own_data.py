"""What people may ask for about themselves, over all domains that hold something about them."""

from __future__ import annotations

from vtp.accounts.service.erasure import Erasure
from vtp.accounts.service.takeouts import Takeouts
from vtp.app.holders import HOLDERS
from vtp.app.parts import Parts
from vtp.edge.texts import Texts
from vtp.rooms import held as rooms


def takeouts(parts: Parts) -> Takeouts:
    return Takeouts(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        blobs=parts.blobs,
        jobs=parts.jobs,
        holders=HOLDERS,
        pictures=(rooms.images,),
        texts=Texts(),
    )


def erasure(parts: Parts, *, demo: bool) -> Erasure:
    return Erasure(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        endings=parts.accounts.endings,
        proofs=parts.accounts.proving.proofs,
        mails=parts.letterbox.mails,
        notices=parts.letterbox.notices,
        blobs=parts.blobs,
        jobs=parts.jobs,
        holders=HOLDERS,
        demo=demo,
    )
