/** An entry of the audit log in words: its action with what it was done to, and what is known beside that. */
import { useTranslation } from "react-i18next";

import { useAttendants } from "@/features/attendants";

import type { AuditEntry } from "../api/audit";

const SETTINGS = [
  "team",
  "hours",
  "service_level",
  "assignment_rule",
  "away_reason",
  "webhook",
  "distribution",
  "inactivity",
  "presence",
  "telling",
  "tag",
  "label",
  "type",
  "reply",
  "automatic_reply",
  "contact_field",
  "closing",
  "protocol",
  "reopening",
  "file-too-large",
  "public-comments",
  "ratings",
] as const;
type SettingKind = (typeof SETTINGS)[number];
const ROLES = ["attendant", "supervisor", "admin"] as const;
const DAYS = ["messages_days", "files_days", "contacts_days"] as const;

const isOneOf = <T extends string>(known: readonly T[], value: unknown): value is T =>
  known.some((one) => one === value);

export function useEntryTexts() {
  const { t } = useTranslation("audit");
  const { t: ofAttendants } = useTranslation("attendants");
  const { data: people } = useAttendants();

  const action = ({ action: name, subject, actor }: AuditEntry): string => {
    const done = t(`action.${name.replace(".", "_") as Underscored<AuditEntry["action"]>}`);
    const type = subject?.type;
    if (name.startsWith("setting.") && isOneOf<SettingKind>(SETTINGS, type)) return `${done}: ${t(`kind.${type}`)}`;
    const person = type === "attendant" && subject?.id !== actor.id && people?.find(({ id }) => id === subject?.id);
    return person ? `${done}: ${person.name}` : done;
  };

  const days = (value: unknown) =>
    typeof value === "number" ? t("detail.days", { count: value }) : t("detail.forever");

  const details = ({ details: known, subject }: AuditEntry): string => {
    const { role, active, visibility, audience } = known;
    const words = [
      isOneOf(ROLES, role) && t("detail.role", { value: ofAttendants(`role.${role}.name`) }),
      typeof active === "boolean" && t(active ? "detail.active_yes" : "detail.active_no"),
      isOneOf(["all", "own"] as const, visibility) && t(`detail.visibility_${visibility}`),
      isOneOf(["customer", "internal"] as const, audience) && t(`detail.audience_${audience}`),
      ...DAYS.map((name) => name in known && t(`detail.${name}`, { value: days(known[name]) })),
      ["contact", "conversation", "channel"].includes(subject?.type ?? "") &&
        subject?.id &&
        t("id", { id: subject.id.slice(-8) }),
    ];
    return words.filter(Boolean).join(" · ");
  };

  return { action, details };
}

type Underscored<S extends string> = S extends `${infer Family}.${infer Verb}` ? `${Family}_${Verb}` : S;
