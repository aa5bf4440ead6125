"""The command line: ``causattn run``, ``causattn sweep`` and what looks after their results.

Its configuration is there from Python, too; what is not asked for is not loaded.
"""

from typing import TYPE_CHECKING

from causattn.base import on_demand
from causattn.cli.main import main

if TYPE_CHECKING:
    from causattn.cli.compose import compose_config, config_folder, plain
    from causattn.cli.given import given_model
    from causattn.cli.limits import limits
    from causattn.cli.look import draw_look
    from causattn.cli.python import (
        configuration,
        load_shown,
        model_options,
        options,
        run_overrides,
    )

__all__ = [
    "compose_config",
    "config_folder",
    "configuration",
    "draw_look",
    "given_model",
    "limits",
    "load_shown",
    "main",
    "model_options",
    "options",
    "plain",
    "run_overrides",
]

__getattr__ = on_demand(__name__, __file__)
