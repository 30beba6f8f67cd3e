"""How a service of Atendimento lives: settings, logs, metrics, Kafka, MongoDB, outbox, ledger, health.

Every promise of delivery (acknowledgements, commits after the effect, dead letters, the outbox) is set
once in here, so that a service only says what it does with a record.
"""
