"""What an effect is on, in words."""

import pytest

from causattn.effects import VerdictRule, judge, outcome_in_words, values_compared

ON = {
    "source": "plot",
    "target": "stars",
    "discovery_edge": "-->",
    "discovery_directed": True,
    "data_outcome": "P(stars = 5)",
    "data_from": "bad",
    "data_to": "good",
    "data_rows": "seen",
}


def effect(estimate: float, low: float, high: float) -> dict[str, float]:
    return {"data_estimate": estimate, "data_low": low, "data_high": high}


def test_an_outcome_has_its_level_or_its_unit() -> None:
    assert outcome_in_words(ON, "data") == "P(stars = 5)"
    assert outcome_in_words({"data_outcome": "P(own token of a)"}, "data") == "P(own token of a)"
    assert outcome_in_words({"model_outcome": "price"}, "model") == "mean price (in its units)"
    assert outcome_in_words(ON | {"data_outcome": float("nan")}, "data") == ""
    assert values_compared(ON) == ("bad", "good")
    assert values_compared(ON | {"data_to": None}) is None


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (effect(0.3, 0.2, 0.4), "show an effect of plot (bad to good) on P(stars = 5) of 0.3 ["),
        (effect(0, -0.001, 0.001), "no effect of plot (bad to good) on P(stars = 5) beyond 0.01"),
        (
            effect(0.1, -0.1, 0.3),
            "whether there is an effect of plot (bad to good) on P(stars = 5)",
        ),
    ],
)
def test_verdicts_name_what_an_effect_is_on(columns: dict[str, float], says: str) -> None:
    assert says in judge(ON | columns, VerdictRule()).documents_reason


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ((0.3, 0.2, 0.4), "moves the model's P(stars = 1) by 0.3 [0.2, 0.4]."),
        ((0.0, -0.001, 0.001), "moves the model's P(stars = 1) by no more than 0.01"),
        ((0.0, -0.1, 0.1), "may or may not move the model's P(stars = 1)"),
    ],
)
def test_verdicts_name_what_the_model_says(columns: tuple[float, ...], says: str) -> None:
    named = dict(zip(("model_estimate", "model_low", "model_high"), columns, strict=True))
    row = ON | named | {"model_outcome": "P(stars = 1)"}
    assert says in judge(row, VerdictRule()).model_reason


def test_a_total_effect_that_is_the_direct_one_is_said_once() -> None:
    both = {"data_effect": "total"} | effect(0.3, 0.2, 0.4)
    direct = {"direct_estimate": 0.3, "direct_low": 0.2, "direct_high": 0.4}
    assert "in total" not in judge(ON | both | direct, VerdictRule()).documents_reason
    less = direct | {"direct_estimate": 0.25}
    assert "(0.3 [0.2, 0.4] in total)" in judge(ON | both | less, VerdictRule()).documents_reason


def test_names_from_right_to_left_turn_nothing() -> None:
    hebrew = ON | {"source": "\u05d0", "data_outcome": "P(\u05d1 = \u05d2)"} | effect(0.3, 0.2, 0.4)
    says = judge(hebrew, VerdictRule()).documents_reason
    assert (
        "of \u2068\u05d0\u2069 (bad to good) on P(\u2068\u05d1\u2069 = \u2068\u05d2\u2069)" in says
    )
