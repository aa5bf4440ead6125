"""Asking the hub for a model, once."""

from __future__ import annotations

from causattn.base import ModelError


def ask_hub(name: str, revision: str | None = None) -> None:
    """Raise where the hub does not have a model that is not kept from it either.

    transformers asks several times for several files, and waits in between, which is right for a
    connection that comes and goes, and 40 seconds for a name with a slip in it.

    Raises
    ------
    ModelError
        Where it has no such model, or cannot be asked.
    """
    from huggingface_hub import constants, hf_hub_url, try_to_load_from_cache
    from huggingface_hub.utils import build_hf_headers, get_session

    if constants.is_offline_mode():
        return  # transformers looks among what is kept
    if isinstance(try_to_load_from_cache(name, "config.json", revision=revision), str):
        return
    mend = "check the name, model.revision and the connection, and that it holds safetensors"
    try:
        url = hf_hub_url(name, "config.json", revision=revision, endpoint=constants.ENDPOINT)
        answer = get_session().head(url, headers=build_hf_headers(), follow_redirects=True)
    except Exception as error:  # of whichever client the hub's own package has
        why = f"the hub cannot be asked ({type(error).__name__})"
    else:
        if answer.status_code < 400:
            return
        why = f"the hub did not give it ({answer.status_code})"
    raise ModelError(
        f"The configuration of model {name} cannot be read: it is no folder, and {why}; {mend}."
    )
