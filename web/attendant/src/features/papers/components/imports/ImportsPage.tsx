import { Badge, Button, FileButton, Group, Text, UnstyledButton } from "@mantine/core";
import { IconDownload, IconFileUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Setting, SettingsPageLayout } from "@/features/settings";
import { languageFor } from "@/shared/i18n";
import { useMay } from "@/shared/session/SessionProvider";
import { ErrorState } from "@/shared/ui/ErrorState";
import { useProblemText } from "@/shared/ui/problemText";
import { PageSkeleton } from "@/shared/ui/Skeletons";

import { useExport, useImports, useNewImport } from "../../api/imports";
import { PreparedProgress } from "../PreparedProgress";
import { ImportCard } from "./ImportCard";
import classes from "./imports.module.css";

/** Customers from a file and into one. */
export function ImportsPage() {
  const { t } = useTranslation("papers");
  const mayExport = useMay("contacts:export");
  return (
    <SettingsPageLayout title={t("imports.title")} text={t("imports.text")}>
      <Imports />
      {mayExport && <Export />}
    </SettingsPageLayout>
  );
}

function Imports() {
  const { t, i18n } = useTranslation("papers");
  const { data, error, refetch, isFetching } = useImports();
  const reading = useNewImport();
  const problemText = useProblemText();
  const [chosen, setChosen] = useState<string | null>(null);
  if (data === undefined) {
    return error ? (
      <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />
    ) : (
      <PageSkeleton />
    );
  }
  const read = (file: File | null) => {
    if (file) reading.mutate(file, { onSuccess: ({ id }) => setChosen(id) });
  };
  return (
    <>
      <Group>
        <FileButton onChange={read} accept=".csv,.txt,.tsv,text/csv,text/plain">
          {(props) => (
            <Button
              {...props}
              leftSection={<IconFileUpload size={18} stroke={1.75} aria-hidden />}
              loading={reading.isPending}
            >
              {t("imports.open")}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="var(--text-2)">
          {t("imports.hint")}
        </Text>
      </Group>
      {reading.error && (
        <Text role="alert" c="var(--danger)">
          {problemText(reading.error).text}
        </Text>
      )}
      {chosen !== null && <ImportCard key={chosen} id={chosen} />}
      <ul className={classes.list} aria-label={t("imports.earlier")}>
        {data.items
          .filter(({ id }) => id !== chosen)
          .map(({ id, file_name, created_at, created_by, state, lines }) => (
            <li key={id}>
              <UnstyledButton className={classes.row} onClick={() => setChosen(id)} w="100%">
                <span className={classes.grow}>{file_name}</span>
                <Text span size="sm" c="var(--text-2)">
                  {t("imports.lines", { count: lines })}
                </Text>
                <Text span size="sm" c="var(--text-2)">
                  {new Intl.DateTimeFormat(i18n.language, { dateStyle: "short", timeStyle: "short" }).format(
                    new Date(created_at),
                  )}
                  {created_by.name ? ` · ${created_by.name}` : ""}
                </Text>
                <Badge variant="light" color="gray" tt="none">
                  {t(`imports.state.${state}`)}
                </Badge>
              </UnstyledButton>
            </li>
          ))}
      </ul>
    </>
  );
}

function Export() {
  const { t, i18n } = useTranslation("papers");
  const { ask, asking, error, file } = useExport(languageFor([i18n.language]));
  const problemText = useProblemText();
  return (
    <Setting id="export" label={t("imports.export.label")} help={t("imports.export.help")} wide>
      <Button
        variant="default"
        leftSection={<IconDownload size={18} stroke={1.75} aria-hidden />}
        onClick={ask}
        loading={asking || (file !== undefined && file.url === null && file.state !== "failed")}
      >
        {t("imports.export.make")}
      </Button>
      {file && <PreparedProgress file={file} />}
      {error && (
        <Text role="alert" c="var(--danger)">
          {problemText(error).text}
        </Text>
      )}
    </Setting>
  );
}
