"""What can go wrong with attendance, each with a code that stays. Pure."""

from __future__ import annotations

from vtp.errors import Conflict, Invalid


class TooMuchSeen(Conflict):
    """That is more than can have been seen in the time that the recording was open."""

    code = "too_much_seen"


class NotHeldYet(Conflict):
    """This class has not been held yet, so there are no marks."""

    code = "class_not_held_yet"


class NoReason(Invalid):
    """Say why, so that the student can understand it."""

    code = "reason_needed"


class NothingContested(Conflict):
    """The student has not contested this mark."""

    code = "nothing_contested"


class NoCertificate(Conflict):
    """This course gives you no certificate."""

    code = "no_certificate"


class RevokedOne(Conflict):
    """This certificate was revoked, so it is not printed any more."""

    code = "certificate_revoked"


class NotEarned(Conflict):
    """What the course asks for its certificate is not reached yet."""

    code = "certificate_not_earned"


class PolicyChanged(Conflict):
    """Somebody else changed the rules in the meantime. Look at them again."""

    code = "policy_changed"


class TooOld(Conflict):
    """Who was there when is not held any more, so these marks stay as they are."""

    code = "class_too_old"


class BadBreaks(Invalid):
    """A break lies within its class, ends after it begins, and none lies in another."""

    code = "bad_breaks"
