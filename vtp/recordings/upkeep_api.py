"""/api/v1/encodings and /api/v1/storage: for administrators of a school."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.recordings import kinds
from vtp.recordings.api import RECORDINGS, Input
from vtp.recordings.model import Encoding

routes = Routes("recordings")

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$", examples=["h264-480"])]


class EncodingIn(Input, frozen=True, kw_only=True):
    codec: Annotated[kinds.Codec, Meta(examples=["h264"])]
    height: Annotated[
        int, Meta(ge=96, le=2160, description="Of an upright picture its width.", examples=[480])
    ]
    quality: Annotated[
        int,
        Meta(ge=0, le=63, description="CRF: lower is better, and larger.", examples=[23]),
    ]
    most_bits: Annotated[
        int, Meta(ge=50_000, le=100_000_000, description="A second.", examples=[1_200_000])
    ]
    preset: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9]{0,20}$",
            description="Of the encoder; empty is its own.",
            examples=["veryfast"],
        ),
    ] = ""
    enabled: bool = True


class EncodingView(Struct, frozen=True, kw_only=True):
    """Recordings that are larger are made in this size too."""

    name: Name
    codec: Annotated[kinds.Codec, Meta(examples=["h264"])]
    height: Annotated[int, Meta(examples=[480])]
    quality: Annotated[int, Meta(examples=[23])]
    most_bits: Annotated[int, Meta(examples=[1_200_000])]
    preset: Annotated[str, Meta(examples=["veryfast"])]
    enabled: bool


class Encodings(Struct, frozen=True):
    items: list[EncodingView]


class StorageView(Struct, frozen=True, kw_only=True):
    """Bytes, unless it says otherwise."""

    recordings: Annotated[int, Meta(description="How many there are.", examples=[42])]
    recorded: Annotated[int, Meta(examples=[42_912_345_678])]
    made: Annotated[int, Meta(description="Of what was made of them.", examples=[9_412_345_678])]
    binned: Annotated[int, Meta(description="Of both, in the bin.", examples=[0])]
    copied: Annotated[int, Meta(description="In the storage as well.", examples=[0])]
    free: Annotated[int, Meta(description="Of the disk.", examples=[112_345_678_901])]


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="recordings", right=right, writes=writes)


@routes.get("/api/v1/encodings", rule=_admin("list_encodings"))
async def listed(request: web.Request, actor: Actor) -> Encodings:
    """In which sizes and codecs recordings are made smaller, the largest first."""
    found = await request.app[RECORDINGS].upkeep.encodings(actor)
    return Encodings([_view(one) for one in found])


@routes.put("/api/v1/encodings/{id}", rule=_admin("set_encoding", writes=True))
async def change(request: web.Request, actor: Actor, id: Name, body: EncodingIn) -> EncodingView:
    """Add one or change it, for recordings that end from now on."""
    one = Encoding(name=id, **msgspec.structs.asdict(body))
    return _view(await request.app[RECORDINGS].upkeep.set_encoding(actor, one))


@routes.delete("/api/v1/encodings/{id}", rule=_admin("remove_encoding", writes=True), status=204)
async def remove(request: web.Request, actor: Actor, id: Name) -> None:
    """Take one away; what was made with it stays."""
    await request.app[RECORDINGS].upkeep.remove_encoding(actor, id)


@routes.get("/api/v1/storage", rule=_admin("see_storage"))
async def storage(request: web.Request, actor: Actor) -> StorageView:
    """What all recordings take."""
    found = await request.app[RECORDINGS].upkeep.storage(actor)
    taken = found.taken
    return StorageView(
        recordings=taken.recordings,
        recorded=taken.recorded,
        made=taken.made,
        binned=taken.binned,
        copied=taken.copied,
        free=found.free,
    )


def _view(one: Encoding) -> EncodingView:
    return EncodingView(
        name=one.name,
        codec=one.codec,
        height=one.height,
        quality=one.quality,
        most_bits=one.most_bits,
        preset=one.preset,
        enabled=one.enabled,
    )
