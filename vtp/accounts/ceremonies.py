"""WebAuthn (W3C, level 3) as this server asks for it: discoverable, with the person verified. Pure.

What browsers send is read by `webauthn`; here is what we ask, and which of its errors mean no.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import structs
from webauthn.helpers.exceptions import WebAuthnException

from vtp import settings
from vtp.accounts.model import Passkey

_TIMEOUT = 300_000  # ms, that a browser leaves its question open


@dataclass(frozen=True, slots=True)
class Site:
    """For which site passkeys are made, and of which page they must come."""

    rp_id: str  # "class.example.org"
    origin: str  # "https://class.example.org:8443"
    school: settings.School

    @property
    def name(self) -> str:
        """As it is called now: browsers and apps show it beside a new passkey."""
        return self.school.name

    @property
    def usable(self) -> bool:
        """Browsers make none for an address, nor over plain http but on this machine."""
        local = self.rp_id == "localhost" or self.rp_id.endswith(".localhost")
        return _is_name(self.rp_id) and (self.origin.startswith("https://") or local)


def site(origin: str, *, school: settings.School) -> Site:
    return Site(urlsplit(origin).hostname or "", origin, school)


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new passkey, as its browser described it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    syncable: bool
    backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    sign_count: int
    backed_up: bool


_Text = Annotated[str, msgspec.Meta(max_length=8192)]


class Response(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "client_data": "clientDataJSON",
        "attestation": "attestationObject",
        "authenticator_data": "authenticatorData",
        "user_handle": "userHandle",
    },
):
    """base64url throughout; `attestation` is of a new passkey, what follows of one shown."""

    client_data: _Text
    attestation: Annotated[str, msgspec.Meta(max_length=65_536)] | None = None
    authenticator_data: _Text | None = None
    signature: _Text | None = None
    user_handle: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    transports: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=32)]], msgspec.Meta(max_length=16)
    ] = []


class Answered(msgspec.Struct, frozen=True, kw_only=True, rename={"raw_id": "rawId"}):
    """A `PublicKeyCredential` as JSON; what browsers add to it is not looked at."""

    id: Annotated[str, msgspec.Meta(max_length=2048)]
    raw_id: Annotated[str, msgspec.Meta(max_length=2048)]
    type: Literal["public-key"]
    response: Response


def creation(
    site: Site, token: str, *, user_id: bytes, email: str, name: str, known: Iterable[Passkey]
) -> dict[str, Any]:
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`."""
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_id=user_id,
        user_name=email,
        user_display_name=name,
        challenge=raw(token),
        timeout=_TIMEOUT,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(one) for one in known],
    )
    return _plain(webauthn.options_to_json(options))


def request(site: Site, token: str, *, known: Iterable[Passkey]) -> dict[str, Any]:
    """For `parseRequestOptionsFromJSON`; without `known` the browser offers what it has."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=raw(token),
        timeout=_TIMEOUT,
        allow_credentials=[_descriptor(one) for one in known],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(webauthn.options_to_json(options))


def made(site: Site, answer: Mapping[str, Any], *, token: str) -> Made | None:
    """None when it does not answer `token`, for this site, by a verified person."""
    try:
        found = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=raw(token),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _WRONG:
        return None
    return Made(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        syncable=found.credential_device_type is structs.CredentialDeviceType.MULTI_DEVICE,
        backed_up=found.credential_backed_up,
    )


def counted(
    site: Site, answer: Mapping[str, Any], *, token: str, passkey: Passkey
) -> Counted | None:
    """None when it is wrong, counts backwards (a copy), or became of another kind."""
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=raw(token),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _WRONG:
        return None
    syncable = found.credential_device_type is structs.CredentialDeviceType.MULTI_DEVICE
    if syncable != passkey.syncable:
        return None
    return Counted(sign_count=found.new_sign_count, backed_up=found.credential_backed_up)


def token_of(answer: Mapping[str, Any]) -> str:
    """Which question it answers; "" where that cannot be read."""
    try:
        said = json.loads(raw(answer["response"]["clientDataJSON"]))
        token = said["challenge"]
    except (*_WRONG, json.JSONDecodeError, RecursionError):
        return ""
    return token if isinstance(token, str) else ""


def credential_of(answer: Mapping[str, Any]) -> bytes:
    try:
        return raw(answer["rawId"])
    except _WRONG:
        return b""


def user_of(answer: Mapping[str, Any]) -> bytes | None:
    """Whose passkey its device says it is; None where it says nothing."""
    try:
        handle = answer["response"].get("userHandle")
        return raw(handle) if handle else None
    except _WRONG:
        return b""


def raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


_WRONG = (
    WebAuthnException,
    binascii.Error,
    msgspec.ValidationError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


def _descriptor(passkey: Passkey) -> structs.PublicKeyCredentialDescriptor:
    known = {one.value for one in structs.AuthenticatorTransport}
    return structs.PublicKeyCredentialDescriptor(
        id=passkey.credential_id,
        transports=[
            structs.AuthenticatorTransport(one) for one in passkey.transports if one in known
        ],
    )


def _plain(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options
