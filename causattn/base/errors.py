"""Errors that a person can act on.

Every error a user can cause is one sentence that says what is wrong, where, and how to mend it.
The command line prints that sentence and ends with exit code 2.
"""

from causattn.base.saying import one_line


class CausattnError(Exception):
    """Base of all errors that causattn raises on purpose; its text is one sentence.

    What it quotes from files is made visible, and a text too long to read loses its middle.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


class ConfigError(CausattnError):
    """A configuration key or value cannot be used."""


class DataError(CausattnError):
    """A corpus, table or file cannot be used."""


class ModelError(CausattnError):
    """A model or tokenizer cannot be used, or does not give attention weights."""


class CapabilityError(CausattnError):
    """An algorithm, test or score does not take this kind of data or question."""


class ArtefactError(CausattnError):
    """A stored artefact is missing, damaged or of another schema."""
