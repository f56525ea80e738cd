"""Access tokens: JWTs of at most 15 minutes that name a person and their session (RFC 9068).

What a token says is believed only for its lifetime, and even then the session behind it must
still be there: ending that ends all that was signed for it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import jwt
import msgspec
from jwt.types import Options

from vtp.accounts.keyring import Keyring
from vtp.ids import SessionId, UserId, uuid7

LONGEST = 900.0  # s
_AUDIENCE = "vtp:api"
_HEADER_TYPE = "at+jwt"
_ALGORITHM = "HS256"
# Checked before anything is decoded; ours have about 500 bytes. 2 MB would cost half a second.
_MAX_BYTES = 4096
# s; how far two clocks of one school may be apart.
_SKEW = 60
_REMEMBERED = 4096
_OPTIONS: Options = {
    "require": ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "typ"],
    "strict_aud": True,
    "enforce_minimum_key_length": True,
    # Times are judged by `AccessTokens.read`, on the clock that it is given.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    iss: str
    aud: Literal["vtp:api"]
    sub: UUID
    iat: int
    nbf: int
    exp: int
    jti: str
    sid: UUID
    typ: Literal["access"]


class AccessTokens:
    def __init__(self, keyring: Keyring, *, issuer: str, lifetime: float) -> None:
        self._keys = keyring.keys
        self._kid, self._key = keyring.newest
        self._issuer = issuer
        self.lifetime = int(min(lifetime, LONGEST))
        # Checking a signature costs about 80 µs, looking up that it was checked 2 µs.
        self._checked: OrderedDict[bytes, Claims] = OrderedDict()

    def issue(self, user_id: UserId, session_id: SessionId, *, now: datetime) -> str:
        claims = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": str(user_id),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=self.lifetime)).timestamp()),
            "jti": str(uuid7()),
            "sid": str(session_id),
            "typ": "access",
        }
        headers = {"typ": _HEADER_TYPE, "kid": self._kid}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers=headers)

    def read(self, token: str, *, now: datetime) -> Claims | None:
        """What a token says, when we signed it and its time has come and not gone."""
        if len(token) > _MAX_BYTES or not token.isascii():
            return None
        claims = self._claims(token)
        if claims is None:
            return None
        at = now.timestamp()
        begun = claims.nbf == claims.iat <= at + _SKEW  # as `issue` makes them
        return claims if begun and at < claims.exp <= claims.iat + LONGEST else None

    def _claims(self, token: str) -> Claims | None:
        digest = hashlib.sha256(token.encode()).digest()
        if (known := self._checked.get(digest)) is not None:
            return known
        claims = self._verified(token)
        if claims is not None:
            self._checked[digest] = claims
            if len(self._checked) > _REMEMBERED:
                self._checked.popitem(last=False)
        return claims

    def _verified(self, token: str) -> Claims | None:
        try:
            header = jwt.get_unverified_header(token)
            # `kid` only ever chooses among our own keys.
            key = self._keys.get(header.get("kid", ""))
            if key is None or header.get("typ") != _HEADER_TYPE:
                return None
            payload = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=self._issuer,
                options=_OPTIONS,
            )
            return msgspec.convert(payload, Claims)
        except (jwt.PyJWTError, msgspec.ValidationError):
            return None
