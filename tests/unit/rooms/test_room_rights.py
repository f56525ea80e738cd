"""Who may do what in a room."""

from __future__ import annotations

from uuid import uuid4

import pytest

from vtp.actor import Role as SchoolRole
from vtp.rooms import rights
from vtp.rooms.facts import SOURCES
from vtp.rooms.rights import Access, Person, Place

OWNER, OTHER = uuid4(), uuid4()


def place(access: Access = "members") -> Place:
    return Place(OWNER, access)


def somebody(*roles: SchoolRole) -> Person:
    return Person(OTHER, frozenset(roles or {SchoolRole.STUDENT}))


def test_a_room_for_its_members_is_not_there_for_others() -> None:
    assert rights.role_in(place("members"), somebody()) is None
    assert rights.role_in(place("members"), somebody(SchoolRole.INSTRUCTOR)) is None
    member = Person(OTHER, frozenset({"student"}), "member")
    assert rights.role_in(place("members"), member) == "member"


def test_a_room_for_the_school_is_for_everybody_who_is_signed_in() -> None:
    assert rights.role_in(place("school"), somebody()) == "member"
    assert rights.role_in(place("school"), Person(None, frozenset())) is None


@pytest.mark.parametrize("role", [SchoolRole.ADMIN, SchoolRole.MANAGER])
def test_who_looks_after_the_school_is_host_of_every_room(role: SchoolRole) -> None:
    """Also where they were made a mere member of it."""
    assert rights.role_in(place(), Person(OTHER, frozenset({role}), "member")) == "host"


def test_the_owner_is_host_whatever_their_roles_are() -> None:
    assert rights.role_in(place(), Person(OWNER, frozenset({"student"}))) == "host"


def test_nobody_owns_what_belongs_to_nobody_who_asks() -> None:
    assert rights.role_in(place(), Person(None, frozenset())) is None
    assert not rights.may_close(place(), Person(None, frozenset()))


def test_rooms_are_made_by_those_who_teach_or_look_after_the_school() -> None:
    makers = {role for role in SchoolRole if rights.may_make_rooms(somebody(role))}
    assert makers == {SchoolRole.ADMIN, SchoolRole.MANAGER, SchoolRole.INSTRUCTOR}


def test_a_host_who_does_not_own_a_room_cannot_close_it() -> None:
    host = Person(OTHER, frozenset({"instructor"}), "host")
    assert rights.role_in(place(), host) == "host"
    assert not rights.may_close(place(), host)
    assert rights.may_close(place(), Person(OWNER, frozenset({"instructor"})))
    assert rights.may_close(place(), somebody(SchoolRole.MANAGER))


def test_members_send_what_the_room_says_and_hosts_everything() -> None:
    assert rights.publishable("host", ()) == SOURCES
    assert rights.publishable("member", ()) == ()
    assert rights.publishable("member", rights.USUAL) == ("microphone", "camera")


def test_hosts_remove_members_and_nobody_removes_a_host() -> None:
    allowed = {
        (mine, theirs)
        for mine in ("host", "member", None)
        for theirs in ("host", "member")
        if rights.may_remove(mine, other=theirs)
    }
    assert allowed == {("host", "member")}
