"""Overrides are read as they are typed, names in other letters and odd ones too."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from causattn.cli.compose import compose_config
from causattn.cli.quoting import read_as_typed


@pytest.fixture(autouse=True)
def _read_as_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OverridesParser, "parse_rule", OverridesParser.parse_rule)
    read_as_typed()


def parsed(typed: str) -> Override:
    return OverridesParser.create().parse_override(typed)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("corpus.label=评分", "评分"),
        ("corpus.label=价格 元", "价格 元"),
        ("corpus.label=Preis (€)", "Preis (€)"),
        ("corpus.label=stars (1-5)", "stars (1-5)"),
        ("corpus.label=food & drink", "food & drink"),
        ("corpus.label=don't know", "don't know"),
        ("corpus.delimiter=;", ";"),
        ("corpus.delimiter=,", ","),
        ("corpus.path=/tmp/data (1).csv", "/tmp/data (1).csv"),
        ("corpus.columns=[评分, 价格 元,beta]", ["评分", "价格 元", "beta"]),
        ("corpus.columns=[score [1-5],other (one)]", ["score [1-5]", "other (one)"]),
        ("discovery.knowledge={tiers:[[评分],[größe,b]]}", {"tiers": [["评分"], ["größe", "b"]]}),
        ("corpus.columns=[\"评分\",größe,'a b']", ["评分", "größe", "a b"]),
        ('corpus.label=a"é\\\\', 'a"é\\\\'),
        ("+corpus.path=../数据 表.csv", "../数据 表.csv"),
        # Keys of mappings, for which Hydra's grammar has no quotes.
        ("features.groups={价格: [便宜, 贵], food:[a]}", {"价格": ["便宜", "贵"], "food": ["a"]}),
        ("features.groups={prix élevé:[cher]}", {"prix élevé": ["cher"]}),
        ("features.groups={\"a: b\":[c],'d':[e]}", {"a: b": ["c"], "d": ["e"]}),
        ("a={b:{größe:[c]}}", {"b": {"größe": ["c"]}}),
    ],
)
def test_names_need_no_quotes(typed: str, value: object) -> None:
    found = parsed(typed)
    assert found.value() == value
    assert found.input_line == typed


def test_keys_reach_the_configuration() -> None:
    config = compose_config(["features=terms", "+features.groups.größe=[klein]"])
    assert config.features.groups == {"größe": ["klein"]}


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("corpus.label=评分,服务", ['"评分"', '"服务"']),
        ("corpus.label=choice(é,b)", ["é", "b"]),
        ("a={é:[b]},{c:[d]}", ["{é:[b]}", "{c:[d]}"]),
    ],
)
def test_several_values_stay_several(typed: str, values: list[str]) -> None:
    assert list(parsed(typed).sweep_string_iterator()) == values
    assert all(parsed(f"a={value}").value() for value in values)


@pytest.mark.parametrize("typed", ["a=[b,c", "a=[评分", "a='é", "a=choice(é,b", "a={é}", "a=b,,é"])
def test_what_is_open_or_empty_stays_a_mistake(typed: str) -> None:
    with pytest.raises(HydraException):
        parsed(typed)
