"""Of classes: their media, their rooms, what is recorded of them, and who was there."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from vtp.settings.section import Count, Pause, Port, Positive, Section, Spare


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


class Recorder(Section, frozen=True, kw_only=True):
    # Bytes of the disk that recordings leave free: they end well before it is full.
    reserve: Count = 1_073_741_824
    # How soon web looks for a recorder that has gone.
    retry: Positive = 0.2


class Delivery(Section, frozen=True, kw_only=True):
    # For how long it is remembered that somebody may see a recording.
    gate_cache: Annotated[float, msgspec.Meta(gt=0, le=10)] = 5.0
    # How long a link is good for players that cannot send a cookie.
    link_lifetime: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 14_400.0
    # Origins of other sites whose pages may play recordings by such links; "*" is all.
    allowed_origins: tuple[str, ...] = ()


class Library(Section, frozen=True, kw_only=True):
    # Bytes of one file, and of all files of one person.
    most_bytes: Count = 21_474_836_480
    most_per_person: Count = 214_748_364_800
    # Uploads of one person that are not finished.
    open_uploads: Count = 100
    # What is not finished after so long since its last byte is given up.
    upload_lifetime: Positive = 604_800.0
    # Bytes of the disk that uploads leave free.
    reserve: Count = 1_073_741_824
    # How long what was deleted can be taken back.
    bin_lifetime: Positive = 2_592_000.0


class Processing(Section, frozen=True, kw_only=True):
    # Pieces of a recording that are encoded at once, and their length: what a crash takes.
    parallel: Count = 1
    piece: Positive = 240.0
    # Threads of each; 0: all processors of the machine, shared.
    threads: Spare = 0
    # Of one child that encodes.
    memory: Count = 3_221_225_472
    # The film that people take home is made of each recording at once, not when it is asked for.
    movies: bool = False
    # What writes down what is said: "faster-whisper" (the extra `transcribe`), or
    # "package.module:function" of an engine of one's own; and the folder of its model.
    transcriber: str = ""
    transcriber_model: str = ""
    # Days for which recordings are kept, 0: for ever; and for which what was deleted is.
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 0
    bin_days: Annotated[int, msgspec.Meta(ge=0, le=3_650)] = 30


class Attendance(Section, frozen=True, kw_only=True):
    # How often presence is written; so much of it a crash can take.
    flush_interval: Positive = 15.0
    # Entries that may wait while the database is away.
    most_waiting: Count = 100_000
    # From the end of a class to its register.
    settle_time: Positive = 120.0
