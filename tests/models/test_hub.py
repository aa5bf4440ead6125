from types import SimpleNamespace

import pytest

from causattn.base import ModelError
from causattn.models.loading import read_config


@pytest.mark.parametrize(
    ("answer", "said"), [(404, r"did not give it \(404\)"), (None, r"cannot be asked \(OSError\)")]
)
def test_a_name_that_the_hub_does_not_have_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, answer: int | None, said: str
) -> None:
    asked = []

    def head(url: str, **_: object) -> SimpleNamespace:
        asked.append(url)
        if answer is None:
            raise OSError("no network")
        return SimpleNamespace(status_code=answer)

    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: False)
    session = SimpleNamespace(head=head, get=None, request=None)
    monkeypatch.setattr("huggingface_hub.utils.get_session", lambda: session)
    with pytest.raises(ModelError, match=said):
        read_config("nobody-here/none-such", "v2")
    assert len(asked) == 1
    assert asked[0].endswith("/nobody-here/none-such/resolve/v2/config.json")
