import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCreateItem, type Kind } from "../api/catalogue";
import classes from "./catalogues.module.css";
import { ColorButton } from "./ColorButton";
import { useRefusalText } from "./refusals";

interface Props {
  kind: Kind;
  /** The colour that is offered; a type has none. */
  color?: string;
  parentId?: string;
  label?: string;
  /** After one was made; without it the form stays for the next. */
  done?: () => void;
}

/** Makes one in place: a name, a colour, Enter; and the next one. */
export function CreateForm({ kind, color, parentId, label, done }: Props) {
  const { t } = useTranslation("marks");
  const create = useCreateItem(kind);
  const refusal = useRefusalText();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = chosen ?? color;
  const submit = () => {
    if (name.trim() === "" || create.isPending) {
      input.current?.focus();
      return;
    }
    const body = {
      name: name.trim(),
      ...(shown !== undefined && { color: shown }),
      ...(parentId !== undefined && { parent_id: parentId }),
    };
    create.mutate(body, {
      onSuccess: () => {
        setName("");
        setChosen(null);
        input.current?.focus();
        done?.();
      },
    });
  };
  return (
    <form
      className={classes.create}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {shown !== undefined && <ColorButton color={shown} label={t("color.label")} onChoose={setChosen} />}
      <TextInput
        ref={input}
        className={classes.createName}
        aria-label={label ?? t(`of.${kind}.name_label`)}
        placeholder={label ?? t(`of.${kind}.add`)}
        maxLength={60}
        autoComplete="off"
        value={name}
        error={create.error ? refusal(create.error, t(`of.${kind}.failed.create`, { name })) : undefined}
        onChange={({ currentTarget }) => {
          setName(currentTarget.value);
          if (create.error) create.reset();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && done !== undefined) done();
        }}
      />
      <Button
        type="submit"
        variant={name.trim() === "" ? "default" : "filled"}
        loading={create.isPending}
        leftSection={<IconPlus size={18} aria-hidden />}
      >
        {t("list.add")}
      </Button>
    </form>
  );
}
