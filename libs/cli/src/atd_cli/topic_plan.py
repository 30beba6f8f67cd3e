"""What must be done so that the cluster's topics are those of the registry. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from atd_cli.kafka_admin import FoundTopic, Wanted
from atd_schemas.topics import Topic

_SAFE_REPLICATION = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """One topic of the registry beside what the cluster has. `config` maps a name to (found, wanted)."""

    wanted: Wanted
    found: FoundTopic | None
    config: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.found is not None and not self.config and not self.problems

    def words(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        if self.found is None:
            return "does not exist"
        changed = [f"{name} is {found}, not {wanted}" for name, (found, wanted) in self.config.items()]
        return "; ".join((*self.problems, *changed))


def default_replication(brokers: int) -> int:
    """As safe as the cluster allows: three copies, or one per broker."""
    return max(1, min(_SAFE_REPLICATION, brokers))


def want(topic: Topic, replication: int) -> Wanted:
    """The topic as it must be.

    With three copies, two must have a record before acks=all answers: then the loss of one broker neither loses
    an acknowledged record nor stops the producers.
    """
    config = topic.config()
    if replication >= _SAFE_REPLICATION:
        config["min.insync.replicas"] = "2"
    return Wanted(topic.name, topic.partitions, replication, config)


def compare(topics: Iterable[Topic], found: Mapping[str, FoundTopic], replication: int) -> list[Verdict]:
    """Every topic of the registry beside what is there. More partitions than wanted are no fault."""
    return [_compare(topic, want(topic, replication), found.get(topic.name)) for topic in topics]


def _compare(topic: Topic, wanted: Wanted, found: FoundTopic | None) -> Verdict:
    if found is None:
        return Verdict(wanted, None)
    # What fits the copies that are there: two in-sync replicas of one copy would stop every producer.
    fitting = want(topic, min(found.replication, wanted.replication)).config
    config = {
        name: (found.config.get(name, ""), value) for name, value in fitting.items() if found.config.get(name) != value
    }
    problems: list[str] = []
    if found.partitions < wanted.partitions:
        problems.append(f"{found.partitions} partitions, not {wanted.partitions}")
    if found.replication < wanted.replication:
        problems.append(f"{found.replication} copies, not {wanted.replication}")
    return Verdict(wanted, found, config, tuple(problems))
