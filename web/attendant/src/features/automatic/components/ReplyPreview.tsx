import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCheck, type ReplyValues } from "../api/automatic";
import classes from "./automatic.module.css";

interface Props {
  /** The rule as it would be saved. */
  values: ReplyValues;
  /** Whether it could be saved: the server is asked about nothing else. */
  complete: boolean;
}

/** The rule as a customer sees it, and whether it would be sent now. */
export function ReplyPreview({ values, complete }: Props) {
  const { t } = useTranslation("automatic");
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue({ values, words }, 300);
  const { data: checked } = useCheck(asked.values, asked.words, complete);
  const shown = complete && checked ? checked.text : values.text;
  return (
    <aside className={classes.preview} aria-label={t("preview.title")}>
      <h3>{t("preview.title")}</h3>
      <p className={classes.bubble} data-empty={shown.trim() === "" || undefined}>
        {shown.trim() === "" ? t("preview.empty") : shown}
      </p>
      {values.trigger === "keyword" && (
        <TextInput
          size="sm"
          label={t("preview.test")}
          placeholder={t("preview.test_placeholder")}
          maxLength={400}
          value={words}
          onChange={({ currentTarget: { value } }) => setWords(value)}
        />
      )}
      <p className={classes.verdict} role="status" data-fires={checked?.fires || undefined}>
        {complete && checked && (
          <>
            {checked.fires ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleOff size={16} aria-hidden />}
            <span>
              {checked.hindrance ? t("preview.not", { why: t(`why.${checked.hindrance}`) }) : t("preview.fires")}
            </span>
          </>
        )}
      </p>
    </aside>
  );
}
