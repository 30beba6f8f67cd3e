"""Real Kafka and MongoDB as local processes, for the tests and for ``make run``.

Both come as packages: no Docker, no Java and no service has to be installed first. Both live on loopback
only, keep their port and their data through `kill`, `stop` and `restart`, and never share a data directory.
"""

from atd_testing.servers.cluster import KafkaCluster
from atd_testing.servers.errors import ServerStartError
from atd_testing.servers.kafka import KafkaServer
from atd_testing.servers.mongo import MongoServer
from atd_testing.servers.ports import free_port

__all__ = ["KafkaCluster", "KafkaServer", "MongoServer", "ServerStartError", "free_port"]
