"""Writes to Kafka with the producer of the kit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atd_servicekit.kafka import Producer
from atd_servicekit.kafka_connection import KafkaConnection

SOURCE = "atd"
"""What the command calls itself in the events that it writes."""


@asynccontextmanager
async def running_producer(kafka: KafkaConnection | str) -> AsyncIterator[Producer]:
    """A started producer, flushed and stopped at the end."""
    producer = Producer(kafka, SOURCE)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
