from dataclasses import dataclass
from typing import Annotated, Literal

import pytest

from causattn.base import Bounds, ConfigError, choose, settings_from


@dataclass(frozen=True)
class Example:
    size: int
    rate: float = 0.5
    mode: Literal["one", "two"] = "one"
    names: tuple[str, ...] = ()
    limit: int | None = None
    flag: bool = False


def test_declared_fields_are_filled():
    made = settings_from(
        Example, {"size": 3, "rate": 1, "mode": "two", "names": ["a"], "limit": 4}, "example"
    )
    assert made == Example(3, 1.0, "two", ("a",), 4)
    assert isinstance(made.rate, float)
    assert settings_from(Example, {"size": 3, "names": [2024]}, "example").names == ("2024",)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"size": 3, "rat": 1.0}, "example.rat is not a setting of example; did you mean rate"),
        ({}, "example.size is missing"),
        ({"size": "three"}, "example.size='three' should be a whole number; change it"),
        ({"size": True}, "example.size=True should be a whole number"),
        ({"size": 1, "mode": "three"}, "choose one of one, two"),
        ({"size": 1, "limit": "x"}, "example.limit='x' should be a whole number or null"),
        ({"size": 1, "flag": 1}, "example.flag=1 should be true or false"),
        ({"size": 1, "names": "abc"}, r"example.names='abc' should be a list, such as \[a,b\]"),
        ({"size": 1, "names": [1.5]}, r"example.names\[0\]=1.5 should be text"),
    ],
)
def test_anything_else_is_a_sentence(values, words):
    with pytest.raises(ConfigError, match=words):
        settings_from(Example, values, "example")


def test_at_the_top_keys_have_no_prefix():
    with pytest.raises(ConfigError, match=r"^size='x' should be"):
        settings_from(Example, {"size": "x"}, "")
    with pytest.raises(ConfigError, match=r"^sise is not a setting of the configuration"):
        settings_from(Example, {"sise": 1}, "")


def test_choose_names_the_options():
    assert choose("pc", {"pc": 1, "ges": 2}, "discovery") == 1
    with pytest.raises(ConfigError, match="discovery=gse is not known; did you mean ges"):
        choose("gse", {"pc": 1, "ges": 2}, "discovery")


@dataclass(frozen=True)
class Bounded:
    count: Annotated[int, Bounds(least=2)] = 5
    share: Annotated[float, Bounds(above=0, below=1)] | None = 0.5
    width: int = 8
    heads: int = 4

    def __post_init__(self) -> None:
        if self.heads < 1:
            raise ConfigError(f"example.heads={self.heads} leaves none.")
        if self.width % self.heads:
            raise ConfigError(f"example.width={self.width} is no multiple of example.heads.")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 1}, ["example.count=1 should be at least 2; change it."]),
        ({"share": 1}, ["example.share=1.0 should be above 0 and below 1; change it."]),
        ({"share": float("nan")}, ["example.share=nan should be a finite number; change it."]),
        ({"share": "x"}, ["example.share='x' should be a number or null; change it."]),
        # What the dataclass itself refuses is said with the rest.
        (
            {"count": 0, "heads": -1},
            ["example.count=0 should be at least 2; change it.", "example.heads=-1 leaves none."],
        ),
        (
            {"cuont": 3, "width": 9},
            [
                "example.cuont is not a setting of example; did you mean count?",
                "example.width=9 is no multiple of example.heads.",
            ],
        ),
        # The default of heads, which nobody gave, is not held against the width.
        ({"heads": 0, "width": 6}, ["example.heads=0 leaves none."]),
    ],
)
def test_all_that_is_wrong_is_said_at_once(values, said):
    with pytest.raises(ConfigError) as caught:
        settings_from(Bounded, values, "example")
    assert getattr(caught.value, "mistakes", [str(caught.value)]) == said
    assert settings_from(Bounded, {"share": None, "count": 2}, "example") == Bounded(2, None)
