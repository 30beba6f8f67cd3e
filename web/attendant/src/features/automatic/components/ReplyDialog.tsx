import { Alert, Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/shared/api/problem";
import { useTimeStyle } from "@/shared/time/times";
import { notifyDone } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useDeleteReply, useSaveReply, type AutomaticReply, type ReplyValues } from "../api/automatic";
import { linesOf, OFFICE } from "../model/hours";
import { mistakes, sentValues } from "../model/values";
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

/** A rule, with what a customer sees beside it. Nothing is lost on an error. */
export function ReplyDialog({ reply, values: first, close }: Props) {
  const { t } = useTranslation("automatic");
  const { t: common } = useTranslation("app");
  const style = useTimeStyle();
  const [values, setValues] = useState(first);
  const [lines, setLines] = useState(() => (first.hours ? linesOf(first.hours) : OFFICE));
  const [zone, setZone] = useState(first.hours?.zone ?? style.zone);
  const [tries, setTries] = useState(0);
  const save = useSaveReply();
  const remove = useDeleteReply();
  const problemText = useProblemText();
  const form = useWrongField(tries, save.error);
  const wrong = mistakes(values, lines);
  const sent = sentValues(values, lines, zone);
  const typed = values !== first;
  const error = save.error ?? remove.error;
  const problem = error === null ? null : problemText(error);
  const refused = save.error instanceof ApiProblem ? save.error.errors.map(({ field }) => field) : [];
  const taken = save.error instanceof ApiProblem && save.error.code === "name_taken";
  const conflict = save.error instanceof ApiProblem && save.error.status === 409;
  const submit = () => {
    setTries(tries + 1);
    if (wrong.size > 0) return;
    const done = () => {
      notifyDone(t("saved"));
      close();
    };
    save.mutate({ reply, values: sent }, { onSuccess: done });
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
      closeOnEscape={!typed}
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
          onChange={(change) => setValues({ ...values, ...change })}
          hours={{ lines, zone, onLines: setLines, onZone: setZone }}
          wrong={tries > 0 ? wrong : new Set()}
          refused={{
            name: taken ? t("name_taken") : null,
            text: refused.includes("text") ? t("unknown_variable") : null,
            zone: refused.includes("hours.zone") ? t("zone_wrong") : null,
          }}
        />
        <ReplyPreview values={sent} complete={wrong.size === 0} />
        {problem !== null && refused.length === 0 && (
          <Alert color="red" variant="light" role="alert" title={problem.title}>
            {conflict ? t("conflict") : problem.text}
          </Alert>
        )}
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
