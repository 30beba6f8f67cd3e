import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useImportLines, type ContactImport, type ImportLine, type Outcome } from "../../api/imports";
import classes from "./imports.module.css";

const TOLD: readonly string[] = [
  "damaged",
  "quote_not_closed",
  "too_many_columns",
  "too_long",
  "nobody",
  "ambiguous",
  "duplicate",
  "phone_invalid",
  "email_invalid",
  "document_invalid",
  "name_invalid",
  "birthday_invalid",
  "address_invalid",
  "field_invalid",
  "changed",
  "used",
  "gone",
  "merged",
  "erased",
];

/** What was not done, line by line. */
export function Report({ made }: { made: ContactImport }) {
  const { t } = useTranslation("papers");
  const undone = made.state === "undone";
  const outcomes: Outcome[] = undone ? ["created", "updated"] : ["refused", "skipped"];
  const { data } = useImportLines(made.id, outcomes, made.state);
  const lines = (data?.items ?? []).filter((line) => !undone || line.undone === "kept" || line.undo_code !== null);
  if (lines.length === 0) return null;
  return (
    <table className={classes.report}>
      <caption style={{ textAlign: "start" }}>
        <Text fw={500}>{t(undone ? "imports.report.undone" : "imports.report.title")}</Text>
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("imports.report.line")}</th>
          <th scope="col">{t("imports.report.why")}</th>
          <th scope="col">{t("imports.report.value")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.line}>
            <td className="numbers">{line.line}</td>
            <td>
              <Why line={line} undone={undone} />
            </td>
            <td>
              {line.problems
                .filter(({ value }) => value !== null)
                .map(({ column, value }) => `${column ?? ""}: ${value ?? ""}`)
                .join("; ")}
            </td>
          </tr>
        ))}
      </tbody>
      {data?.next_cursor && (
        <tfoot>
          <tr>
            <td colSpan={3}>{t("imports.report.more")}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Why({ line, undone }: { line: ImportLine; undone: boolean }) {
  const { t } = useTranslation("papers");
  const codes = undone
    ? [line.undo_code]
    : line.problems.length > 0
      ? line.problems.map(({ code }) => code)
      : [line.code];
  const told = codes.map((code) =>
    code !== null && TOLD.includes(code) ? t(`imports.why.${code as "nobody"}`) : (code ?? ""),
  );
  const same = line.same_as_line === null ? "" : ` ${t("imports.same_as", { line: line.same_as_line })}`;
  return <>{`${told.join("; ")}${same}`}</>;
}
