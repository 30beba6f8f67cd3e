import { Button } from "@mantine/core";
import { useEffect, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";

import routing from "../routing.module.css";
import classes from "./distribution.module.css";

interface Props {
  title: string;
  text: string;
  form: RefObject<HTMLFormElement | null>;
  unsaved: boolean;
  /** Told when something is typed, or saved. */
  onUnsaved: (unsaved: boolean) => void;
  saving: boolean;
  error: unknown;
  changedName: (field: string) => string | null;
  submit: () => void;
  children: ReactNode;
}

/** One policy with its own button: the others of the page are saved by theirs. */
export function PolicySection({
  title,
  text,
  form,
  unsaved,
  onUnsaved,
  saving,
  error,
  changedName,
  submit,
  children,
}: Props) {
  const { t } = useTranslation("routing");
  const mayManage = useMay("settings:manage");
  useEffect(() => onUnsaved(unsaved), [onUnsaved, unsaved]);
  return (
    <section className={routing.section}>
      <h2 className={classes.title}>{title}</h2>
      <p className={routing.hint}>{text}</p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <fieldset className={routing.fields} disabled={!mayManage}>
          {children}
        </fieldset>
        <SaveProblem error={error} changedName={changedName} />
        {mayManage && (
          <Button type="submit" mt="sm" size="sm" loading={saving} disabled={!unsaved}>
            {t("form.save")}
          </Button>
        )}
      </form>
    </section>
  );
}
