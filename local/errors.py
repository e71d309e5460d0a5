"""What goes wrong on one machine, as a sentence for the person at the terminal."""


class LocalError(Exception):
    """Something that keeps the one-machine server from running; its text says what, and what to do about it."""


class FolderInUse(LocalError):
    """Another server owns the data folder."""


class EngineError(LocalError):
    """The DynamoDB engine can't be had, or doesn't run."""
