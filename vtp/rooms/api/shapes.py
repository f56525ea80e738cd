"""What comes in and goes out, with the limits and examples that the API description shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.edge.paging import Paged
from vtp.ids import MeetingId, RoomId, UserId
from vtp.media.sfu.figures import PeerFigures, PlaneFigures
from vtp.rooms import facts, model, rights, titles
from vtp.rooms.facts import ParticipantId, Source
from vtp.rooms.service.catalogue import Yours
from vtp.rooms.service.meetings import Listed

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT, _LATER = "2026-03-12T18:00:00Z", "2026-03-12T18:52:10Z"

Id = Annotated[UUID, Meta(examples=[_ID])]
Title = Annotated[
    str,
    Meta(
        min_length=1, max_length=titles.MAX, pattern=titles.PATTERN, examples=["Algebra, group B"]
    ),
]
Access = Annotated[
    rights.Access,
    Meta(
        description="`school`: all who are signed in and have the link; `members`: those alone.",
        examples=["school"],
    ),
]
Sources = Annotated[
    tuple[Source, ...],
    Meta(
        max_length=len(facts.SOURCES),
        description="What members may send; hosts may send everything.",
        examples=[["microphone", "camera"]],
    ),
]
WaitingRoom = Annotated[
    bool, Meta(description="Who is not staff waits until staff let them in.", examples=[True])
]
MemberChat = Annotated[
    bool, Meta(description="Whether members may write to all when a class begins.", examples=[True])
]
MemberPrivateChat = Annotated[
    bool, Meta(description="Whether they may write to each other privately.", examples=[True])
]
RecordsItself = Annotated[
    bool,
    Meta(
        description="Whether its classes are recorded from when somebody teaches.", examples=[False]
    ),
]
RecordsCameras = Annotated[
    bool, Meta(description="Whether the cameras of members are recorded, too.", examples=[False])
]
Role = Annotated[facts.RoomRole, Meta(description="What you are in this room.", examples=["host"])]
Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["noor@school.example"])]


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


# --- rooms ------------------------------------------------------------------------------------
class RoomIn(Input, frozen=True, kw_only=True):
    title: Title
    access: Access = "school"
    member_sources: Sources = rights.USUAL
    waiting_room: WaitingRoom = False
    member_chat: MemberChat = True
    member_private_chat: MemberPrivateChat = True
    records_itself: RecordsItself = False
    records_cameras: RecordsCameras = False


class RoomChange(Input, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    title: Title | UnsetType = UNSET
    access: Access | UnsetType = UNSET
    member_sources: Sources | UnsetType = UNSET
    waiting_room: WaitingRoom | UnsetType = UNSET
    member_chat: MemberChat | UnsetType = UNSET
    member_private_chat: MemberPrivateChat | UnsetType = UNSET
    records_itself: RecordsItself | UnsetType = UNSET
    records_cameras: RecordsCameras | UnsetType = UNSET


class RoomView(Struct, frozen=True, kw_only=True):
    id: Annotated[RoomId, Meta(examples=[_ID])]
    title: Annotated[str, Meta(examples=["Algebra, group B"])]
    owner_id: Annotated[UserId, Meta(examples=[_ID])]
    access: Access
    member_sources: Annotated[list[Source], Meta(examples=[["microphone", "camera"]])]
    waiting_room: WaitingRoom
    member_chat: MemberChat
    member_private_chat: MemberPrivateChat
    records_itself: RecordsItself
    records_cameras: RecordsCameras
    guest_path: Annotated[
        str | None,
        Meta(
            description="The link for guests, for hosts; null where there is none.",
            examples=["/join/9f4Xq2mT0bLwYc7sVnE1Kg"],
        ),
    ]
    role: Role
    path: Annotated[str, Meta(description="The link to the room.", examples=[f"/room/{_ID}"])]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    closed_at: Annotated[datetime | None, Meta(examples=[None])]


def guest_path(room: model.Room) -> str | None:
    return f"/join/{room.guest_token}" if room.guest_token is not None else None


def room_view(yours: Yours) -> RoomView:
    room = yours.room
    return RoomView(
        id=room.id,
        title=room.title,
        owner_id=room.owner_id,
        access=room.access,
        member_sources=list(room.member_sources),
        waiting_room=room.waiting_room,
        member_chat=room.member_chat,
        member_private_chat=room.member_private_chat,
        records_itself=room.records_itself,
        records_cameras=room.records_cameras,
        guest_path=guest_path(room) if rights.may_host(yours.role) else None,
        role=yours.role,
        path=f"/room/{room.id}",
        created_at=room.created_at,
        closed_at=room.closed_at,
    )


class MemberIn(Input, frozen=True, kw_only=True):
    email: Email
    role: Annotated[facts.RoomRole, Meta(description="In this room.", examples=["member"])] = (
        "member"
    )


class MemberView(Struct, frozen=True, kw_only=True):
    user_id: Annotated[UserId, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    email: Annotated[str, Meta(examples=["noor@school.example"])]
    role: Annotated[facts.RoomRole, Meta(examples=["member"])]
    added_at: Annotated[datetime, Meta(examples=[_AT])]


def member_view(member: model.Member) -> MemberView:
    return MemberView(
        user_id=member.user_id,
        name=member.name,
        email=member.email,
        role=member.role,
        added_at=member.added_at,
    )


class WordsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    words: Annotated[
        str, Meta(max_length=100, description="Two letters or more.", examples=["noor"])
    ] = ""


class CandidateView(Struct, frozen=True):
    user_id: Annotated[UserId, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    email: Annotated[str, Meta(examples=["noor@school.example"])]


# --- meetings ---------------------------------------------------------------------------------
class MeetingsQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    room: Annotated[UUID | None, Meta(description="Only those of this room.", examples=[_ID])] = (
        None
    )


class OutageView(Struct, frozen=True, kw_only=True):
    """The server was away meanwhile; nobody is blamed for it."""

    started_at: Annotated[datetime, Meta(examples=[_AT])]
    ended_at: Annotated[datetime, Meta(examples=[_LATER])]


class MeetingView(Struct, frozen=True, kw_only=True):
    id: Annotated[MeetingId, Meta(examples=[_ID])]
    room_id: Annotated[RoomId, Meta(examples=[_ID])]
    title: Annotated[str, Meta(description="Of the room.", examples=["Algebra, group B"])]
    started_at: Annotated[datetime, Meta(examples=[_AT])]
    ended_at: Annotated[
        datetime | None, Meta(description="Null while it goes on.", examples=[_LATER])
    ]
    ended_how: Annotated[
        facts.Ending | None,
        Meta(
            description="`ended` by a host, `empty` when all had left, `closed` with its room, "
            "`lost` when nobody came back after an outage.",
            examples=["ended"],
        ),
    ]
    outages: list[OutageView]


def meeting_view(held: model.Held) -> MeetingView:
    return MeetingView(
        id=held.id,
        room_id=held.room.id,
        title=held.room.title,
        started_at=held.started_at,
        ended_at=held.ended_at,
        ended_how=held.ended_how,
        outages=[
            OutageView(started_at=one.started_at, ended_at=one.ended_at) for one in held.outages
        ],
    )


class ParticipantView(Struct, frozen=True, kw_only=True):
    """Somebody who was in a meeting, with one device."""

    id: Annotated[ParticipantId, Meta(examples=[_ID])]
    user_id: Annotated[UUID, Meta(description="An account, or a guest.", examples=[_ID])]
    guest: Annotated[bool, Meta(description="Came by a link, without one.", examples=[False])]
    name: Annotated[str, Meta(description="At the time of joining.", examples=["Noor Haddad"])]
    role: Annotated[facts.RoomRole, Meta(description="When joining.", examples=["member"])]
    joined_at: Annotated[datetime, Meta(examples=[_AT])]
    connection: Annotated[
        str,
        Meta(description="`live`, `away` (cut off, may come back) or `gone`.", examples=["live"]),
    ]
    removed_at: Annotated[
        datetime | None, Meta(description="By a host, and not let in again.", examples=[None])
    ]


def participant_view(listed: Listed) -> ParticipantView:
    one = listed.attendee
    return ParticipantView(
        id=one.id,
        user_id=one.person,
        guest=one.guest,
        name=one.name,
        role=one.role,
        joined_at=one.joined_at,
        connection=listed.connection,
        removed_at=one.removed_at,
    )


class AdmitIn(Input, frozen=True, kw_only=True):
    person: Annotated[
        UUID | None, Meta(description="Null: everybody who waits.", examples=[_ID])
    ] = None


class DeclineIn(AdmitIn, frozen=True, kw_only=True):
    pass


class PersonIn(Input, frozen=True, kw_only=True):
    person: Annotated[UUID, Meta(examples=[_ID])]


class LocksIn(Input, frozen=True, kw_only=True):
    """True locks for members, false unlocks; what is left out stays as it is."""

    entry: Annotated[bool | None, Meta(description="Nobody new comes in.", examples=[True])] = None
    chat: bool | None = None
    private_chat: bool | None = None
    microphone: bool | None = None
    camera: bool | None = None
    screen: bool | None = None


class LocksView(Struct, frozen=True, kw_only=True):
    locks: facts.Locks
    member_sources: Annotated[list[Source], Meta(examples=[["microphone", "camera"]])]


class Stats(Struct, frozen=True, kw_only=True):
    participants: Annotated[
        dict[str, PeerFigures],
        Meta(description="What is measured, by the id of the participant.", examples=[{}]),
    ]
    plane: Annotated[
        PlaneFigures | None,
        Meta(description="Of all classes together, for those who look after the school."),
    ]
