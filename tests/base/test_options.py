"""What a settings dataclass offers, read from it and its docstring."""

from dataclasses import dataclass, field

import pytest

from causattn.base import MISSING, Option, configured, options_of, summary_of


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all have.

    Parameters
    ----------
    kind
        Its name.
    alpha, beta
        Two numbers, None for
        none of them.

    Notes
    -----
    gamma
        Not of this section.
    """

    kind: str = "x"
    alpha: float | None = 0.5
    beta: float | None = None


@dataclass(frozen=True, kw_only=True)
class Own(Shared):
    """A thing, as it is
    called.

    With more about ``it``.

    Parameters
    ----------
    path
        ``"a"`` or `b`; True or False.
    folder
        Where.
    names
        Some.
    beta
        Another number here.
    """

    path: str
    folder: str | None = configured("${paths.cache}/x", default=None)
    names: list[str] = field(default_factory=lambda: ["a"])
    alpha: float | None = 0.1


def test_options_come_own_first_with_default_and_nearest_text():
    shared = "Two numbers, null for none of them."
    assert options_of(Own) == (
        Option("path", MISSING, "a or b; true or false."),
        Option("folder", "${paths.cache}/x", "Where."),
        Option("names", ["a"], "Some."),
        Option("alpha", 0.1, shared),
        Option("beta", None, "Another number here."),
    )
    assert [option.text for option in options_of(Shared)] == [shared, shared]
    assert Own(path="p").folder is None


def test_what_stands_before_the_sections():
    assert summary_of(Own) == "A thing, as it is called.\nWith more about it."


def test_an_option_without_a_word_is_an_error():
    @dataclass
    class Bare:
        """Nothing said."""

        size: int = 1

    with pytest.raises(ValueError, match="Bare does not explain size; add them to"):
        options_of(Bare)
