"""How tests are run: properties always on the same examples, however long a busy machine takes; long files first."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize="LOSI_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Has pytest-xdist hand out files in the order of the tests, not those of many tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files of few tests first: these start processes and browsers and take long; the others fill the gaps."""
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: sizes[item.path])
