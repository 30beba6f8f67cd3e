"""Tags, labels and types, wired: what the routes need of them, and the jobs that follow from them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atd_conversation.commands.catalogues import CatalogueCommands
from atd_conversation.commands.labels import RELABEL, LabelCommands, relabel_step
from atd_conversation.commands.marking import Marking
from atd_conversation.commands.retiring import RETIRE, MergeCommands, RetireStep
from atd_conversation.commands.tagging import TagCommands
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.marked import MarkedQueries
from atd_conversation.store.names import NameSource
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_servicekit.jobs import Jobs

if TYPE_CHECKING:
    from atd_servicekit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Marks:
    """What the routes need of tags, labels and types."""

    tags: TagCommands
    labels: LabelCommands
    merging: MergeCommands
    queries: MarkedQueries

    @classmethod
    def build(
        cls,
        runtime: "Runtime",
        queries: Queries,
        store: UnitStore,
        catalogues: Catalogues,
        commands: CatalogueCommands,
        settings: SettingsCache,
        names: NameSource,
        marking: Marking,
        jobs: Jobs,
    ) -> "Marks":
        """Everything of them; their jobs are handled from now on."""
        clock = runtime.clock
        marked = MarkedQueries(runtime.mongo.db, names)
        jobs.handle(RELABEL, relabel_step(queries, marked, clock))
        jobs.handle(RETIRE, RetireStep(catalogues, commands, marked, settings, runtime.transaction, clock))
        return cls(
            tags=TagCommands(queries, marked, marking, store, clock),
            labels=LabelCommands(queries, marked, marking, store, jobs, clock),
            merging=MergeCommands(catalogues, commands),
            queries=marked,
        )
