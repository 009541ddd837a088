"""Run folders: files written whole or not at all, with a checksum for each."""
