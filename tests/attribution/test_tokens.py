"""From tokens to words: nothing is cut, nothing is lost, in any script."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causattn.attribution import TokenAttribution, explain
from causattn.attribution.tokens import merged_spans


def attribution(offsets, score, error=None) -> TokenAttribution:
    return TokenAttribution(
        document=0,
        tokens=("x",) * len(score),
        offsets=np.array(offsets, dtype=np.int64).reshape(-1, 2),
        score=np.array(score, dtype=float),
        target="",
        output=0.0,
        baseline=0.0,
        method="m",
        error=None if error is None else np.array(error, dtype=float),
    )


def test_pieces_of_a_word_are_added_up_and_punctuation_stands_alone():
    text = "un believable, yes"
    found = attribution(
        [(0, 0), (0, 2), (3, 9), (9, 13), (13, 14), (15, 18), (0, 0)],
        [0, 1, 2, 3, 4, 5, 0],
        [0, 1, 3, 4, 0, 2, 0],
    ).words(text)
    assert found.words == ("un", "believable", ",", "yes")
    assert found.score.tolist() == [1, 5, 4, 5]
    assert found.error is not None
    assert found.error.tolist() == [1, 5, 0, 2]
    assert found.offsets.tolist() == [[0, 2], [3, 13], [13, 14], [15, 18]]


def test_a_token_over_two_words_makes_them_one():
    found = attribution([(0, 1), (1, 7), (8, 10)], [1, 2, 4]).words("it will go")
    assert found.words == ("it will", "go")
    assert found.score.tolist() == [3, 4]


def test_unspaced_script_is_cut_by_characters_unless_a_token_joins_them():
    found = attribution([(0, 1), (1, 3), (3, 4)], [1, 2, 4]).words("菜很好吃")
    assert found.words == ("菜", "很好", "吃")


def test_several_tokens_on_one_character_are_one_word():
    found = attribution([(0, 1), (0, 1), (0, 1)], [1, 2, 4]).words("🎉")
    assert found.words == ("🎉",)
    assert found.score.tolist() == [7]


def test_a_space_alone_belongs_to_the_word_behind_it():
    found = attribution([(0, 0), (0, 2), (4, 4), (4, 6), (7, 7)], [0, 1, 2, 4, 8]).words("it  go ")
    assert found.words == ("it", "go")
    assert found.score.tolist() == [1, 14]


def test_a_frame_has_one_row_a_word():
    frame = attribution([(0, 2), (3, 5)], [1, 2]).words("go on").frame()
    assert frame["word"].tolist() == ["go", "on"]
    assert frame["error"].isna().all()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), min_size=1, max_size=12))
def test_merged_stretches_are_apart_and_cover_the_same_characters(pairs):
    spans = np.array([(start, start + length) for start, length in pairs])
    merged = merged_spans(spans)
    assert (merged[1:, 0] >= merged[:-1, 1]).all()
    covered = {c for low, high in spans.tolist() for c in range(low, high)}
    assert covered == {c for low, high in merged.tolist() for c in range(low, high)}
    # No given stretch is cut.
    for low, high in spans.tolist():
        assert ((merged[:, 0] <= low) & (high <= merged[:, 1])).sum() == 1


def test_words_keep_the_sum_for_every_tokenizer(models, texts):
    for name in ("classifier", "causal"):
        for found, text in zip(
            explain(models(name), texts, {"kind": "random"}), texts, strict=True
        ):
            words = found.words(text)
            assert np.isclose(words.score.sum(), found.score.sum())
            assert "".join(words.words) == "".join(text.split())
