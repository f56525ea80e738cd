"""Webhooks: what admins set up in web, and what delivers in the work process."""

from __future__ import annotations

from functools import partial

from vtp.accounts.kinds import WEBHOOK_GIVEN_UP
from vtp.accounts.service.admins import tell_admins
from vtp.app import declared
from vtp.app.parts import Parts
from vtp.db import Db
from vtp.webhooks import vault
from vtp.webhooks.model import Endpoint
from vtp.webhooks.sending import Sender
from vtp.webhooks.service.delivering import Delivering
from vtp.webhooks.service.endpoints import Endpoints


def delivering(parts: Parts) -> Delivering:
    options = parts.settings.webhooks
    made = Delivering(
        parts.webhooks,
        options=options,
        vault=vault.load(parts.settings.secrets_dir),
        sender=Sender(options, clock=parts.clock),
    )
    made.on_given_up.append(partial(_tell_admins, parts))
    return made


async def _tell_admins(parts: Parts, tx: Db, endpoint: Endpoint) -> None:
    await tell_admins(
        tx,
        parts.letterbox.notices,
        WEBHOOK_GIVEN_UP,
        {"url": endpoint.url},
        link=f"/admin/webhooks/{endpoint.id}",
    )


def endpoints(parts: Parts) -> Endpoints:
    return Endpoints(
        parts.webhooks,
        options=parts.settings.webhooks,
        vault=vault.load(parts.settings.secrets_dir),
        kinds=declared.HOOKS,
    )
