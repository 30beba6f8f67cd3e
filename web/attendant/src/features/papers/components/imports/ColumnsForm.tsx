import { Button, Group, Radio, Select, Stack, Text } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ContactImport, Duplicates } from "../../api/imports";
import classes from "./imports.module.css";

interface Plan {
  columns: { index: number; field: string }[];
  duplicates: Duplicates;
}

interface Props {
  made: ContactImport;
  check: (plan: Plan) => void;
  busy: boolean;
  /** The way out, beside the button that goes on. */
  children: ReactNode;
}

const PLAIN = ["name", "first_name", "last_name", "phone", "email", "document", "birthday", "address"] as const;

/** What each column fills, and what to do with who is known. */
export function ColumnsForm({ made, check, busy, children }: Props) {
  const { t } = useTranslation("papers");
  const [fields, setFields] = useState(() => made.columns.map(({ field }) => field));
  const [duplicates, setDuplicates] = useState<Duplicates>(made.duplicates);
  const options = [
    { value: "ignore", label: t("imports.field.ignore") },
    ...made.fields.map(({ field, name }) => {
      const plain = PLAIN.find((one) => one === field);
      return { value: field, label: plain ? t(`imports.field.${plain}`) : (name ?? field) };
    }),
  ];
  /** A field that another column has is taken from that one. */
  const choose = (place: number, field: string) =>
    setFields((before) =>
      before.map((one, index) => (index === place ? field : one === field && field !== "ignore" ? "ignore" : one)),
    );
  const enough = fields.some((one) => ["name", "first_name", "last_name", "phone", "email"].includes(one));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        check({
          columns: made.columns.map(({ index }, place) => ({ index, field: fields[place] ?? "ignore" })),
          duplicates,
        });
      }}
    >
      <Stack gap="md">
        <div className={classes.columns}>
          {made.columns.map((column, place) => (
            <div key={column.index} className={classes.column}>
              <div style={{ minWidth: 0 }}>
                <div style={{ overflowWrap: "anywhere" }}>
                  {made.header ? column.name : t("imports.column", { number: column.name })}
                </div>
                <div className={classes.sample}>
                  {column.samples.filter((sample) => sample.trim() !== "").join(" · ")}
                </div>
              </div>
              <Select
                aria-label={t("imports.fills", { column: column.name })}
                data={options}
                value={fields[place] ?? "ignore"}
                onChange={(field) => choose(place, field ?? "ignore")}
                allowDeselect={false}
              />
            </div>
          ))}
        </div>
        <Radio.Group
          label={t("imports.duplicates.label")}
          value={duplicates}
          onChange={(value) => setDuplicates(value)}
        >
          <Stack gap="xs" mt="xs">
            {(["update", "skip", "create"] as const).map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`imports.duplicates.${one}`)}
                description={t(`imports.duplicates.${one}_words`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {!enough && <Text c="var(--text-2)">{t("imports.not_enough")}</Text>}
        <Group gap="xs">
          <Button type="submit" loading={busy} disabled={!enough}>
            {t("imports.check")}
          </Button>
          {children}
        </Group>
      </Stack>
    </form>
  );
}
