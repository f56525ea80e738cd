"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.edge.paging import Paged
from vtp.ids import MediaId, UploadId, UserId
from vtp.library import kinds, model

ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT, _LATER = "2026-03-12T18:00:00Z", "2026-03-19T18:00:00Z"

Id = Annotated[UUID, Meta(examples=[ID])]
Title = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
        examples=["Sketching by hand"],
    ),
]
Tag = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
Visibility = Annotated[
    kinds.Visibility,
    Meta(
        description="`private`: who looks after it, and whoever may read a course that shows it; "
        "`unlisted`: whoever is signed in and has its address; `public`: as `unlisted`, for lists.",
        examples=["private"],
    ),
]


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class LinkIn(Input, frozen=True, kw_only=True):
    """Something on the web."""

    title: Title
    link: Annotated[str, Meta(max_length=2000, examples=["https://www.geogebra.org/m/x"])]
    course: UUID | None = None


class MediaChange(Input, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    title: Title | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=5000)] | UnsetType = UNSET
    tags: Annotated[list[Tag], Meta(max_length=30)] | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET


class ReplaceIn(Input, frozen=True, kw_only=True):
    by: Annotated[UUID, Meta(description="The item whose file it gets.", examples=[ID])]


class MediaQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200, description="Words in title, file name or tags.")] = ""
    kind: kinds.Kind | None = None
    course: Annotated[UUID | None, Meta(description="Of this course alone.")] = None
    tag: Annotated[str, Meta(max_length=40)] = ""
    unused: Annotated[bool, Meta(description="Only what stands in no course.")] = False
    everywhere: Annotated[
        bool, Meta(description="Of everybody, for who looks after the whole school.")
    ] = False


class DeleteQuery(Struct, frozen=True, forbid_unknown_fields=True):
    used: Annotated[bool, Meta(description="Also when it stands in courses.")] = False


class FileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    download: Annotated[bool, Meta(description="To be saved, not shown.")] = False


class UploadView(Struct, frozen=True, kw_only=True):
    id: Annotated[UploadId, Meta(examples=[ID])]
    media_id: Annotated[MediaId, Meta(description="The item that it will be.", examples=[ID])]
    file_name: Annotated[str, Meta(examples=["no-roots-final.mp4"])]
    size: Annotated[int, Meta(examples=[314_572_800])]
    offset: Annotated[int, Meta(description="How much of it is here.", examples=[222_298_112])]
    done: bool
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    expires_at: Annotated[datetime, Meta(examples=[_LATER])]


class Alike(Struct, frozen=True, kw_only=True):
    """Another item with the same content."""

    id: Annotated[MediaId, Meta(examples=[ID])]
    title: Annotated[str, Meta(examples=["Parabola"])]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    uses: int


class MediaView(Struct, frozen=True, kw_only=True):
    id: Annotated[MediaId, Meta(examples=[ID])]
    owner_id: Annotated[UserId, Meta(examples=[ID])]
    owner_name: Annotated[str, Meta(examples=["Ines Carvalho"])]
    course_id: UUID | None
    kind: Annotated[kinds.Kind, Meta(examples=["video"])]
    title: Annotated[str, Meta(examples=["Sketching by hand"])]
    description: str
    tags: list[str]
    visibility: Visibility
    state: Annotated[
        kinds.State,
        Meta(
            description="`uploading`, `processing` (it is here, and can be downloaded), `ready`, "
            "or `failed`, and `reason` says why.",
            examples=["ready"],
        ),
    ]
    reason: str
    file_name: Annotated[str, Meta(examples=["sketching.mp4"])]
    content_type: Annotated[str, Meta(examples=["video/mp4"])]
    sha256: Annotated[str | None, Meta(description="Of its file, in hex.")]
    bytes: Annotated[int, Meta(examples=[31_457_280])]
    link: Annotated[str, Meta(description="Where a link leads.", examples=[""])]
    seconds: float | None
    width: int | None
    height: int | None
    uses: Annotated[int, Meta(description="In how many places of courses it stands.")]
    views: int
    file: Annotated[str | None, Meta(description="Where its bytes are.")]
    poster: Annotated[str | None, Meta(description="Where its picture is.")]
    streams: Annotated[bool, Meta(description="Whether it can be played in all sizes.")]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    changed_at: Annotated[datetime, Meta(examples=[_AT])]
    deleted_at: datetime | None
    alike: Annotated[
        list[Alike], Meta(description="Others with the same content; only where one is asked for.")
    ] = []


class StreamView(Struct, frozen=True, kw_only=True):
    """How a video is played."""

    url: Annotated[
        str,
        Meta(description="The file as it was sent.", examples=[f"/api/v1/media/{ID}/file"]),
    ]
    hls: Annotated[
        str | None,
        Meta(
            description="In all sizes, as soon as they are made.",
            examples=[f"/api/v1/videos/{ID}/hls/master.m3u8"],
        ),
    ]
    dash: Annotated[str | None, Meta(examples=[f"/api/v1/videos/{ID}/dash/manifest.mpd"])]
    content_type: Annotated[str, Meta(examples=["video/mp4"])]
    poster: str | None
    seconds: float | None


class Views(Struct, frozen=True, kw_only=True):
    views: Annotated[int, Meta(examples=[12])]


def upload_view(upload: model.Upload) -> UploadView:
    return UploadView(
        id=upload.id,
        media_id=upload.media_id,
        file_name=upload.file_name,
        size=upload.size,
        offset=upload.received,
        done=upload.done,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )


def media_view(media: model.Media, alike: list[model.Media] | None = None) -> MediaView:
    return MediaView(
        id=media.id,
        owner_id=media.owner_id,
        owner_name=media.owner_name,
        course_id=media.course_id,
        kind=media.kind,
        title=media.title,
        description=media.description,
        tags=list(media.tags),
        visibility=media.visibility,
        state=media.state,
        reason=media.reason,
        file_name=media.file_name,
        content_type=media.content_type,
        sha256=media.sha256.hex() if media.sha256 else None,
        bytes=media.bytes,
        link=media.link,
        seconds=media.seconds,
        width=media.width,
        height=media.height,
        uses=media.uses,
        views=media.views,
        file=file_path(media),
        poster=poster_path(media),
        streams=media.filmed,
        created_at=media.created_at,
        changed_at=media.changed_at,
        deleted_at=media.deleted_at,
        alike=[
            Alike(id=one.id, title=one.title, created_at=one.created_at, uses=one.uses)
            for one in alike or []
        ],
    )


def file_path(media: model.Media) -> str | None:
    return f"/api/v1/media/{media.id}/file" if media.sha256 else None


def poster_path(media: model.Media) -> str | None:
    """Names the version, so that browsers keep it."""
    if media.poster_id is None:
        return None
    return f"/api/v1/media/{media.id}/poster?v={media.poster_id}"
