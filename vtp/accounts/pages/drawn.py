"""How the pages of accounts are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from vtp.accounts.api import ACCOUNTS
from vtp.accounts.service import Accounts
from vtp.edge.html import PAGES

# Sentences by field; "" is for what belongs to none.
Errors = Mapping[str, str] | None


def accounts(request: web.Request) -> Accounts:
    return request.app[ACCOUNTS]


async def page_of(
    request: web.Request,
    template: str,
    values: Mapping[str, str],
    errors: Errors,
    status: int,
    **more: Any,
) -> web.Response:
    return await request.app[PAGES].render(
        request, template, status=status, values=values, errors=errors or {}, **more
    )
