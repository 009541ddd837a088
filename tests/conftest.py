"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Set before anything imports JAX: tests compare numbers to 1e-10, on the processor, wherever they run.
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Figures are drawn to files only.
os.environ.setdefault("MPLBACKEND", "Agg")

# ``ci``: the same examples on every run, so that a failure belongs to the change that shows it.
# ``explore``: fresh examples, for a nightly or a manual search (HYPOTHESIS_PROFILE=explore).
# Compilation makes the first example of a test slow, so no example has a deadline.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("explore", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
