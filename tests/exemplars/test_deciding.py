"""Leave-one-out influence against fitting without the document, as anybody would."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import DataError
from causattn.corpora import Mentions
from causattn.effects import Design, LinearEffects
from causattn.exemplars import deciding_documents
from causattn.features import FeatureKind, FeatureTable


def made(rng: np.random.Generator, count: int = 60, *, discrete: bool) -> FeatureTable:
    z = rng.integers(0, 3, count)
    x = (rng.random(count) < 0.3 + 0.2 * z / 2).astype(float)
    y = 0.8 * x - 0.5 * z + rng.normal(size=count)
    if discrete:
        y = (y > 0).astype(float)
    return FeatureTable(
        ("z", "x", "y"),
        (FeatureKind.SLOT,) * 3,
        np.column_stack([z, x, y]).astype(float),
        (("a", "b", "c"), ("no", "yes"), ("no", "yes") if discrete else None),
        Mentions.empty(),
        np.arange(count),
    )


def without(table: FeatureTable, rows: np.ndarray) -> FeatureTable:
    kept = np.setdiff1d(np.arange(len(table.values)), rows)
    return replace(table, values=table.values[kept], documents=table.documents[kept])


def plain(table: FeatureTable) -> float:
    """The coefficient of x in the regression of y on 1, x and the values of z."""
    z, x, y = table.values.T
    design = np.column_stack([np.ones(len(x)), x, z == 1, z == 2])
    return float(np.linalg.lstsq(design, y, rcond=None)[0][1])


@pytest.mark.parametrize("discrete", [False, True])
def test_influence_is_the_change_of_the_estimate(rng: np.random.Generator, discrete: bool) -> None:
    table = made(rng, discrete=discrete)
    found = deciding_documents(table, "x", "y", ("z",), minimum_count=3)
    assert not isinstance(found, str)
    assert found.estimate == pytest.approx(plain(table))
    assert found.outcome == ("P(y = yes)" if discrete else "y")
    assert found.levels == ("no", "yes")
    expected = [found.estimate - plain(without(table, np.array([k]))) for k in range(60)]
    np.testing.assert_allclose(found.influence, expected, atol=1e-10)
    first = found.strongest(5)
    assert np.abs(found.influence[first]).min() >= np.sort(np.abs(expected))[-5] - 1e-10


def test_without_the_turning_documents_the_sign_is_another(rng: np.random.Generator) -> None:
    table = made(rng, 80, discrete=False)
    found = deciding_documents(table, "x", "y", ("z",), minimum_count=3)
    assert not isinstance(found, str)
    assert 0 < len(found.turning) < 40
    turned = plain(without(table, found.turning))
    assert found.turned == pytest.approx(turned)
    assert turned * found.estimate < 0
    assert plain(without(table, found.turning[:-1])) * found.estimate > 0
    # No set as large, chosen at random, does it.
    for seed in range(50):
        some = np.random.default_rng(seed).choice(80, len(found.turning), replace=False)
        assert plain(without(table, some)) * found.estimate > 0


def test_a_document_on_which_all_hangs_is_said() -> None:
    values = np.zeros((30, 3))
    values[:, 0] = np.arange(30) % 2
    values[7, 1] = 1  # the only one with x
    values[:, 2] = np.random.default_rng(0).normal(size=30)
    table = FeatureTable(
        ("z", "x", "y"),
        (FeatureKind.SLOT,) * 3,
        values,
        (("a", "b"), ("no", "yes"), None),
        Mentions.empty(),
        np.arange(30),
    )
    found = deciding_documents(table, "x", "y", ("z",), minimum_count=1)
    assert not isinstance(found, str)
    assert np.flatnonzero(np.isnan(found.influence)).tolist() == [7]
    assert found.strongest(1).tolist() == [7]
    with pytest.raises(DataError, match="no feature w"):
        deciding_documents(table, "x", "y", ("w",))
    assert "fewer than two values" in str(deciding_documents(table, "x", "y"))


def test_it_is_the_estimate_of_the_evidence(table: FeatureTable) -> None:
    names = {name: k for k, name in enumerate(table.names)}
    effect = LinearEffects(Design(table)).estimate(names["smoke"], names["bronc"], ())
    found = deciding_documents(table, "smoke", "bronc")
    assert not isinstance(effect, str)
    assert not isinstance(found, str)
    assert found.estimate == pytest.approx(effect.estimate)
