"""A provider as it is reached: what it says of itself, its keys, and a code made a token."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import jwt
import msgspec
import structlog

from vtp import settings
from vtp.accounts.oidc.claims import Claimed, NotBelieved, claimed, require
from vtp.accounts.problems import ProviderAway, ProviderRefused
from vtp.clock import Clock
from vtp.edge.origins import is_local
from vtp.settings import SettingsError

_log = structlog.get_logger()

_LIMIT = aiohttp.ClientTimeout(total=10, connect=5)
_LARGEST = 262_144  # bytes of an answer
_KEPT = 3600.0  # s; after that a provider is asked again what it is
_KEYS_AGAIN = 60.0  # s; an unknown key is looked for so often at the most
_ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "EdDSA")


class Metadata(msgspec.Struct, frozen=True):
    """Of OpenID Connect Discovery 1.0, section 3: what is needed of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer must fit."""

    nonce: str
    verifier: str
    redirect: str


class Provider:
    def __init__(self, name: str, options: settings.Provider, clock: Clock) -> None:
        self.name = name
        self.options = options
        self._clock = clock
        self._issuer = options.issuer
        if not options.issuer or not options.client_id:
            raise SettingsError(f"oidc.{name}: issuer and client_id are needed")
        if not _secure(options.issuer):
            raise SettingsError(f"oidc.{name}: issuer begins with https://")
        self._found: tuple[Metadata, float] | None = None
        self._keys: tuple[jwt.PyJWKSet, float] | None = None
        self._asking = asyncio.Lock()

    @property
    def title(self) -> str:
        return self.options.title or self.name

    async def question(self, *, state: str, asked: Asked) -> str:
        """Where the browser goes to sign in there."""
        found = await self._metadata()
        query = {
            "response_type": "code",
            "client_id": self.options.client_id,
            "redirect_uri": asked.redirect,
            "scope": " ".join(self.options.scopes),
            "state": state,
            "nonce": asked.nonce,
            "code_challenge": _s256(asked.verifier),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in found.authorization_endpoint else "?"
        return f"{found.authorization_endpoint}{mark}{urlencode(query)}"

    async def who(self, code: str, *, issuer: str, asked: Asked) -> Claimed:
        """Who came back with `code`; `issuer` is what the answer says it is from (RFC 9207)."""
        found = await self._metadata()
        expected = found.authorization_response_iss_parameter_supported
        if (issuer or expected) and issuer != self._issuer:
            raise ProviderRefused
        tokens = await self._exchange(found, code, asked)
        try:
            said = await self._verified(found, tokens.id_token)
            require(
                said,
                issuer=self._issuer,
                client_id=self.options.client_id,
                nonce=asked.nonce,
                now=self._clock.now(),
            )
            if "email" not in said and found.userinfo_endpoint and tokens.access_token:
                said |= await self._more(found, tokens.access_token, subject=said["sub"])
        except (NotBelieved, jwt.PyJWTError) as error:
            _log.warning("accounts.id_token_refused", provider=self.name, reason=str(error))
            raise ProviderRefused from None
        return claimed(
            said,
            issuer=self._issuer,
            roles_claim=self.options.roles_claim,
            roles=self.options.roles,
        )

    async def _metadata(self) -> Metadata:
        async with self._asking:
            now = self._clock.monotonic()
            if self._found is None or now > self._found[1] + _KEPT:
                url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
                found = await self._json("GET", url, Metadata)
                self._check(found)
                self._found = found, now
            return self._found[0]

    def _check(self, found: Metadata) -> None:
        """A document of somebody else, or one that sends secrets in the open, is not used."""
        urls = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        more = found.userinfo_endpoint
        right = found.issuer == self._issuer and all(map(_secure, urls))
        if not right or (more and not _secure(more)):
            _log.error("accounts.provider_unusable", provider=self.name, issuer=found.issuer)
            raise ProviderAway

    async def _exchange(self, found: Metadata, code: str, asked: Asked) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect,
            "code_verifier": asked.verifier,
        }
        headers = {}
        secret, client = self.options.client_secret, self.options.client_id
        if not secret:
            form["client_id"] = client
        elif "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            # RFC 6749 section 2.3.1: each part is encoded before the two are joined.
            pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form |= {"client_id": client, "client_secret": secret}
        tokens: _Tokens = await self._json(
            "POST", found.token_endpoint, _Tokens, data=form, headers=headers
        )
        return tokens

    async def _verified(self, found: Metadata, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = await self._key(found, header.get("kid"))
        options: jwt.types.Options = {
            "verify_aud": False,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }  # judged by `claims.require`, on the clock that we are given
        said: dict[str, Any] = jwt.decode(token, key, algorithms=_ALGORITHMS, options=options)
        return said

    async def _key(self, found: Metadata, kid: str | None) -> jwt.PyJWK:
        for again in (False, True):
            keys = await self._key_set(found, again=again)
            fitting = [
                key
                for key in keys.keys
                if kid in {None, key.key_id} and key.public_key_use in {None, "sig"}
            ]
            if len(fitting) == 1:
                return fitting[0]
        raise NotBelieved("no key")

    async def _key_set(self, found: Metadata, *, again: bool) -> jwt.PyJWKSet:
        async with self._asking:
            now = self._clock.monotonic()
            oldest = _KEYS_AGAIN if again else _KEPT
            if self._keys is None or now > self._keys[1] + oldest:
                raw = await self._json("GET", found.jwks_uri, dict[str, Any])
                self._keys = jwt.PyJWKSet.from_dict(raw), now
            return self._keys[0]

    async def _more(self, found: Metadata, access: str, *, subject: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access}"}
        said = await self._json("GET", found.userinfo_endpoint, dict[str, Any], headers=headers)
        if said.get("sub") != subject:  # Core, section 5.3.2
            raise NotBelieved("userinfo of another")
        return {name: said[name] for name in said if name not in {"iss", "aud", "sub"}}

    async def _json(self, method: str, url: str, kind: type[Any], **more: Any) -> Any:
        try:
            async with (
                aiohttp.ClientSession(timeout=_LIMIT) as http,
                http.request(method, url, allow_redirects=False, **more) as answer,
            ):
                raw = await answer.content.read(_LARGEST + 1)
                while not answer.content.at_eof() and len(raw) <= _LARGEST:
                    raw += await answer.content.read(_LARGEST)
                if answer.status in {400, 401, 403}:
                    raise ProviderRefused
                if answer.status != 200 or len(raw) > _LARGEST:
                    raise ProviderAway
            return msgspec.json.decode(raw, type=kind)
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            _log.warning("accounts.provider_away", provider=self.name, error=repr(error)[:200])
            raise ProviderAway from None


def _secure(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname or ""))


def _s256(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
