import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { NAME_MAX } from "../model/savedFilters";

interface Props {
  name: string;
  /** The verb of the button. */
  submit: string;
  onSubmit: (name: string) => void;
}

/** Asks for the name of a filter. */
export function FilterNameForm({ name, submit, onSubmit }: Props) {
  const { t } = useTranslation("inbox");
  const [typed, setTyped] = useState(name);
  const [refused, setRefused] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === "") setRefused(true);
        else onSubmit(typed.trim());
      }}
    >
      <Stack gap="xs" w={240}>
        <TextInput
          data-autofocus
          size="sm"
          label={t("filter.name")}
          placeholder={t("filter.name_hint")}
          maxLength={NAME_MAX}
          value={typed}
          error={refused && typed.trim() === "" ? t("filter.name_needed") : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          {t("filter.private")}
        </Text>
        <Button type="submit" size="sm">
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
