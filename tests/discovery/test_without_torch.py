"""torch is loaded when it is used, and by nobody else."""

import subprocess
import sys


def said_by(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_pgmpys_hill_climbing_is_imported_without_torch() -> None:
    program = """
import sys
from causattn.discovery.libraries.without_torch import torch_later
with torch_later():
    from pgmpy.causal_discovery import HillClimbSearch
    from pgmpy.estimators import MmhcEstimator
print("torch" in sys.modules, "torch._C" in sys.modules)
"""
    assert said_by(program) == "False False"


def test_what_was_imported_gets_the_real_torch_when_it_uses_it() -> None:
    program = """
import sys
from causattn.discovery.libraries.without_torch import torch_later
with torch_later():
    from pgmpy.utils import compat_fns
    from pgmpy.utils import optimizer
import numpy as np
assert "torch" not in sys.modules
assert compat_fns.size(np.ones(3)) == 3
optimizer.optim.Adam
import torch
assert compat_fns.torch.Tensor is torch.Tensor and optimizer.optim.Adam is torch.optim.Adam
assert compat_fns._is_torch_tensor(torch.ones(2)) and not compat_fns._is_torch_tensor(np.ones(2))
print(type(sys.modules["torch"]).__name__)
"""
    assert said_by(program) == "module"


def test_a_torch_that_is_there_stays() -> None:
    program = """
import torch
from causattn.discovery.libraries.without_torch import torch_later
with torch_later():
    import torch as inside
assert inside is torch
with torch_later():
    from pgmpy.utils import compat_fns
print(compat_fns.torch is torch)
"""
    assert said_by(program) == "True"


def test_a_use_inside_of_the_block_loads_it() -> None:
    program = """
import sys
from causattn.discovery.libraries.without_torch import torch_later
with torch_later():
    import torch as promised
    promised.ones(2)
import torch
print(sys.modules["torch"] is torch, hasattr(torch, "ones"), promised.ones is torch.ones)
"""
    assert said_by(program) == "True True True"
