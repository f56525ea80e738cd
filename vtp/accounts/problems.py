"""What can go wrong with accounts, each with a code that stays."""

from __future__ import annotations

from vtp.errors import Conflict, Forbidden, Gone, Invalid, Limited, NotFound, Unauthenticated


class WrongCredentials(Unauthenticated):
    """That email and password do not go together."""

    code = "wrong_credentials"


class BadRefreshToken(Unauthenticated):
    """This sign-in has ended. Sign in again."""

    code = "bad_refresh_token"


class RefreshTokenReused(Unauthenticated):
    """This refresh token was used before, so the sign-in it belongs to was ended."""

    code = "refresh_token_reused"


class WrongPassword(Invalid):
    """That is not your password."""

    code = "wrong_password"

    def __init__(self, *, field: str = "current") -> None:
        super().__init__(fields={field: self.title()})


class WeakPassword(Invalid):
    """This password is too easy to guess."""

    code = "weak_password"

    def __init__(self, detail: str, *, field: str = "password") -> None:
        super().__init__(detail, fields={field: detail})


class PasswordTooLong(Invalid):
    """A password may have up to 1,024 bytes."""

    code = "password_too_long"

    def __init__(self, *, field: str = "password") -> None:
        super().__init__(fields={field: self.title()})


class EmailTaken(Conflict):
    """There is an account with this email already."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__(fields={"email": self.title()})


class PasswordChangedMeanwhile(Conflict):
    """Your password was changed somewhere else at the same moment."""

    code = "password_changed"


class LastAdmin(Conflict):
    """This is the last admin. Make somebody else one first."""

    code = "last_admin"


class KeyLimit(Conflict):
    """You have as many keys as one person may have. Delete one first."""

    code = "key_limit"


class RegistrationClosed(Forbidden):
    """This school adds people itself. Ask there for an account."""

    code = "registration_closed"


class TooManyAttempts(Limited):
    """There were too many wrong passwords. Wait a little."""

    code = "too_many_attempts"


class TooManySignIns(Limited):
    """Many people are signing in right now. Try again in a moment."""

    code = "too_many_sign_ins"


class TooManyPictures(Limited):
    """You sent many pictures in a short time. Wait a little."""

    code = "too_many_pictures"


class LinkEnded(Gone):
    """This link was used, or its time is over. Ask for a new one."""

    code = "link_ended"


class AddressVerified(Conflict):
    """Your address is confirmed already."""

    code = "address_verified"


class SetupLinkEnded(Gone):
    """This link has ended. Start the server again for a new one."""

    code = "setup_link_ended"


class NoPicture(NotFound):
    """This person has no picture."""

    code = "no_picture"
