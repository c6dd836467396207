"""What is kept: tables, migrations, the archive of captures and the sessions that read and write them."""

from __future__ import annotations
