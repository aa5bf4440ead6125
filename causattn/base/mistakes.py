"""Several mistakes of one configuration, said together and not one a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from causattn.base.errors import CausattnError, ConfigError


class ConfigMistakes:
    """Keeps errors until all checks were made.

    ``with mistakes.noted(): check(...)`` once a check, then `raise_all`.
    """

    def __init__(self) -> None:
        self._errors: list[CausattnError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep an error of a check instead of raising it."""
        try:
            yield
        except CausattnError as error:
            self.note(error)

    def note(self, error: CausattnError) -> None:
        """Keep an error."""
        self._errors.append(error)

    def __bool__(self) -> bool:
        return bool(self._errors)

    def raise_all(self) -> None:
        """Raise what was kept: one error as it was, several as one.

        Raises
        ------
        CausattnError
            The only one.
        ConfigError
            With all sentences, where there are several.
        """
        if not self._errors:
            return
        said = sentences(self._errors)
        if len(said) == 1:
            raise self._errors[0]
        raise several(said)


def sentences(errors: Sequence[CausattnError]) -> list[str]:
    """Return what errors say, each sentence once."""
    said = (text for error in errors for text in getattr(error, "mistakes", [str(error)]))
    return list(dict.fromkeys(said))


def several(said: Sequence[str]) -> ConfigError:
    """Return one error for several sentences, which has them as ``mistakes``."""
    numbered = " ".join(f"{k}. {text}" for k, text in enumerate(said, 1))
    error = ConfigError(f"{len(said)} mistakes: {numbered}")
    error.mistakes = list(said)  # type: ignore[attr-defined]
    return error
