"""The questions that commands ask of the database; none reads a whole table into memory."""

from __future__ import annotations

from storage.repository.answers import (
    ExportRow,
    add_review,
    answers,
    export_rows,
    findings,
    replace_findings,
)
from storage.repository.portals import (
    ImportCount,
    find_cycle,
    find_portal,
    import_portals,
    new_cycle,
    portals,
    put_portal,
)
from storage.repository.runs import (
    capture_of_url,
    captures,
    finish_run,
    get_run,
    latest_run,
    observations,
    runs,
    start_run,
)

__all__ = [
    "ExportRow",
    "ImportCount",
    "add_review",
    "answers",
    "capture_of_url",
    "captures",
    "export_rows",
    "find_cycle",
    "find_portal",
    "findings",
    "finish_run",
    "get_run",
    "import_portals",
    "latest_run",
    "new_cycle",
    "observations",
    "portals",
    "put_portal",
    "replace_findings",
    "runs",
    "start_run",
]
