"""The pages between a right password and being in: the second step, or setting one up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from vtp.accounts import codes
from vtp.accounts.api import SCHOOL
from vtp.accounts.pages.drawn import Errors, accounts, page_of
from vtp.accounts.problems import SecondFactorMissing, SecondFactorNeeded


async def step(
    request: web.Request, asked: SecondFactorNeeded | SecondFactorMissing, *, to: str
) -> web.Response:
    """What comes next for somebody whose password was right."""
    if isinstance(asked, SecondFactorNeeded):
        return await second_step(request, asked.challenge, asked.methods, to=to)
    return await set_up(request, asked.challenge, to=to)


async def second_step(
    request: web.Request,
    challenge: str,
    methods: Sequence[str],
    *,
    to: str,
    errors: Errors = None,
    status: int = 200,
) -> web.Response:
    values = {"challenge": challenge, "next": to}
    return await page_of(request, "second-step.html", values, errors, status, methods=methods)


async def set_up(
    request: web.Request, challenge: str, *, to: str, errors: Errors = None, status: int = 200
) -> web.Response:
    user, secret = await accounts(request).proving.second_step.app_to_set_up(challenge)
    address = codes.address(secret, account=user.email, school=request.app[SCHOOL].name)
    values = {"challenge": challenge, "next": to}
    return await page_of(
        request,
        "set-up-step.html",
        values,
        errors,
        status,
        secret=codes.in_groups(secret),
        # 20 ms of arithmetic, which must not hold up a class.
        picture=await asyncio.to_thread(codes.picture, address),
    )
