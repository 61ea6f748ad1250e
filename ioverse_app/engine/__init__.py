"""Runs: start, follow, cancel, recover. Every answer goes through here."""
