import { Alert, Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Attendant } from "@/shared/api/types";
import { PersonName } from "@/shared/ui/SafeText";
import { useProblemText } from "@/shared/ui/problemText";

import { useGivePassword } from "../api/attendants";
import { generatePassword } from "../password";
import classes from "./attendants.module.css";
import { Credentials } from "./Credentials";

interface Props {
  attendant: Attendant;
  back: () => void;
  close: () => void;
  /** The password is on the screen, this once. */
  onShown: () => void;
}

/** For somebody who has lost their password: says what it does, does it, and shows the new one. */
export function NewPassword({ attendant: { id, name, email }, back, close, onShown }: Props) {
  const { t } = useTranslation("attendants");
  const { t: common } = useTranslation("app");
  const problemText = useProblemText();
  const [password] = useState(generatePassword);
  const give = useGivePassword();
  const problem = give.error && problemText(give.error);
  if (give.isSuccess) return <Credentials email={email} password={password} close={close} />;
  return (
    <div className={classes.form}>
      <p className={classes.ask}>
        <strong>
          <PersonName name={name} />
        </strong>
        <br />
        {t("password.text")}
      </p>
      {problem && (
        <Alert color="red" variant="light" role="alert" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={back}>
          {common("actions.cancel")}
        </Button>
        <Button
          loading={give.isPending}
          data-autofocus
          onClick={() => give.mutate({ id, password }, { onSuccess: onShown })}
        >
          {t("password.give")}
        </Button>
      </Group>
    </div>
  );
}
