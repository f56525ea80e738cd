"""The settings that may change while the program runs: their sections, kinds and defaults.

Never secrets, never what the program may reach, never what a process is built with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec

from vtp.actor import Role
from vtp.errors import Invalid, NotFound
from vtp.settings import Section, Settings

MAX_TEXT = 200


class WrongValue(Invalid):
    """This setting does not take that."""

    code = "wrong_value"

    def __init__(self, detail: str = "") -> None:
        super().__init__(fields={"value": detail or self.title()})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them; `text` is the sentence about it, in the catalogue of texts."""

    section: str
    field: str
    title: str
    text: str
    # What cannot be less while we run: nobody locks the school out, not even its admins.
    least: int = 0
    # What a list is made of, where it is one.
    of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.section}.{self.field}"


CHOICES = (
    Choice("school", "name", "setting.name", "setting.nameText"),
    Choice("school", "motto", "setting.motto", "setting.mottoText"),
    Choice("auth", "open_registration", "setting.registration", "setting.registrationText"),
    Choice(
        "auth",
        "second_factor_roles",
        "setting.secondFactor",
        "setting.secondFactorText",
        of=tuple(role.value for role in Role),
    ),
    Choice("limits", "requests_per_minute", "setting.requests", "setting.requestsText", 60),
    Choice("limits", "anonymous_per_minute", "setting.anonymous", "setting.anonymousText", 60),
    Choice("limits", "registrations_per_hour", "setting.arrivals", "setting.arrivalsText"),
    Choice("limits", "pictures_per_hour", "setting.pictures", "setting.picturesText"),
    Choice("limits", "mails_per_hour", "setting.mails", "setting.mailsText"),
    Choice("limits", "mails_per_person_per_hour", "setting.mailbox", "setting.mailboxText"),
    Choice("processing", "keep_days", "setting.keepDays", "setting.keepDaysText"),
    Choice("processing", "bin_days", "setting.binDays", "setting.binDaysText"),
    Choice("audit", "keep_months", "setting.months", "setting.monthsText"),
    Choice("audit", "keep_addresses", "setting.addresses", "setting.addressesText"),
)
_BY_NAME = {one.name: one for one in CHOICES}
# Empty is no name; the others may be.
_NEEDED = frozenset({"school.name"})


def choice(name: str) -> Choice:
    found = _BY_NAME.get(name)
    if found is None:
        raise NotFound
    return found


def value_in(chosen: Settings, one: Choice) -> Any:
    return getattr(getattr(chosen, one.section), one.field)


def judged(defaults: Settings, one: Choice, value: object) -> Any:
    """The value as its section takes it; text is read as what a form sends."""
    section: Section = getattr(defaults, one.section)
    kind = get_type_hints(type(section), include_extras=True)[one.field]
    try:
        good = msgspec.convert(value, kind, strict=not isinstance(value, str))
        msgspec.structs.replace(section, **{one.field: good})
    except (msgspec.ValidationError, ValueError) as error:
        raise WrongValue(str(error).partition(" - at")[0]) from None
    return _fitting(one, good)


def _fitting(one: Choice, good: Any) -> Any:
    if isinstance(good, str):
        good = " ".join(good.split())
        if len(good) > MAX_TEXT or (not good and one.name in _NEEDED):
            raise WrongValue
    if isinstance(good, tuple):
        return tuple(word for word in one.of if word in good)
    if one.least and good < one.least:
        raise WrongValue(f"At least {one.least}.")
    return good
