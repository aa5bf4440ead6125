import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from causattn.report.record.packing import packed, packed_signed, unpacked

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
