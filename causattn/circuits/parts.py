"""Names of a model's parts: senders are parts, receivers are a part's query, key or value."""

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


def head_of(name: str) -> tuple[int, int] | None:
    """Return layer and head of a part or receiver, None where it is no head's."""
    layer, _, rest = name.partition(".")
    head = rest.partition(".")[0]
    return (int(layer), int(head)) if head.isdigit() else None


def part_stage(part: str) -> tuple[float, int]:
    """Return when a part works: its layer, and 1 for the feed-forward network, after the heads."""
    layer, _, rest = part.partition(".")
    if not rest:
        return (float("inf"), 0) if part == OUTPUT else (-1, 0)
    return int(layer), int(rest == "mlp")
