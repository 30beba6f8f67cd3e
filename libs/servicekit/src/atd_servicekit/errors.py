"""Errors typed by what happens next."""


class InfrastructureFault(Exception):
    """Something around us is away or slow: the same work is tried again with backoff.

    Raised for faults that have nothing to do with the record in hand. It never leads to a dead letter.
    """


class PublishFailed(InfrastructureFault):
    """Kafka did not acknowledge every record; none of them may be taken for written.

    `refused`: one of the records is such that Kafka will never take it (too large); publish them one by one to see
    which.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class StaleVersion(Exception):
    """What was read has changed meanwhile, or somebody else was faster: read again and decide again.

    The transaction in which it is raised is to be abandoned. `inbox.retry_stale` does the rest.
    """


class StartupFailed(Exception):
    """The configuration cannot work; a restart would not help. The text says what to change."""
