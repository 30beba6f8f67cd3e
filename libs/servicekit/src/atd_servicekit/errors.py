"""Errors typed by what happens next."""


class InfrastructureFault(Exception):
    """Something around us is away or slow: the same work is tried again with backoff.

    Raised for faults that have nothing to do with the record in hand. It never leads to a dead letter.
    """


class SetupFault(InfrastructureFault):
    """Something is set up wrongly (rights, credentials, space): it fails for every record until somebody repairs it."""


class PublishFailed(InfrastructureFault):
    """Kafka did not acknowledge every record; none of them may be taken for written.

    `refused`: one of the records is such that Kafka will never take it (too large); publish them one by one to see
    which. `setup`: a topic is missing or may not be written to; it will not heal by itself.
    """

    def __init__(self, message: str, *, refused: bool = False, setup: bool = False) -> None:
        super().__init__(message)
        self.refused = refused
        self.setup = setup


class StaleVersion(Exception):
    """What was read has changed meanwhile, or somebody else was faster: read again and decide again.

    The transaction in which it is raised is to be abandoned. `inbox.retry_stale` does the rest.
    """


class StartupFailed(Exception):
    """The configuration cannot work; a restart would not help. The text says what to change."""
