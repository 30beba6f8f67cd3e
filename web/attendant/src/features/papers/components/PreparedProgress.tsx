import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { download } from "@/shared/api/download";
import { useProblemText } from "@/shared/ui/problemText";

/** What every file that is made for somebody tells of itself. */
export interface Prepared {
  state: "pending" | "running" | "ready" | "failed";
  done: number;
  total: number;
  name: string | null;
  url: string | null;
}

interface Props {
  file: Prepared;
}

/** How far a file is; once it is there it is saved, and can be saved again. */
export function PreparedProgress({ file }: Props) {
  const { t } = useTranslation("papers");
  const problemText = useProblemText();
  const [problem, setProblem] = useState<string | null>(null);
  const saved = useRef<string | null>(null);
  const { url, name } = file;
  const save = () => {
    if (url === null || name === null) return;
    setProblem(null);
    download(url, name).catch((error: unknown) => setProblem(problemText(error).text));
  };
  useEffect(() => {
    if (url === null || saved.current === url) return;
    saved.current = url;
    save();
  });
  if (file.state === "failed") {
    return (
      <Text role="alert" c="var(--danger)">
        {t("file.failed")}
      </Text>
    );
  }
  if (url === null) {
    const part = file.total > 0 ? Math.floor((100 * file.done) / file.total) : 0;
    return (
      <Stack gap="xs" role="status">
        <Text>{t("file.making", { part })}</Text>
        <Progress value={part} animated aria-label={t("file.progress")} />
        <Text size="sm" c="var(--text-2)">
          {t("file.stay")}
        </Text>
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      <Group gap="xs" role="status">
        <Text style={{ overflowWrap: "anywhere" }}>{t("file.ready", { name })}</Text>
      </Group>
      {problem !== null && (
        <Text role="alert" c="var(--danger)">
          {problem}
        </Text>
      )}
      <Group>
        <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} onClick={save}>
          {t("file.again")}
        </Button>
      </Group>
    </Stack>
  );
}
