"""Arguments of the commands that are not Hydra's."""

import argparse
from typing import NoReturn

from causattn.base import ConfigError


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are sentences."""

    def error(self, message: str) -> NoReturn:
        """Raise the error as a sentence.

        Raises
        ------
        ConfigError
            Always.
        """
        raise ConfigError(f"{self.prog} cannot be understood: {message}; see {self.prog} --help.")


def parse(parser: Parser, arguments: list[str]) -> argparse.Namespace | None:
    """Return the parsed arguments, None where only help was wanted."""
    try:
        return parser.parse_args(arguments)
    except SystemExit:
        return None
