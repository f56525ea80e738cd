"""Of the server itself: how it listens, keeps, works and tells."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from vtp.settings.section import Count, Pause, Port, Positive, Section, Spare


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
    # A process of `vtp serve` that has stood still for so long is killed, and started again.
    silence_limit: Annotated[float, msgspec.Meta(ge=2, le=3600)] = 15.0
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


class Limits(Section, frozen=True, kw_only=True):
    # "memory://", or "async+redis://host:port" on several nodes.
    storage: str = "memory://"
    requests_per_minute: Count = 600
    anonymous_per_minute: Count = 1_200
    registrations_per_hour: Count = 200
    pictures_per_hour: Count = 20
    # Of recordings and live streams: pieces, segments and playlists for one player.
    streamed_per_minute: Count = 6_000
    # Links for guests that open nothing, from one address.
    wrong_links_per_minute: Count = 20
    # Passwords that are judged while they are typed, from one address: a class may be at it.
    judged_passwords_per_minute: Count = 300
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


class Audit(Section, frozen=True, kw_only=True):
    # Whole months of the record that are kept.
    keep_months: Annotated[int, msgspec.Meta(ge=1, le=1200)] = 24
    # Days for which whole addresses are kept; then only their network.
    keep_addresses: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30


class Webhooks(Section, frozen=True, kw_only=True):
    # Private networks, in CIDR form, to which webhooks may go; there http will do as well.
    allowed_networks: tuple[str, ...] = ()
    # For one attempt, and what is read of an answer.
    timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 15.0
    most_bytes: Count = 16_384
    # An endpoint to which nothing could be delivered for so long is switched off.
    give_up_after: Positive = 432_000.0
    # After another secret was made, the one before signs as well for so long.
    secret_overlap: Pause = 86_400.0
    keep_deliveries: Positive = 2_592_000.0

    def __post_init__(self) -> None:
        for network in self.allowed_networks:
            ip_network(network)


class Sandbox(Section, frozen=True, kw_only=True):
    memory: Count = 1_073_741_824
    cpu_seconds: Positive = 60.0
    wall_seconds: Positive = 120.0
    # Without using the processor at all; long work has more time than the two above.
    still_seconds: Positive = 120.0
    output: Count = 67_108_864
    # How many run at once, and how many may wait for a place.
    concurrency: Count = 2
    waiting: Spare = 32
    # Open files of others even where the kernel closes neither network nor files.
    allow_weak: bool = False


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bare
