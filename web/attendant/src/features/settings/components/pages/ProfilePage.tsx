import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { useMe } from "@/shared/session/SessionProvider";
import { SecretInput } from "@/shared/ui/SecretInput";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useChangePassword, useRename } from "../../api/account";
import classes from "../Settings.module.css";
import { Setting, SettingsPageLayout } from "../SettingsParts";
import { UnsavedChanges } from "../UnsavedChanges";

/** As the server has it. */
const SHORTEST_PASSWORD = 10;

export function ProfilePage() {
  const { t } = useTranslation("settings");
  const [nameChanged, setNameChanged] = useState(false);
  const [passwordTyped, setPasswordTyped] = useState(false);
  return (
    <SettingsPageLayout title={t("profile.title")} text={t("profile.text")}>
      <UnsavedChanges unsaved={nameChanged || passwordTyped} />
      <Setting id="name" label={t("profile.name.label")} help={t("profile.name.help")} wide>
        <NameForm onUnsaved={setNameChanged} />
      </Setting>
      <Setting id="email" label={t("profile.email.label")} help={t("profile.email.help")}>
        <span>{useMe().email}</span>
      </Setting>
      <Setting id="password" label={t("profile.password.label")} help={t("profile.password.help")} wide>
        <PasswordForm onUnsaved={setPasswordTyped} />
      </Setting>
    </SettingsPageLayout>
  );
}

function NameForm({ onUnsaved }: { onUnsaved: (unsaved: boolean) => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const problemText = useProblemText();
  const [name, setName] = useState(me.name);
  const rename = useRename();
  const wanted = name.trim();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === "") return;
        rename.mutate(wanted, {
          onSuccess: () => {
            setName(wanted);
            onUnsaved(false);
            notifyDone(t("saved"));
          },
        });
      }}
    >
      <TextInput
        aria-label={t("profile.name.label")}
        autoComplete="name"
        maxLength={80}
        value={name}
        error={wanted === "" ? t("profile.name.empty") : rename.error && problemText(rename.error).title}
        onChange={(event) => {
          setName(event.currentTarget.value);
          onUnsaved(event.currentTarget.value.trim() !== me.name);
        }}
      />
      <div>
        <Button type="submit" loading={rename.isPending} disabled={wanted === "" || wanted === me.name}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

function PasswordForm({ onUnsaved }: { onUnsaved: (unsaved: boolean) => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const change = useChangePassword();
  const problem = usePasswordProblem(change.error);
  const form = useWrongField(0, change.error);
  const tooShort = wanted !== "" && wanted.length < SHORTEST_PASSWORD;
  const type = (set: (value: string) => void, other: string) => (value: string) => {
    set(value);
    onUnsaved(value !== "" || other !== "");
  };
  return (
    <form
      ref={form}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { current, new: wanted },
          {
            onSuccess: () => {
              setCurrent("");
              setWanted("");
              onUnsaved(false);
              notifyDone(t("profile.password.done"));
            },
          },
        );
      }}
    >
      <input type="hidden" autoComplete="username" value={me.email} readOnly />
      <SecretInput
        label={t("profile.password.current")}
        autoComplete="current-password"
        required
        value={current}
        error={problem.current}
        onChange={(event) => type(setCurrent, wanted)(event.currentTarget.value)}
      />
      <SecretInput
        label={t("profile.password.new")}
        autoComplete="new-password"
        required
        value={wanted}
        description={t("profile.password.rule", { count: SHORTEST_PASSWORD })}
        error={tooShort ? t("profile.password.weak") : problem.wanted}
        onChange={(event) => type(setWanted, current)(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" loading={change.isPending} disabled={current === "" || wanted === "" || tooShort}>
          {t("profile.password.change")}
        </Button>
      </div>
    </form>
  );
}

function usePasswordProblem(error: unknown): { current?: string; wanted?: string } {
  const { t } = useTranslation("settings");
  const problemText = useProblemText();
  if (!error) return {};
  const code = error instanceof ApiProblem ? error.code : "";
  if (code === "wrong_password") return { current: t("profile.password.wrong") };
  if (code === "weak_password") return { wanted: t("profile.password.weak") };
  const { title, text } = problemText(error);
  return { wanted: `${title}. ${text}` };
}
