"""How many examples the properties are tried on: few in every run, as many as LOSI_FUZZ says in a long one."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("LOSI_FUZZ", "40"))

tried = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="LOSI_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
"""For properties of functions that take next to no time."""

tried_less = settings(tried, max_examples=max(5, EXAMPLES // 4))
"""For those that read whole pages and files."""
