"""The detectors that ship with the product: one question each, grouped by criterion."""
