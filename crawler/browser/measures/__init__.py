"""What a browser measures on a page that is open in it: functions that take the live page and give facts."""

from __future__ import annotations

from crawler.browser.measures.accessibility import AxeMissingError, axe_script, measure_accessibility
from crawler.browser.measures.engines import Look, compare, look, other_engines
from crawler.browser.measures.load import Watch, measure_load
from crawler.browser.measures.mixed import measure_mixed
from crawler.browser.measures.phone import measure_phone
from crawler.browser.measures.sample import sample

__all__ = [
    "AxeMissingError",
    "Look",
    "Watch",
    "axe_script",
    "compare",
    "look",
    "measure_accessibility",
    "measure_load",
    "measure_mixed",
    "measure_phone",
    "other_engines",
    "sample",
]
