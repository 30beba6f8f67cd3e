"""What the command needs to know: the same environment variables as the services, all with defaults."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CliSettings(BaseSettings):
    """Read from the environment when a command runs, never at import.

    Raises pydantic's `ValidationError` that names each variable that is wrong.
    """

    model_config = SettingsConfigDict(env_prefix="ATD_", extra="ignore", populate_by_name=True)

    kafka_bootstrap_servers: str = Field(
        default="127.0.0.1:9092",
        validation_alias="KAFKA_BOOTSTRAP_SERVERS",
        description="Kafka brokers, `host:port` separated by commas",
    )
    mongodb_url: SecretStr = Field(
        default=SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        validation_alias="MONGODB_URL",
        description="MongoDB connection string; a replica set, because transactions need one",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="The services' master key; needed where the command speaks to a service",
    )
    ingest_whatsapp_url: str = Field(default="http://127.0.0.1:8101", description="Internal address of ingest-whatsapp")
    conversation_url: str = Field(default="http://127.0.0.1:8110", description="Internal address of conversation")
    gateway_internal_url: str = Field(
        default="http://127.0.0.1:8090", description="Internal address of the gateway (health and metrics)"
    )

    def service_urls(self) -> dict[str, str]:
        """The internal address of every service, by its name, without a slash at the end."""
        return {
            "ingest-whatsapp": self.ingest_whatsapp_url.rstrip("/"),
            "conversation": self.conversation_url.rstrip("/"),
            "gateway": self.gateway_internal_url.rstrip("/"),
        }
