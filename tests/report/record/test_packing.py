import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from causattn.report.page.attention_data import DOCUMENT_BYTES, document_data
from causattn.report.page.embedding import as_json
from causattn.report.record.packing import packed, packed_signed, unpacked
from causattn.report.record.reading import KeptDocument

SHAPES = arrays.array_shapes(max_dims=3, max_side=6)
SIZES = {"min_value": 0, "max_value": 1e3, "allow_nan": False}


@given(arrays.arrays(float, SHAPES, elements=st.floats(**SIZES)))
def test_unpacked_is_within_half_a_step(values: np.ndarray) -> None:
    back = unpacked(packed(values))
    assert back.shape == values.shape
    # A byte is the root of the share: half a step is off by at most (r + 1/510)^2 - r^2.
    np.testing.assert_allclose(back, values, atol=float(values.max(initial=0)) * 0.004 + 1e-12)


@given(arrays.arrays(float, SHAPES, elements=st.floats(-50, 50)))
def test_signed_values_keep_their_sign(values: np.ndarray) -> None:
    back = unpacked(packed_signed(values))
    step = float(np.abs(values).max(initial=0)) / 127
    np.testing.assert_allclose(back, values, atol=step / 2 + 1e-9)
    assert (np.sign(back) * np.sign(values) >= 0).all()


def test_minus_infinity_is_kept_apart() -> None:
    values = np.array([-np.inf, -2.0, 0.0, np.nan, 2.0])
    assert unpacked(packed_signed(values)).tolist() == [-np.inf, -2, 0, 0, 2]


def test_nothing_and_not_a_number_are_nothing() -> None:
    assert unpacked(packed(np.array([0.0, np.nan]))).tolist() == [0, 0]
    assert unpacked(packed(np.zeros((0, 3)))).shape == (0, 3)


@given(st.text())
def test_json_cannot_end_its_block(text: str) -> None:
    shown = str(as_json({"text": text, text: [text]}))
    assert not set("<>&\u2028\u2029") & set(shown)
    assert json.loads(shown) == {"text": text, text: [text]}


@pytest.mark.parametrize("length", [128])
def test_a_document_of_128_tokens_in_a_12_by_12_model_stays_under_4_mb(length: int) -> None:
    rng = np.random.default_rng(0)
    # As hard to compress as attention can be: every weight differs.
    weights = rng.dirichlet(np.ones(length) * 0.3, size=(12, 12, length)).astype(np.float32)
    vectors = rng.normal(size=(2, 12, 12, length, 64)).astype(np.float32)
    document = KeptDocument(
        0,
        {
            "tokens": ["token"] * length,
            "attending": ["token"] * length,
            "layers": [f"layer.{k}" for k in range(12)],
            "stack": "self",
        },
        {
            "weights": weights,
            "special": np.zeros(length, dtype=bool),
            "query": vectors[0],
            "key": vectors[1],
            "scaling": np.full(12, 0.125),
            "rest": rng.normal(size=weights.shape),
            "statistics.entropy": rng.random((12, 12)),
            "rollout": weights[0, 0],
        },
    )
    data = document_data(document)
    assert len(str(as_json(data))) < 4_000_000
    assert DOCUMENT_BYTES < 4_000_000
    # What had to be left out is said, and the sharpest heads are what is kept.
    kept = data["vectors"]["heads"]
    assert 0 < len(kept) < 144
    order = np.argsort(document.arrays["statistics.entropy"], axis=None)
    assert set(kept) == set(order[: len(kept)].tolist())
    back = unpacked(data["weights"])
    np.testing.assert_allclose(back, weights, atol=0.004 * float(weights.max()))
