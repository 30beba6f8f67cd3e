import { Alert, Button, NativeSelect, TextInput } from "@mantine/core";
import { IconClock, IconInfoCircle } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useClientInfo, type ClientInfo } from "@/shared/api/clientInfo";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n";
import { preferences, usePreferences } from "@/shared/storage/preferences";
import { ProductMark } from "@/shared/ui/ProductMark";
import { SecretInput } from "@/shared/ui/SecretInput";
import { usePageTitle } from "@/shared/ui/pageTitle";
import { useWrongField } from "@/shared/ui/wrongField";

import { recallEmail } from "../rememberedEmail";
import { useSignIn } from "../hooks/useSignIn";
import classes from "./LoginPage.module.css";

/** The server knows the rest. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** `expired`: the person was signed in before, so what they did is kept and they are told why they see this. */
export function LoginPage({ expired }: { expired: boolean }) {
  const { t } = useTranslation("auth");
  const info = useClientInfo();
  usePageTitle(t("title"));
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <header className={classes.head}>
          <ProductMark size={44} />
          <h1 className={classes.title}>{t("title")}</h1>
          <p className={classes.welcome}>{t("welcome")}</p>
        </header>
        {expired && (
          <Alert variant="light" color="gray" icon={<IconClock size={18} />}>
            {t("expired")}
          </Alert>
        )}
        <SignInForm sample={info?.sample_login ?? null} />
      </div>
      <LanguageChoice />
    </main>
  );
}

function SignInForm({ sample }: { sample: ClientInfo["sample_login"] }) {
  const { t } = useTranslation("auth");
  // Until something is typed, the sample's login stands there once it is known.
  const [typed, setTyped] = useState<{ email?: string; password?: string }>(() => {
    const remembered = recallEmail();
    return remembered === null ? {} : { email: remembered };
  });
  const [capsLock, setCapsLock] = useState(false);
  const email = typed.email ?? sample?.email ?? "";
  const isSample = sample !== null && email === sample.email;
  const password = typed.password ?? (isSample ? sample.password : "");
  const { signIn, busy, problem, wait } = useSignIn(email);
  const [tries, setTries] = useState(0);
  const emailWrong = tries > 0 && !EMAIL.test(email.trim()) && t("email_wrong");
  const passwordWrong = tries > 0 && password === "" && t("password_empty");
  const form = useWrongField(tries, null);
  const lookAtCaps = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <form
      ref={form}
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTries(tries + 1);
        if (!EMAIL.test(email.trim()) || password === "") return;
        if (!busy && wait === 0) void signIn(password);
      }}
    >
      <TextInput
        label={t("email")}
        type="email"
        name="email"
        autoComplete="username"
        required
        withAsterisk={false}
        size="md"
        value={email}
        error={emailWrong}
        autoFocus={email === ""}
        onChange={(event) => setTyped({ ...typed, email: event.currentTarget.value })}
      />
      <SecretInput
        label={t("password")}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="md"
        value={password}
        error={passwordWrong}
        autoFocus={email !== ""}
        description={capsLock && t("caps")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        onKeyDown={lookAtCaps}
        onKeyUp={lookAtCaps}
        onBlur={() => setCapsLock(false)}
        onChange={(event) => setTyped({ ...typed, password: event.currentTarget.value })}
      />
      {isSample && typed.password === undefined && (
        <p className={classes.sample}>
          <IconInfoCircle size={16} stroke={1.75} aria-hidden="true" />
          {t("sample")}
        </p>
      )}
      <div role="alert" className={classes.problem}>
        {problem === "limited" ? wait > 0 && t("limited", { count: wait }) : problem !== null && t(problem)}
      </div>
      <Button type="submit" size="md" fullWidth loading={busy} disabled={wait > 0}>
        {t("submit")}
      </Button>
    </form>
  );
}

function LanguageChoice() {
  const { t } = useTranslation("auth");
  const { language } = usePreferences();
  return (
    <NativeSelect
      aria-label={t("language")}
      variant="unstyled"
      value={language}
      data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
      onChange={(event) => {
        const chosen = LANGUAGES.find((known) => known === event.currentTarget.value);
        if (chosen !== undefined) preferences.set({ language: chosen });
      }}
    />
  );
}
