"""Who answers; one vendor or protocol a file, one vocabulary of events."""
