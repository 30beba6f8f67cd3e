import { Button } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Contact } from "@/shared/api/types";
import { useMay } from "@/shared/session/SessionProvider";
import { neutralName } from "@/shared/text/neutral";
import { RelativeTime } from "@/shared/time/times";
import { lazyPart } from "@/shared/ui/lazyPart";
import { notifyDone } from "@/shared/ui/notify";
import { PersonName } from "@/shared/ui/SafeText";

import { useMerges, type Merge } from "../api/merging";
import { OtherRecord } from "./OtherRecord";
import classes from "./record.module.css";
import { Section } from "./Section";
import { useTakeBack } from "./useTakeBack";

const MergeDialog = lazyPart(async () => (await import("./MergeDialog")).MergeDialog);

/** The records that this one goes on for, each of which can be separated again, and joining one more. */
export function Merges({ contact }: { contact: Contact }) {
  const { t } = useTranslation("customer");
  const { data } = useMerges(contact);
  const may = useMay("contacts:write");
  const [choosing, setChoosing] = useState(false);
  const [other, setOther] = useState<Contact | null>(null);
  const merges = data?.items ?? [];
  if (!may && merges.length === 0) return null;
  return (
    <Section title={t("merges.title")}>
      {merges.length > 0 && (
        <ul className={classes.list}>
          {merges.map((merge) => (
            <Joined key={merge.id} merge={merge} may={may} />
          ))}
        </ul>
      )}
      {may && (
        <Button
          size="compact-sm"
          variant="subtle"
          className={classes.quiet}
          leftSection={<IconArrowMerge size={16} aria-hidden />}
          onClick={() => setChoosing(true)}
        >
          {t("merges.choose")}
        </Button>
      )}
      {choosing && (
        <OtherRecord
          contact={contact}
          choose={(chosen) => {
            setChoosing(false);
            setOther(chosen);
          }}
          close={() => setChoosing(false)}
        />
      )}
      {other !== null && (
        <Suspense fallback={null}>
          <MergeDialog kept={contact} lost={other} close={() => setOther(null)} />
        </Suspense>
      )}
    </Section>
  );
}

function Joined({ merge, may }: { merge: Merge; may: boolean }) {
  const { t } = useTranslation("customer");
  const undo = useTakeBack();
  const name = neutralName(merge.contact.name ?? "") || t("no_name");
  return (
    <li className={classes.joined}>
      <span>
        <PersonName name={merge.contact.name ?? ""} fallback={t("no_name")} />
        <small>
          {merge.by?.name ? t("merges.by", { name: neutralName(merge.by.name) }) : t("merges.by_channel")} ·{" "}
          <RelativeTime at={merge.at} />
        </small>
      </span>
      {may && (
        <Button
          size="compact-sm"
          variant="default"
          loading={undo.isPending}
          aria-label={t("merges.separate_named", { name })}
          onClick={() => undo.run(merge.id, () => notifyDone(t("merges.separated", { name })))}
        >
          {t("merges.separate")}
        </Button>
      )}
    </li>
  );
}
