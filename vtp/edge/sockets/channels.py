"""Whom a message is for. Socket.IO says "room"; here a room is a place where classes are held."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from vtp.ids import UserId

Sid = NewType("Sid", str)  # one socket
Channel = NewType("Channel", str)  # "job:<id>": every socket that has entered it


def channel(kind: str, id: UUID | str) -> Channel:
    return Channel(f"{kind}:{id}")


def of_user(user_id: UserId) -> Channel:
    """All sockets of one user; a socket enters it by being accepted."""
    return channel("user", user_id)


def of_credential(credential_id: UUID) -> Channel:
    """All sockets that were opened with one session, token family or key."""
    return channel("credential", credential_id)
