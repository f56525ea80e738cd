"""What can go wrong with accounts, each with a code that stays."""

from __future__ import annotations

from collections.abc import Sequence

from vtp.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Limited,
    NotFound,
    Unauthenticated,
    Unavailable,
)


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


class NotInvited(Conflict):
    """This person is not waited for: they came in already, or the account is disabled."""

    code = "not_invited"


class NothingToApply(Conflict):
    """There is nothing to apply: it was done, it was refused, or the list changes nothing."""

    code = "nothing_to_apply"


class NobodyThere(Invalid):
    """There is no account with this address."""

    code = "nobody_there"


class SameAccount(Conflict):
    """Two different accounts are merged, and not your own into another."""

    code = "same_account"


class MergedAway(Conflict):
    """This account was merged into another one and cannot be used again."""

    code = "merged_away"


class AddressVerified(Conflict):
    """Your address is confirmed already."""

    code = "address_verified"


class SecondFactorNeeded(Unauthenticated):
    """The password is right. Now the second step."""

    code = "second_factor"
    to = ""  # where a browser goes on afterwards

    def __init__(self, challenge: str, *, methods: Sequence[str], expires_in: int) -> None:
        """`methods`: code, recovery_code, passkey."""
        more = {"challenge": challenge, "methods": list(methods), "expires_in": expires_in}
        super().__init__(more=more)
        self.challenge = challenge
        self.methods = tuple(methods)


class SecondFactorMissing(Unauthenticated):
    """The password is right. Your school asks for a second step, so set one up first."""

    code = "second_factor_missing"
    to = ""  # where a browser goes on afterwards

    def __init__(self, challenge: str, *, expires_in: int) -> None:
        super().__init__(more={"challenge": challenge, "expires_in": expires_in})
        self.challenge = challenge


class WrongCode(Invalid):
    """This code is not right, or was used before. Take the one that is shown now."""

    code = "wrong_code"

    def __init__(self, *, field: str = "code") -> None:
        super().__init__(fields={field: self.title()})


class ChallengeEnded(Gone):
    """This took too long, or was tried too often. Begin again."""

    code = "challenge_ended"


class PasskeyRefused(Invalid):
    """This passkey is not known here, or its answer was not right."""

    code = "passkey_refused"


class ProofNeeded(Forbidden):
    """Prove once more that it is you."""

    code = "proof_needed"

    def __init__(self, methods: Sequence[str]) -> None:
        """`methods`: password, code, recovery_code, passkey; none: only by signing in again."""
        super().__init__(more={"methods": list(methods)})


class SecondFactorKept(Conflict):
    """Your school asks people of your role for a second step, so one has to stay."""

    code = "second_factor_kept"


class NoAuthenticator(Conflict):
    """No authenticator app is set up."""

    code = "no_authenticator"


class PasskeyKnown(Conflict):
    """This passkey is here already, or you have as many as one person may have."""

    code = "passkey_known"


class NoPasskeysHere(Conflict):
    """Passkeys need a server that is reached by a name, over https."""

    code = "no_passkeys"


class TooManyCodes(Limited):
    """There were too many wrong codes. Wait a little, or use a recovery code."""

    code = "too_many_codes"


class ProviderAway(Unavailable):
    """The server where your account is does not answer right now. Try again."""

    code = "provider_away"


class ProviderRefused(Forbidden):
    """You were not signed in there, or its answer was not right. Begin again."""

    code = "provider_refused"


class NoAccountHere(Forbidden):
    """There is no account here for you yet. Ask your school for one."""

    code = "no_account_here"


class NoVerifiedEmail(Forbidden):
    """Your account there has no email that was confirmed, so we cannot tell who you are here."""

    code = "no_verified_email"


class IdentityTaken(Conflict):
    """That account is connected to somebody already."""

    code = "identity_taken"


class LastWayIn(Conflict):
    """This is your only way in. Set a password or add a passkey first."""

    code = "last_way_in"


class ConnectFirst(Conflict):
    """There is an account with your email. Sign in to it once, to connect the two."""

    code = "connect_first"

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


class SetupLinkEnded(Gone):
    """This link has ended. Start the server again for a new one."""

    code = "setup_link_ended"


class NoPicture(NotFound):
    """This person has no picture."""

    code = "no_picture"


class AlreadyDecided(Conflict):
    """This was decided already."""

    code = "already_decided"


class ReasonMissing(Invalid):
    """Say why, in a few words: the person is told."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__(fields={"reason": self.title()})
