"""Names of a decoder's parts: senders are parts, receivers are a part's query, key or value."""

from __future__ import annotations

OUTPUT = "output"
_CHANNELS = {"q": "query", "k": "key", "v": "value"}


def part_of(receiver: str) -> str:
    """Return the part that a receiver belongs to: ``3.5`` of ``3.5.q``."""
    part, _, channel = receiver.rpartition(".")
    return part if channel in _CHANNELS else receiver


def channel_of(receiver: str) -> str:
    """Return what of its part a receiver is: query, key or value, or all of it."""
    return _CHANNELS.get(receiver.rpartition(".")[2], "all")
