import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { exactTime } from "@/shared/time/format";
import { useTimeStyle } from "@/shared/time/times";
import { SecretInput } from "@/shared/ui/SecretInput";

import type { AuthKind, Webhook } from "../../api/types";
import { isStored, type AuthDraft } from "../../model/draft";
import classes from "./editor.module.css";

interface Props {
  auth: AuthDraft;
  stored: Webhook | null;
  /** Those that are neither typed nor stored. */
  missing: ReadonlySet<keyof AuthDraft>;
  refused: Refused;
  onChange: (auth: AuthDraft) => void;
}

const KINDS: readonly AuthKind[] = ["none", "basic", "bearer", "oauth2"];
type Name = "username" | "password" | "token" | "token_url" | "client_id" | "client_secret" | "scope";
const FIELDS: Record<AuthKind, readonly Name[]> = {
  none: [],
  basic: ["username", "password"],
  bearer: ["token"],
  oauth2: ["token_url", "client_id", "client_secret", "scope"],
};
const SECRETS = new Set<Name>(["password", "token", "client_secret"]);

/** How requests say who sends them, beside the signature. What is secret is never shown again. */
export function AuthSection({ auth, stored, missing, refused, onChange }: Props) {
  const { t } = useTranslation("webhooks");
  return (
    <div className={classes.stack}>
      <Select
        aria-label={t("auth.kind")}
        maw={320}
        allowDeselect={false}
        value={auth.kind}
        data={KINDS.map((value) => ({ value, label: t(`auth.kinds.${value}`) }))}
        onChange={(kind) => kind !== null && onChange({ ...auth, kind: kind })}
      />
      {FIELDS[auth.kind].length > 0 && (
        <div className={classes.grid}>
          {FIELDS[auth.kind].map((name) => {
            const Field = SECRETS.has(name) ? SecretInput : TextInput;
            return (
              <Field
                key={name}
                label={t(`auth.${name}`)}
                placeholder={isStored(name, auth, stored) ? t("auth.stored") : ""}
                autoComplete="off"
                spellCheck={false}
                maxLength={2000}
                value={auth[name]}
                error={missing.has(name) ? t("auth.missing") : refused(`auth.${name}`)}
                onChange={({ currentTarget }) => onChange({ ...auth, [name]: currentTarget.value })}
              />
            );
          })}
        </div>
      )}
      <Certificate auth={auth} stored={stored} refused={refused} onChange={onChange} />
    </div>
  );
}

function Certificate({ auth, stored, refused, onChange }: Omit<Props, "missing">) {
  const { t } = useTranslation("webhooks");
  const style = useTimeStyle();
  const known = auth.certificate_removed ? null : (stored?.auth.client_certificate ?? null);
  return (
    <details className={classes.help} open={known !== null || refused("auth.client_certificate_pem") !== null}>
      <summary>{t("certificate.title")}</summary>
      {known !== null && (
        <p className={classes.inline}>
          <span>{t("certificate.stored", { subject: known.subject, time: exactTime(known.expires_at, style) })}</span>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            onClick={() => onChange({ ...auth, certificate_removed: true })}
          >
            {t("certificate.remove")}
          </Button>
        </p>
      )}
      <Textarea
        mt="xs"
        label={known === null ? t("certificate.pem") : t("certificate.replace")}
        description={t("certificate.help")}
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={3}
        maxRows={10}
        maxLength={65_536}
        spellCheck={false}
        classNames={{ input: classes.code ?? "" }}
        value={auth.certificate}
        error={refused("auth.client_certificate_pem")}
        onChange={({ currentTarget }) => onChange({ ...auth, certificate: currentTarget.value })}
      />
    </details>
  );
}
