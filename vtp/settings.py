"""Every setting, its default and its meaning. TOML, then the environment (`VTP_SECTION__KEY`).

Read once, in `__main__`; each component receives its own section. `config/vtp.toml` documents
the same defaults, and a test holds the two together. Times are seconds, sizes are bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from vtp.settings_raw import SettingsError, written

__all__ = ["Settings", "SettingsError", "load"]

# 0 takes a free one.
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
# What nothing works with is refused at the start, with the name of the setting.
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Pause = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Spare = Annotated[int, msgspec.Meta(ge=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class School(Section, frozen=True, kw_only=True):
    name: str = "vtp"
    motto: str = ""


class Server(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 8080
    # The public origin, "https://class.example.org". Empty: http(s)://host:port.
    url: str = ""
    # Reserved for several nodes.
    role: Literal["all"] = "all"
    tls_cert: str = ""
    tls_key: str = ""
    # How often the two files are looked at for a renewal.
    tls_reload_interval: Positive = 30.0
    # Networks in CIDR form whose X-Forwarded-For is believed.
    trusted_proxies: tuple[str, ...] = ()
    # More hosts than that of `url` under which the server may be called.
    hosts: tuple[str, ...] = ()
    header_timeout: Positive = 10.0
    body_idle_timeout: Positive = 15.0
    keepalive_timeout: Positive = 60.0
    response_timeout: Positive = 15.0
    shutdown_timeout: Positive = 30.0
    # Not ready, but still answering: until a balancer in front has noticed.
    drain_delay: Pause = 0.0
    max_body: Count = 1_048_576
    # Guards /metrics and the details of /health for callers that are not on this machine.
    metrics_token: str = ""

    def __post_init__(self) -> None:
        if self.url and not _is_origin(self.url):
            raise ValueError(f"url is {self.url}, but is written like https://class.example.org")
        for network in self.trusted_proxies:
            ip_network(network)


class Database(Section, frozen=True, kw_only=True):
    # postgresql://user:password@host:port/name; empty: our own embedded server.
    url: str = ""
    min_connections: Spare = 2
    max_connections: Count = 10
    connect_timeout: Positive = 10.0
    statement_timeout: Positive = 5.0
    lock_timeout: Positive = 3.0
    idle_lifetime: Positive = 300.0
    retry_for: Pause = 5.0
    # Folder of `postgres` and `initdb` for our own server; empty: the wheel's, else the system's.
    embedded_bin: str = ""

    def __post_init__(self) -> None:
        if self.min_connections > self.max_connections:
            raise ValueError("min_connections is more than max_connections")


class Log(Section, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "pretty"] = "auto"


class Mail(Section, frozen=True, kw_only=True):
    # The mail server that takes what we write; empty: nothing is sent.
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    security: Literal["starttls", "implicit", "none"] = "starttls"
    # Certificates that sign that of the mail server, in PEM; empty: those of the system.
    ca_file: str = ""
    user: str = ""
    password: str = ""
    # Empty: no-reply@ the host of server.url, and the name of the school.
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    # For each step of the conversation with the mail server.
    timeout: Positive = 30.0
    # Between two tries, doubling from the first to the second.
    retry_base: Positive = 60.0
    retry_cap: Positive = 3_600.0
    # After so long the list of mails forgets one that was sent or given up.
    keep: Pause = 2_592_000.0


class Notices(Section, frozen=True, kw_only=True):
    keep: Positive = 15_552_000.0


# As in `vtp.actor.Role`, which stands above.
_ROLES = ("admin", "manager", "editor", "instructor", "advanced", "student")


class Auth(Section, frozen=True, kw_only=True):
    open_registration: bool = True
    session_lifetime: Positive = 2_592_000.0
    session_idle: Positive = 1_209_600.0
    access_lifetime: Annotated[float, msgspec.Meta(gt=0, le=900)] = 900.0
    refresh_lifetime: Positive = 2_592_000.0
    # However often a client renews its tokens, it signs in again after this.
    client_lifetime: Positive = 31_536_000.0
    # A refresh token that was just used gives the same answer again, in case that one was lost.
    refresh_grace: Pause = 10.0
    setup_lifetime: Positive = 3_600.0
    # Links that are mailed: to a new password, to prove an address, to take its change back.
    reset_lifetime: Positive = 3_600.0
    verify_lifetime: Positive = 259_200.0
    undo_lifetime: Positive = 604_800.0
    bcrypt_cost: Annotated[int, msgspec.Meta(ge=4, le=16)] = 12
    hash_threads: Count = 1
    hash_queue: Spare = 32
    # Wrong passwords per account and address, and per address.
    failures_per_pair: Count = 5
    failures_per_address: Count = 200
    failures_window: Positive = 900.0
    # People of these roles need a second factor: at their next sign-in they set one up.
    second_factor_roles: tuple[str, ...] = ()
    # Wrong codes for one account, from wherever, and how long they count.
    code_failures: Count = 10
    code_window: Positive = 3_600.0
    # How long there is time for a second step, a passkey, or a provider's page.
    challenge_lifetime: Positive = 600.0
    # How long a proof of who one is lasts for what could take the account away.
    proof_lifetime: Positive = 600.0

    def __post_init__(self) -> None:
        if unknown := set(self.second_factor_roles) - set(_ROLES):
            raise ValueError(f"second_factor_roles has {', '.join(sorted(unknown))}, no roles")


class Limits(Section, frozen=True, kw_only=True):
    # "memory://", or "async+redis://host:port" on several nodes.
    storage: str = "memory://"
    requests_per_minute: Count = 600
    anonymous_per_minute: Count = 1_200
    registrations_per_hour: Count = 200
    pictures_per_hour: Count = 20
    # Links for guests that open nothing, from one address.
    wrong_links_per_minute: Count = 20
    # Mails that can be asked for from one address of the network, and for one mail address.
    mails_per_hour: Count = 200
    mails_per_person_per_hour: Count = 5


class Sockets(Section, frozen=True, kw_only=True):
    ping_interval: Positive = 25.0
    ping_timeout: Positive = 20.0
    connect_timeout: Positive = 10.0
    unauthenticated_per_address: Count = 20
    max_event: Count = 65_536
    events_per_second: Positive = 20.0
    events_burst: Count = 60
    # Bytes and messages that may wait for one slow client before it is closed.
    queue_bytes: Count = 1_048_576
    queue_messages: Count = 512
    # Events of one client that may wait for their turn; what one may take.
    queue_events: Count = 32
    event_timeout: Positive = 10.0
    # Sockets of one user at the same time.
    per_user: Count = 64
    # From our close frame to the end of a connection that does not answer it.
    close_timeout: Positive = 2.0
    # How often it is asked whether those who are connected are still signed in.
    recheck_interval: Positive = 60.0
    # How exact all these times are.
    sweep: Positive = 0.25


class Media(Section, frozen=True, kw_only=True):
    # Sound and pictures of classes, UDP and TCP: what people open in their firewall.
    port: Port = 7882
    announced: tuple[str, ...] = ()
    # Addresses to listen at; empty: all, so that every device of the network finds us.
    listen: tuple[str, ...] = ()
    # Also on TCP, at the same number, for networks that let no UDP through.
    tcp: bool = True
    # Let the kernel cut packets for us where it can; "off" where a network card does it wrong.
    gso: Literal["auto", "off"] = "auto"
    # What writes the copies: the compiled loop where it was built, or Python's.
    loop: Literal["auto", "python"] = "auto"
    # Of the sockets, for bursts.
    buffer: Count = 4_194_304
    handshake_timeout: Positive = 10.0
    handshakes: Count = 64
    # An address that was not checked for so long gets nothing more (RFC 7675).
    consent_timeout: Positive = 30.0
    # Somebody of whom nothing is heard for so long counts as cut off.
    silence_timeout: Positive = 10.0
    # How exact these two are.
    sweep: Positive = 0.5
    # Packets a second that are forwarded before newcomers are turned away at 85 % of it;
    # 0: a quarter of what a trial at the start shows, because a class does more than forward.
    capacity: Pause = 0.0
    # Of one sender, per second; what is above it is thrown away.
    publish_bits: Count = 12_000_000
    publish_packets: Count = 3_000
    # With more microphones in a class than this, those that are silent are not forwarded.
    quiet_from: Spare = 20
    # Relays for who reaches neither, "turn:turn.example.org:3478?transport=udp".
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = ""
    turn_lifetime: Positive = 43_200.0


class Blob(Section, frozen=True, kw_only=True):
    # "file:" below the data folder, "file:///srv/vtp", "s3://bucket/prefix" or "memory:".
    url: str = "file:"
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_part_size: Count = 8_388_608
    # Parts of one upload that are on their way at once, each held in memory.
    s3_parallel: Count = 4
    s3_connections: Count = 16
    # What verifies a body on its way: "md5" for stores that refuse the header of the other.
    s3_checksum: Literal["sha256", "md5"] = "sha256"
    # Bytes a second; a body that goes up slower than this counts as stuck.
    s3_slowest: Count = 65_536
    connect_timeout: Positive = 3.0
    read_timeout: Positive = 10.0
    attempts: Count = 4
    # Threads for files and hashes.
    threads: Count = 4


class Jobs(Section, frozen=True, kw_only=True):
    concurrency: Count = 4
    poll_interval: Positive = 1.0
    heartbeat: Positive = 5.0
    retry_base: Positive = 2.0
    retry_cap: Positive = 300.0
    keep_finished: Pause = 2_592_000.0


class Rooms(Section, frozen=True, kw_only=True):
    # In one class at the same time; and devices of one person among them.
    participants: Count = 500
    devices: Count = 4
    # Who was cut off keeps the place for so long.
    away_after: Pause = 60.0
    # A class that everybody has left ends after so long.
    empty_for: Pause = 60.0
    # After a crash a class goes on, unless the server was away for longer than this.
    longest_outage: Pause = 600.0
    # In which codec screens are shared while all can decode it. AV1 keeps letters sharp at half the
    # bits, and costs whoever shares a processor for it.
    screen_codec: Literal["VP8", "AV1"] = "VP8"
    # How long a guest, who came by a link, is known to the room.
    guest_lifetime: Positive = 43_200.0
    # What happens within this time is told together.
    news_interval: Pause = 0.05
    # How often it is looked at who is away for too long.
    sweep: Positive = 1.0
    # How often it is looked whether those who send or watch over HTTP may still be there.
    recheck_interval: Positive = 60.0
    # How long classes may go on once the server has been told to stop.
    drain_limit: Pause = 3_600.0


class Attendance(Section, frozen=True, kw_only=True):
    # How often presence is written; so much of it a crash can take.
    flush_interval: Positive = 15.0
    # Entries that may wait while the database is away.
    most_waiting: Count = 100_000


class Audit(Section, frozen=True, kw_only=True):
    # Whole months of the record that are kept.
    keep_months: Annotated[int, msgspec.Meta(ge=1, le=1200)] = 24
    # Days for which whole addresses are kept; then only their network.
    keep_addresses: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30


class Sandbox(Section, frozen=True, kw_only=True):
    memory: Count = 1_073_741_824
    cpu_seconds: Positive = 60.0
    wall_seconds: Positive = 120.0
    output: Count = 67_108_864
    # How many run at once, and how many may wait for a place.
    concurrency: Count = 2
    waiting: Spare = 32
    # Open files of others even where the kernel closes neither network nor files.
    allow_weak: bool = False


class Settings(Section, frozen=True, kw_only=True):
    data: str = "./data"
    recordings: str = ""
    school: School = School()
    server: Server = Server()
    database: Database = Database()
    log: Log = Log()
    auth: Auth = Auth()
    limits: Limits = Limits()
    sockets: Sockets = Sockets()
    media: Media = Media()
    blob: Blob = Blob()
    jobs: Jobs = Jobs()
    mail: Mail = Mail()
    notices: Notices = Notices()
    rooms: Rooms = Rooms()
    attendance: Attendance = Attendance()
    audit: Audit = Audit()
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


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bare


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
