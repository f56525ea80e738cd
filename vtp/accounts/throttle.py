"""How often a password may be guessed: per account and place, and per place. Pure.

A place is where somebody calls from: an address (the half of an IPv6 address that names a
network), or a browser that signed in to this account before. Only wrong guesses count, and they
count for their place alone: a stranger elsewhere never locks the owner out, and neither does the
prankster in the same classroom, because the owner's browser is a place of its own.

Memory only: who can restart the server needs no guesses.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TypeVar

K = TypeVar("K")

# s; the pause after the third wrong guess in a row. Each further one waits four times as long.
FIRST_PAUSE = 2.0
FREE_GUESSES = 2
# s; how long to wait for guesses that are being judged right now.
SOON = 1.0


@dataclass(slots=True)
class _Record:
    failed_at: list[float] = field(default_factory=list)
    running: int = 0

    def forget_before(self, oldest: float) -> None:
        self.failed_at = [at for at in self.failed_at if at > oldest]


class Throttle:
    """Call `begin`; when it returns 0, judge the guess and call exactly one of the other three."""

    def __init__(
        self, *, per_pair: int, per_place: int, window: float, entries: int = 20_000
    ) -> None:
        self._per_pair = per_pair
        self._per_place = per_place
        self._window = window
        self._entries = entries
        self._pairs: OrderedDict[tuple[str, str], _Record] = OrderedDict()
        self._places: OrderedDict[str, _Record] = OrderedDict()

    def begin(self, account: str, place: str, *, now: float) -> float:
        """Seconds to wait; 0 when the guess may be judged now."""
        pair, at_place = self._records(account, place, now)
        wait = max(self._wait_for_pair(pair, now), self._wait_for_place(at_place, now))
        if wait <= 0:
            pair.running += 1
            return 0.0
        return wait

    def failed(self, account: str, place: str, *, now: float) -> None:
        pair, at_place = self._records(account, place, now)
        pair.running = max(0, pair.running - 1)
        pair.failed_at.append(now)
        at_place.failed_at.append(now)

    def succeeded(self, account: str, place: str) -> None:
        """The owner is here: what went wrong before was theirs. The place stays as it was."""
        self._pairs.pop((account, place), None)

    def abandoned(self, account: str, place: str, *, now: float) -> None:
        """It was not judged after all."""
        pair, _ = self._records(account, place, now)
        pair.running = max(0, pair.running - 1)

    def _records(self, account: str, place: str, now: float) -> tuple[_Record, _Record]:
        oldest = now - self._window
        pair = _kept(self._pairs, (account, place), self._entries)
        at_place = _kept(self._places, place, self._entries)
        pair.forget_before(oldest)
        at_place.forget_before(oldest)
        return pair, at_place

    def _wait_for_pair(self, pair: _Record, now: float) -> float:
        failures = len(pair.failed_at)
        if failures >= self._per_pair:
            return pair.failed_at[-self._per_pair] + self._window - now
        if failures + pair.running >= self._per_pair:
            return SOON
        return pause_after(failures) + pair.failed_at[-1] - now if failures else 0.0

    def _wait_for_place(self, place: _Record, now: float) -> float:
        if len(place.failed_at) < self._per_place:
            return 0.0
        return place.failed_at[-self._per_place] + self._window - now


def pause_after(failures: int) -> float:
    """Seconds between a wrong guess and the next one."""
    beyond = failures - FREE_GUESSES
    return FIRST_PAUSE * 4.0 ** min(beyond - 1, 16) if beyond > 0 else 0.0


def _kept(records: OrderedDict[K, _Record], key: K, most: int) -> _Record:
    """The record of `key`, as the newest; the one that was longest left alone makes room."""
    record = records.get(key)
    if record is None:
        record = records[key] = _Record()
        if len(records) > most:
            records.popitem(last=False)
    else:
        records.move_to_end(key)
    return record


def place_of(address: str) -> str:
    """One household has a whole /64 of IPv6 addresses, and one IPv4 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False).network_address)
    return str(parsed)
