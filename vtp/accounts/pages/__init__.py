"""The pages of accounts, one module for each thing that a person does there."""

from __future__ import annotations

from vtp.accounts.pages import (
    entrance,
    erasures,
    imports,
    mailed,
    own_data,
    people,
    profile,
    providers,
    second_step,
)
from vtp.accounts.pages.profile import SCOPES
from vtp.edge.routes import Route

routes: list[Route] = [
    *entrance.routes,
    *second_step.routes,
    *providers.routes,
    *mailed.routes,
    *profile.routes,
    *people.routes,
    *imports.routes,
    *own_data.routes,
    *erasures.routes,
]

__all__ = ["SCOPES", "routes"]
