"""What is found: the Page view, the lexicons, the detectors, and the conclusions drawn from their observations."""
