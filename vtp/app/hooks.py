"""Webhooks in the work process: what delivers them."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.webhooks import vault
from vtp.webhooks.sending import Sender
from vtp.webhooks.service.delivering import Delivering


def delivering(parts: Parts) -> Delivering:
    options = parts.settings.webhooks
    return Delivering(
        parts.webhooks,
        options=options,
        vault=vault.load(parts.settings.secrets_dir),
        sender=Sender(options, clock=parts.clock),
    )
