"""What is asked, of whom, and how it is scored. No I/O but the package's own data."""
