"""Many machines: portals of a cycle as jobs on PostgreSQL, workers that visit them, schedules that hand them out."""
