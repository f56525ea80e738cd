"""Who may use a route or an event: one rule each, declared beside the handler.

A rule is the coarse half, checked before the handler runs: signed in, role, scope of a key.
Whether *this* object may be seen is the fine half and lives in the gate of its service; a rule
that says `owned` promises that such a gate answers "not found" to everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from vtp.actor import Actor, Role, Via
from vtp.errors import Forbidden, Unauthenticated


class MissingScope(Forbidden):
    """This key was not given the scope that this needs."""

    code = "missing_scope"


class NotWithAKey(Forbidden):
    """This can be done by a person who signed in, not with an API key."""

    code = "not_with_a_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    noun: str
    right: str
    anonymous: bool = False  # no sign-in needed
    roles: frozenset[Role] | None = None  # None: everybody who is signed in
    owned: bool = False  # the object has an owner; `roles` are those who may beside the owner
    writes: bool = False  # which of noun:read and noun:write a key needs
    keys: bool = True  # whether an API key may do it at all
    linked: bool = False  # its gate also takes a signed link, of somebody who is not signed in
    guests: bool = False  # whether a guest may come to its gate; nothing else is open to them

    @property
    def scope(self) -> str:
        return f"{self.noun}:{'write' if self.writes else 'read'}"

    def check(self, actor: Actor) -> None:
        """Return when `actor` may go on to the handler; else raise."""
        if self.anonymous:
            return  # what nobody needs to prove anything for, a narrow key may do too
        if actor.guest is not None and self.guests:
            return
        if actor.via is Via.KEY:
            self._check_key(actor)
        if not actor.signed_in and self.linked:
            return
        if not actor.signed_in:
            raise Unauthenticated
        if self.roles is not None and not self.owned and not actor.has(*self.roles):
            raise Forbidden

    def _check_key(self, actor: Actor) -> None:
        if not self.keys:
            raise NotWithAKey
        if actor.scopes is not None and self.scope not in actor.scopes:
            raise MissingScope(f"This key lacks the scope {self.scope}.")


def anyone(noun: str, right: str, *, writes: bool = False) -> Rule:
    return Rule(noun=noun, right=right, anonymous=True, writes=writes)


def signed_in(noun: str, right: str, *, writes: bool = False, keys: bool = True) -> Rule:
    return Rule(noun=noun, right=right, writes=writes, keys=keys)


def inside(noun: str, right: str) -> Rule:
    """What is done in a class by whoever is in it, a guest too: its gate asks for the seat."""
    return Rule(noun=noun, right=right, writes=True, guests=True)


def only(*roles: Role, noun: str, right: str, writes: bool = False, keys: bool = True) -> Rule:
    return Rule(noun=noun, right=right, roles=frozenset(roles), writes=writes, keys=keys)


def owner(
    *beside: Role,
    noun: str,
    right: str,
    writes: bool = False,
    keys: bool = True,
    guests: bool = False,
    linked: bool = False,
) -> Rule:
    return Rule(
        linked=linked,
        noun=noun,
        right=right,
        roles=frozenset(beside),
        owned=True,
        writes=writes,
        keys=keys,
        guests=guests,
    )
