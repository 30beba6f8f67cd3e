import { Button } from "@mantine/core";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { useMay } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { phoneText } from "@/shared/text/phone";
import { lazyPart } from "@/shared/ui/lazyPart";

import { useDismiss, useDuplicates } from "../api/record";
import classes from "./record.module.css";

const MergeDialog = lazyPart(async () => (await import("./MergeDialog")).MergeDialog);

/** Other records that may be the same customer's: joined side by side, or said to be somebody else. */
export function Duplicates({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { data } = useDuplicates(contact);
  const dismiss = useDismiss(contact);
  const [other, setOther] = useState<Contact | null>(null);
  const may = useMay("contacts:write");
  const first = data?.items[0];
  return (
    <>
      {may && first && (
        <div className={classes.suggestion} role="note">
          <p>
            {t("duplicates.maybe", {
              name:
                neutralName(first.contact.name ?? "") ||
                (first.contact.phone ? phoneText(first.contact.phone) : t("no_name")),
              why: first.reasons.map((reason) => t(`duplicates.why.${reason}`)).join(", "),
            })}
          </p>
          <div className={classes.actions}>
            <Button size="compact-sm" variant="default" onClick={() => setOther(first.contact)}>
              {t("duplicates.compare")}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              loading={dismiss.isPending}
              onClick={() => dismiss.mutate(first.contact.id)}
            >
              {t("duplicates.dismiss")}
            </Button>
          </div>
        </div>
      )}
      {other !== null && (
        <Suspense fallback={null}>
          <MergeDialog kept={contact} lost={other} close={() => setOther(null)} />
        </Suspense>
      )}
    </>
  );
}
