"""Webhooks: what admins set up in web, and what delivers in the work process."""

from __future__ import annotations

from vtp.app import declared
from vtp.app.parts import Parts
from vtp.webhooks import vault
from vtp.webhooks.sending import Sender
from vtp.webhooks.service.delivering import Delivering
from vtp.webhooks.service.endpoints import Endpoints


def delivering(parts: Parts) -> Delivering:
    options = parts.settings.webhooks
    return Delivering(
        parts.webhooks,
        options=options,
        vault=vault.load(parts.settings.secrets_dir),
        sender=Sender(options, clock=parts.clock),
    )


def endpoints(parts: Parts) -> Endpoints:
    return Endpoints(
        parts.webhooks,
        options=parts.settings.webhooks,
        vault=vault.load(parts.settings.secrets_dir),
        kinds=declared.HOOKS,
    )
