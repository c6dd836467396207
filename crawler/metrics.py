"""What a worker tells Prometheus: visits, pages, and how far the cycles in the database are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from crawler.jobs.queue import queue_counts
from storage.errors import StorageError
from storage.models import Cycle, CyclePortal

if TYPE_CHECKING:
    from threading import Thread
    from wsgiref.simple_server import WSGIServer

    from storage.database import Database

logger = logging.getLogger(__name__)
_SECONDS = (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)


class WorkerMetrics:
    """The numbers of one worker, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.visits = Counter("losi_visits", "Visits that ended, by what followed.", ["state"], registry=self.registry)
        self.pages = Counter("losi_pages", "Pages read.", registry=self.registry)
        self.active = Gauge("losi_visits_active", "Visits under way.", registry=self.registry)
        self.seconds = Histogram(
            "losi_visit_seconds", "Time of visits that ended.", buckets=_SECONDS, registry=self.registry
        )
        self.taken_over = Counter(
            "losi_portals_taken_over", "Portals taken over from workers that died.", registry=self.registry
        )
        self.set_aside = Counter(
            "losi_portals_set_aside", "Portals set aside since they kill their worker.", registry=self.registry
        )
        self.uploaded = Counter(
            "losi_archive_bytes", "Bytes of archives and pictures brought to their place.", registry=self.registry
        )

    def serve(self, host: str, port: int) -> tuple[int, Callable[[], None]]:
        """Serves /metrics; the port (chosen by the system if it was 0), and what ends it. Raises `StorageError`."""
        try:
            server: WSGIServer
            thread: Thread
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise StorageError(f"cannot serve metrics on {host}:{port}: {error.strerror}", "choose another") from error

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return server.server_port, end


class CycleCollector(Collector):
    """Reads at every scrape where the portals of open cycles stand, and what waits in the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers; none while the database cannot be reached."""
        with suppress(StorageError):
            yield self._portals()
            yield self._jobs()

    def _portals(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("losi_cycle_portals", "Portals by state.", labels=["cycle", "state"])
        query = (
            select(Cycle.name, CyclePortal.state, func.count())
            .join(Cycle, Cycle.id == CyclePortal.cycle_id)
            .where(Cycle.paused.is_(False))
            .group_by(Cycle.name, CyclePortal.state)
        )
        with self._database.reader() as session:
            for name, state, count in session.execute(query):
                family.add_metric([name, state], count)
        return family

    def _jobs(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("losi_queue", "Jobs by status, and workers alive.", labels=["status"])
        for status, count in queue_counts(self._database).items():
            family.add_metric([status], count)
        return family
