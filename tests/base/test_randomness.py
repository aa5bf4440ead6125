from hypothesis import given
from hypothesis import strategies as st

from causattn.base import generator, integer_seed, seed_sequence


def test_a_stream_belongs_to_its_name_and_seed():
    draws = {
        tuple(generator(seed, *names).integers(0, 2**62, 4))
        for seed in (0, 1)
        for names in (("effects",), ("effects", 1), ("effects", "1"), ("effects1",), ())
    }
    assert len(draws) == 10


@given(st.integers(0, 2**63), st.lists(st.text() | st.integers(), max_size=4))
def test_the_same_name_gives_the_same_stream(seed, names):
    first = seed_sequence(seed, *names).generate_state(4)
    again = seed_sequence(seed, *names).generate_state(4)
    assert (first == again).all()
    assert 0 <= integer_seed(seed, *names) < 2**32


def test_other_calls_do_not_move_a_stream():
    alone = generator(3, "b").random(5)
    generator(3, "a").random(100)
    assert (generator(3, "b").random(5) == alone).all()
