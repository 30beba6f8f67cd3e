import { Button, Group, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ErrorState } from "@/shared/ui/ErrorState";
import { useProblemText } from "@/shared/ui/problemText";
import { Bar } from "@/shared/ui/Skeletons";

import { isBusy, useImport, useImportStep, type ContactImport } from "../../api/imports";
import { ColumnsForm } from "./ColumnsForm";
import classes from "./imports.module.css";
import { Report } from "./Report";

const COUNTS = {
  checked: ["ok", "existing", "repeated", "refused"],
  done: ["created", "updated", "unchanged", "skipped", "refused"],
  undone: ["removed", "restored", "kept"],
} as const;

/** One import, from the choice of its columns to its report. */
export function ImportCard({ id }: { id: string }) {
  const { data, error, refetch, isFetching } = useImport(id);
  if (data === undefined) {
    if (error) return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />;
    return <Bar height={120} />;
  }
  return <Card made={data} />;
}

function Card({ made }: { made: ContactImport }) {
  const { t } = useTranslation("papers");
  const step = useImportStep(made.id);
  const problemText = useProblemText();
  const { state, counts } = made;
  const shown =
    state === "checked" ? COUNTS.checked : state === "undone" ? COUNTS.undone : state === "draft" ? [] : COUNTS.done;
  const cancel = (
    <Button variant="default" onClick={() => step.mutate("cancel")} disabled={step.isPending}>
      {t("imports.cancel")}
    </Button>
  );
  return (
    <section className={classes.card} aria-label={made.file_name}>
      <div>
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {made.file_name}
        </Text>
        <p className={classes.facts}>
          <span>{t("imports.lines", { count: made.lines })}</span>
          <span>{t(`imports.encoding.${made.encoding}`)}</span>
          <span>{t(`imports.delimiter.${made.delimiter === "\t" ? "tab" : made.delimiter}`)}</span>
          {made.unreadable > 0 && <span>{t("imports.unreadable", { count: made.unreadable })}</span>}
        </p>
      </div>
      {state === "draft" && (
        <ColumnsForm made={made} check={(plan) => step.mutate(plan)} busy={step.isPending}>
          {cancel}
        </ColumnsForm>
      )}
      {isBusy(made) && <Busy made={made} />}
      {!isBusy(made) && shown.length > 0 && (
        <ul className={classes.counts}>
          {shown
            .filter((name) => counts[name] || name === "ok" || name === "created")
            .map((name) => (
              <li key={name}>
                <b className="numbers">{counts[name] ?? 0}</b>
                {t(`imports.count.${name}`)}
              </li>
            ))}
        </ul>
      )}
      {step.error && (
        <Text role="alert" c="var(--danger)">
          {problemText(step.error).text}
        </Text>
      )}
      <Group gap="xs">
        {state === "checked" && (
          <Button onClick={() => step.mutate("start")} loading={step.isPending} disabled={!counts.ok}>
            {t("imports.start", { count: counts.ok ?? 0 })}
          </Button>
        )}
        {(state === "checked" || state === "running" || state === "checking") && cancel}
        {(state === "done" || state === "cancelled") && (
          <Button variant="default" onClick={() => step.mutate("undo")} loading={step.isPending}>
            {t("imports.undo")}
          </Button>
        )}
      </Group>
      {!isBusy(made) && state !== "draft" && <Report made={made} />}
    </section>
  );
}

function Busy({ made }: { made: ContactImport }) {
  const { t } = useTranslation("papers");
  const part = made.lines > 0 ? Math.floor((100 * made.done) / made.lines) : 0;
  return (
    <div role="status">
      <Text mb={8}>{t(`imports.state.${made.state}`)}</Text>
      <Progress value={part} animated aria-label={t("file.progress")} />
      <Text size="sm" c="var(--text-2)" mt={4} className="numbers">
        {t("imports.done_of", { done: made.done, total: made.lines })}
      </Text>
    </div>
  );
}
