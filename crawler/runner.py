"""Scrapy's runner, one for all crawls of the same options: its settings take longer to make than a page to read."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings, SettingsAttribute
from scrapy.utils.reactor import is_reactor_installed

from crawler.settings import CrawlOptions, scrapy_settings


class LightSettings(Settings):
    """Settings whose copies share their values: these are replaced here, never changed in place."""

    def copy(self) -> Self:
        """A copy whose settings can be set without changing the original's."""
        made = type(self).__new__(type(self))
        made.frozen = False
        made.attributes = {name: _same(attribute) for name, attribute in self.attributes.items()}
        return made


def _same(attribute: SettingsAttribute) -> SettingsAttribute:
    made = SettingsAttribute.__new__(SettingsAttribute)
    made.value, made.priority = attribute.value, attribute.priority
    return made


def runner(options: CrawlOptions, *, replay: bool) -> AsyncCrawlerRunner:
    """The runner for crawls with these options; crawls do not share more than it."""
    return _made(options, replay, is_reactor_installed())


@lru_cache(maxsize=8)
def _made(options: CrawlOptions, replay: bool, reactor: bool) -> AsyncCrawlerRunner:
    settings = {**scrapy_settings(options, replay=replay), "TWISTED_REACTOR_ENABLED": reactor}
    return AsyncCrawlerRunner(LightSettings(settings))
