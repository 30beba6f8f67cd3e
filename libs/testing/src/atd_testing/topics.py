"""Creating the topics of the registry on the test run's Kafka."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from atd_schemas.topics import Topic, registry

_ALREADY_EXISTS = TopicAlreadyExistsError.errno


async def create_topics(bootstrap_servers: str, topics: tuple[Topic, ...] | None = None) -> None:
    """Create what is missing of the registry (or of `topics`), with one replica."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        wanted = topics if topics is not None else registry()
        answer = await admin.create_topics(
            [NewTopic(t.name, t.partitions, 1, topic_configs=t.config()) for t in wanted]
        )
        for name, code, *_ in answer.topic_errors:
            if code not in (0, _ALREADY_EXISTS):
                raise for_code(code)(name)
    finally:
        await admin.close()
