import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** The part's name, as it stands in the code that a person sends to support: `thread`, `composer`. */
  part: string;
  children: ReactNode;
}

/** Keeps a crash in its part: the rest of the client goes on, and the part can be reloaded. */
export class PartBoundary extends Component<Props, { code: string | null }> {
  override state: { code: string | null } = { code: null };

  static getDerivedStateFromError(error: unknown): { code: string } {
    return { code: error instanceof Error ? error.name : "error" };
  }

  override render(): ReactNode {
    if (this.state.code === null) return this.props.children;
    return <Crashed code={`${this.props.part}-${this.state.code}`} reload={() => this.setState({ code: null })} />;
  }
}

function Crashed({ code, reload }: { code: string; reload: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Stack p="lg" gap="xs" role="alert">
      <Title order={2} size="md">
        {t("crash.title")}
      </Title>
      <Text c="dimmed">{t("crash.text")}</Text>
      <Group gap="xs">
        <Button onClick={reload}>{t("crash.reload")}</Button>
        <Button variant="default" onClick={() => void navigator.clipboard.writeText(code)}>
          {t("crash.copy")}
        </Button>
        <Text size="xs" c="dimmed" ff="monospace">
          {code}
        </Text>
      </Group>
    </Stack>
  );
}
