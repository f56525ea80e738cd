"""Every setting, its default and its meaning. TOML, then the environment (`VTP_SECTION__KEY`).

Read once, in `__main__`; each component receives its own section. `config/vtp.toml` documents
the same defaults, and a test holds the two together. Times are seconds, sizes are bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from vtp.settings.house import (
    Audit,
    Blob,
    Database,
    Jobs,
    Limits,
    Log,
    Sandbox,
    School,
    Server,
    Sockets,
    Webhooks,
)
from vtp.settings.people import Auth, Mail, Notices, Provider
from vtp.settings.section import Section
from vtp.settings.teaching import Attendance, Delivery, Library, Media, Processing, Recorder, Rooms
from vtp.settings.written import SettingsError, written

__all__ = [
    "Attendance",
    "Audit",
    "Auth",
    "Blob",
    "Database",
    "Delivery",
    "Jobs",
    "Library",
    "Limits",
    "Log",
    "Mail",
    "Media",
    "Notices",
    "Processing",
    "Provider",
    "Recorder",
    "Rooms",
    "Sandbox",
    "School",
    "Section",
    "Server",
    "Settings",
    "SettingsError",
    "Sockets",
    "Webhooks",
    "load",
]


class Settings(Section, frozen=True, kw_only=True):
    data: str = "./data"
    recordings: str = ""
    school: School = School()
    server: Server = Server()
    database: Database = Database()
    log: Log = Log()
    auth: Auth = Auth()
    oidc: dict[str, Provider] = msgspec.field(default_factory=dict)
    limits: Limits = Limits()
    sockets: Sockets = Sockets()
    media: Media = Media()
    blob: Blob = Blob()
    jobs: Jobs = Jobs()
    mail: Mail = Mail()
    notices: Notices = Notices()
    rooms: Rooms = Rooms()
    recorder: Recorder = Recorder()
    delivery: Delivery = Delivery()
    library: Library = Library()
    processing: Processing = Processing()
    attendance: Attendance = Attendance()
    audit: Audit = Audit()
    webhooks: Webhooks = Webhooks()
    sandbox: Sandbox = Sandbox()

    @property
    def data_dir(self) -> Path:
        return Path(self.data).expanduser().resolve()

    @property
    def secrets_dir(self) -> Path:
        return self.data_dir / "secrets"

    @property
    def recordings_dir(self) -> Path:
        """`./recordings` by default, below the data folder where that was chosen."""
        if self.recordings:
            return Path(self.recordings).expanduser().resolve()
        if self.data != type(self)().data:
            return self.data_dir / "recordings"
        return Path("recordings").resolve()


def load(environ: Mapping[str, str] | None = None, config: Path | None = None) -> Settings:
    """The settings of this process; `config` or `VTP_CONFIG` names the TOML file."""
    env = os.environ if environ is None else environ
    path = config or (Path(env["VTP_CONFIG"]) if env.get("VTP_CONFIG") else None)
    raw = written(env, path, is_list=_is_list)
    try:
        return msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {error}") from None


def _is_list(names: Sequence[str]) -> bool:
    """Whether a value in the environment is written with commas: what the types say."""
    kind: Any = Settings
    for name in names:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, Section):
            kind = get_type_hints(kind).get(name)
        else:
            return False
    return bool(kind == tuple[str, ...])
