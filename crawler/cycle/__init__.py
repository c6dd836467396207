"""Survey cycles: many portals at once, gone on with after any end, compared with the cycle before."""
