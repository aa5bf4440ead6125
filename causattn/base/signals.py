"""Work of compiled code that looks at no signal, done beside the main thread, which hears them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def interruptible(work: Callable[[], T]) -> T:
    """Do work in a thread of its own and return what it gives, or raise what it raises.

    An interrupt ends the waiting at once; the thread ends with the process.

    Parameters
    ----------
    work
        What lets other threads go on while it lasts.
    """
    given: list[T] = []
    raised: list[BaseException] = []

    def do() -> None:
        try:
            given.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return given[0]
