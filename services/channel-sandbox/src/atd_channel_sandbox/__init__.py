"""A phone in the browser: customers of a fake WhatsApp write to the companies of a running Atendimento."""
