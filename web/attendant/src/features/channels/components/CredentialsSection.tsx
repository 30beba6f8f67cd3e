import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { UnsavedChanges } from "@/features/settings";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useChange, type Channel, type ChannelKind } from "../api/channels";
import { fieldError, initialValues, refusedFields, sentValues } from "../model/fields";
import classes from "./channels.module.css";
import { ConnectProblem } from "./ConnectPage";
import { GuideFields } from "./GuideFields";

interface Props {
  channel: Channel;
  kind: ChannelKind;
  opened?: boolean;
}

/** Replaces credentials. What is stored is never shown; what is left empty stays as it is. */
export function CredentialsSection({ channel, kind, opened = false }: Props) {
  const { t } = useTranslation("channels");
  const [open, setOpen] = useState(opened);
  if (!open) {
    return (
      <Button variant="default" onClick={() => setOpen(true)}>
        {t("credentials.replace")}
      </Button>
    );
  }
  return <Replace channel={channel} kind={kind} close={() => setOpen(false)} closable={!opened} />;
}

interface ReplaceProps {
  channel: Channel;
  kind: ChannelKind;
  close: () => void;
  closable: boolean;
}

function Replace({ channel, kind, close, closable }: ReplaceProps) {
  const { t } = useTranslation("channels");
  const fields = kind.fields.filter(({ where, changeable }) => changeable && where === "credentials");
  const [values, setValues] = useState(() => initialValues(fields, true));
  const [tries, setTries] = useState(0);
  const change = useChange(channel.id);
  const { credentials } = sentValues(fields, values);
  const typed = Object.keys(credentials).length > 0;
  const valid = typed && fields.every((one) => fieldError(one, values[one.name], false) === null);
  const refused = refusedFields(change.error, fields);
  const form = useWrongField(tries, change.error);
  const save = () => {
    setTries(tries + 1);
    if (!valid) return;
    change.mutate(
      { credentials },
      {
        onSuccess: () => {
          setValues(initialValues(fields, true));
          setTries(0);
          notifyDone(t("credentials.saved"));
          if (closable) close();
        },
      },
    );
  };
  return (
    <form
      ref={form}
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!change.isPending) save();
      }}
    >
      <UnsavedChanges unsaved={typed} />
      <GuideFields
        fields={fields}
        values={values}
        onChange={setValues}
        refused={refused}
        showAll={tries > 0}
        changing
      />
      {change.error && refused.length === 0 && <ConnectProblem error={change.error} />}
      <div className={classes.buttons}>
        <Button type="submit" loading={change.isPending} disabled={!typed}>
          {t("credentials.save")}
        </Button>
        {closable && (
          <Button variant="subtle" color="gray" onClick={close}>
            {t("cancel")}
          </Button>
        )}
      </div>
    </form>
  );
}
