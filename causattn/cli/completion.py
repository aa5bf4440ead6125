"""Tab completion of the subcommands, and of groups and keys through Hydra's own completion.

The shell function that ``causattn run -sc install=bash`` prints is Hydra's; it asks
``causattn -sc query=bash`` with the line typed so far in ``COMP_LINE``. The subcommand is taken
out of that line before Hydra sees it.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress

from causattn.base import CausattnError, load_plugins

_PLUGINS = re.compile(r" --plugins[ =](\S+)(?= )")


def complete(arguments: Sequence[str], commands: Sequence[str]) -> int:
    """Answer a shell that asks how the line in ``COMP_LINE`` may go on.

    Parameters
    ----------
    arguments
        What stands behind ``-sc``, such as ``query=bash`` or ``install=bash``.
    commands
        The subcommands.
    """
    line = os.environ.get("COMP_LINE", "")
    words = line.split()
    behind = len(words) > 2 or (len(words) == 2 and line.endswith(" "))
    if any(word.startswith("query=") for word in arguments):
        if not behind:
            start = words[1] if len(words) == 2 else ""
            print(" ".join(name for name in commands if name.startswith(start)))
            return 0
        if words[1] not in ("run", "sweep"):
            return 0
        for name in _PLUGINS.findall(line):
            with suppress(CausattnError):  # said when the command is given
                load_plugins([name])
        os.environ["COMP_LINE"] = _PLUGINS.sub("", line.replace(f" {words[1]}", "", 1))
    from causattn.cli.hydra import launch

    return launch(["-sc", *arguments])
