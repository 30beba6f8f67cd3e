import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveProblem, namedBy, useDraft } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import { useTimeStyle } from "@/shared/time/times";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useDeleteReply, useSaveReply, type AutomaticReply, type ReplyValues } from "../api/automatic";
import { linesOf, OFFICE, type Lines } from "../model/hours";
import { mistakes, sentValues, valuesOf } from "../model/values";
import classes from "./automatic.module.css";
import { ReplyFields } from "./ReplyFields";
import { ReplyPreview } from "./ReplyPreview";

interface Props {
  /** The rule that is changed; null: a new one. */
  reply: AutomaticReply | null;
  /** What stands in the fields at first. */
  values: ReplyValues;
  close: () => void;
}

/** Fields as changes tell them, by their label; their order is changed in the list. */
const LABELS = {
  name: "name",
  trigger: "trigger.label",
  text: "text_label",
  enabled: "changed_state",
  words: "words_label",
  closed_by: "closed_by.label",
  when: "when.label",
  hours: "when.label",
  channels: "channels.label",
  period_hours: "period.label",
} as const satisfies Record<keyof Omit<ReplyValues, "position">, string>;

type Typed = ReplyValues & { lines: Lines; zone: string };

function typedOf(values: ReplyValues, zone: string): Typed {
  const { hours } = values;
  return { ...values, lines: hours ? linesOf(hours) : OFFICE, zone: hours?.zone ?? zone };
}

const sentOf = ({ lines, zone, ...values }: Typed): ReplyValues => sentValues(values, lines, zone);

/** A rule, with what a customer sees beside it. Nothing is lost on an error. */
export function ReplyDialog({ reply, values: first, close }: Props) {
  const { t } = useTranslation("automatic");
  const { t: common } = useTranslation("app");
  const style = useTimeStyle();
  const loaded = typedOf(reply === null ? first : valuesOf(reply), style.zone);
  const {
    values: typed,
    set,
    unsaved,
    over,
    failed,
  } = useDraft(loaded, { version: reply?.version ?? null, sent: sentOf });
  const { lines, zone, ...values } = typed;
  const [tries, setTries] = useState(0);
  const save = useSaveReply();
  const remove = useDeleteReply();
  const form = useWrongField(tries, save.error);
  const wrong = mistakes(values, lines);
  const sent = sentOf(typed);
  const error = save.error ?? remove.error;
  const refused = save.error instanceof ApiProblem ? save.error.errors.map(({ field }) => field) : [];
  const taken = save.error instanceof ApiProblem && save.error.code === "name_taken";
  const submit = () => {
    setTries(tries + 1);
    if (wrong.size > 0) return;
    const done = () => {
      notifyDone(t("saved"));
      close();
    };
    save.mutate(
      { reply: reply && { id: reply.id, version: over }, values: sent },
      { onSuccess: done, onError: failed },
    );
  };
  const removed = () => {
    notifyDone(t("deleted", { name: reply?.name ?? "" }));
    close();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t(reply === null ? "new" : "edit")}
      size={860}
      closeOnClickOutside={false}
      closeOnEscape={!unsaved}
      closeButtonProps={{ "aria-label": common("actions.close") }}
    >
      <form
        ref={form}
        noValidate
        className={classes.editor}
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) submit();
        }}
      >
        <ReplyFields
          values={values}
          onChange={set}
          hours={{ lines, zone, onLines: (to) => set({ lines: to }), onZone: (to) => set({ zone: to }) }}
          wrong={tries > 0 ? wrong : new Set()}
          refused={{
            name: taken ? t("name_taken") : null,
            text: refused.includes("text") ? t("unknown_variable") : null,
            zone: refused.includes("hours.zone") ? t("zone_wrong") : null,
          }}
        />
        <ReplyPreview values={sent} complete={wrong.size === 0} />
        <SaveProblem error={refused.length === 0 ? error : null} changedName={namedBy(LABELS, t)} />
        <div className={classes.footer}>
          <span>
            {reply !== null && (
              <Button
                variant="subtle"
                color="red"
                loading={remove.isPending}
                onClick={() => remove.mutate(reply.id, { onSuccess: removed })}
              >
                {t("delete")}
              </Button>
            )}
          </span>
          <Button variant="default" onClick={close}>
            {common("actions.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
