"""The clock: what is done at its time, whoever is there."""
