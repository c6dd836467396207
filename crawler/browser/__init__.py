"""The browser of a crawl: renders pages that need scripts, measures them, and takes pictures of the proof."""
