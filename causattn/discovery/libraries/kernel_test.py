"""causal-learn's kernel tests of independence, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causattn.discovery.tests.contract import IndependenceTest, PValue

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData

_THEIR_NAMES = {"fast_kci": "fastkci"}


class KernelTest(IndependenceTest):
    """A test of causal-learn, which draws random numbers: every question starts from one seed."""

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test."""
        from causallearn.utils.cit import CIT

        from causattn.discovery.libraries.calls import seeded, silenced

        with silenced():
            asked = CIT(np.ascontiguousarray(data.values), _THEIR_NAMES.get(self.name, self.name))

        def p_value(x: int, y: int, given: tuple[int, ...]) -> float:
            with silenced(), seeded(0):
                return float(np.clip(asked(x, y, list(given)), 0, 1))

        return p_value
