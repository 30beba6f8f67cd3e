"""Errors typed by what happens next."""


class InfrastructureFault(Exception):
    """Something around us is away or slow: the same work is tried again with backoff.

    Raised for faults that have nothing to do with the record in hand. It never leads to a dead letter.
    """


class PublishFailed(InfrastructureFault):
    """Kafka did not acknowledge every record; none of them may be taken for written."""


class StartupFailed(Exception):
    """The configuration cannot work; a restart would not help. The text says what to change."""
