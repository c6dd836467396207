"""The workbook (XLSX) that goes out to assessors and comes back: written, read, compared, taken over."""
