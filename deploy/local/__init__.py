"""Run the whole product on one machine, as local processes: ``python -m deploy.local`` (or ``make run``)."""
