import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.report.page.attention_data import DOCUMENT_BYTES, document_data
from causattn.report.page.embedding import as_json
from causattn.report.record import KeptDocument, unpacked


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
