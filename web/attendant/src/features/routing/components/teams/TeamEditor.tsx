import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { EditorFrame, NameSetting, Setting, useDone, useDraft, useRefusals } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import { useMay } from "@/shared/session/SessionProvider";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useDeleteItem, useItems, useSaveItem } from "../../api/items";
import type { Team } from "../../api/types";
import { useChangedName } from "../../hooks/useChangedName";
import { givesAway, greetingsOf, MAX_LOAD, MAX_NAME, newTeam } from "../../model/teams";
import { valuesOf } from "../../model/values";
import { Amount, OnOff } from "../fields";
import { TranslatedText, written } from "../TranslatedText";
import { KnowsCustomer } from "./KnowsCustomer";
import { Members } from "./Members";
import { StrategyChoice } from "./StrategyChoice";
import { ChannelLimits, Weights } from "./Weights";

const VARIABLES = ["contact.first_name", "attendant.first_name", "conversation.number"] as const;

/** One team: who is in it, who gets the next conversation, how many at once, when, and what is said. */
export function TeamEditor({ team }: { team: Team | null }) {
  const { t } = useTranslation(["teams", "routing"]);
  const mayManage = useMay("settings:manage");
  const draft = useDraft(team === null ? newTeam() : valuesOf<"teams">(team), {
    version: team?.version ?? null,
  });
  const { values, set } = draft;
  const [tries, setTries] = useState(0);
  const [done, finish] = useDone();
  const save = useSaveItem("teams");
  const form = useWrongField(tries, save.error);
  const refused = useRefusals(save.error);
  const changedName = useChangedName("teams");
  const hours = useItems("hours").data ?? [];
  const nameless = values.name.trim() === "";
  const submit = () => {
    setTries(tries + 1);
    if (nameless) return;
    const saved = () => {
      notifyDone(t("routing:form.saved"));
      finish();
    };
    save.mutate(
      { item: team && { id: team.id, version: draft.over }, values: { ...values, name: values.name.trim() } },
      { onSuccess: saved, onError: draft.failed },
    );
  };
  return (
    <EditorFrame
      title={team === null ? t("new") : team.name}
      list={{ to: "/settings/teams", name: t("title") }}
      form={form}
      unsaved={draft.unsaved}
      isNew={team === null}
      done={done}
      saving={save.isPending}
      error={save.error}
      changedName={changedName}
      mayManage={mayManage}
      submit={submit}
      more={team !== null && <DeleteTeam team={team} done={finish} />}
    >
      <NameSetting
        id="team-name"
        label={t("name")}
        placeholder={t("name_example")}
        maxLength={MAX_NAME}
        value={values.name}
        error={tries > 0 && nameless ? t("routing:form.name_empty") : refused("name")}
        onChange={(name) => set({ name })}
      />
      <Setting id="team-members" label={t("members.title")} help={t("members.help")} wide>
        <Members
          members={values.members}
          useSkills={values.use_skills}
          teamLimit={values.limit}
          onChange={(members) => set({ members })}
          refused={refused}
        />
      </Setting>
      <Setting id="team-strategy" label={t("strategy.title")} help={t("strategy.help")} wide>
        <StrategyChoice strategy={values.strategy} onChange={(strategy) => set({ strategy })} />
      </Setting>
      {givesAway(values.strategy) && (
        <>
          <Setting id="team-knows" label={t("knows.title")} help={t("knows.help")} wide>
            <KnowsCustomer
              minutes={values.knows_customer_minutes}
              onChange={(knows_customer_minutes) => set({ knows_customer_minutes })}
              error={refused("knows_customer_minutes")}
            />
          </Setting>
          <Setting id="team-skills" label={t("skills.title")} help={t("skills.help")}>
            <OnOff
              label={t("skills.title")}
              checked={values.use_skills}
              onChange={(use_skills) => set({ use_skills })}
            />
          </Setting>
        </>
      )}
      <Setting id="team-limit" label={t("limit.title")} help={t("limit.help")}>
        <Amount
          label={t("limit.title")}
          unit={t("conversations", { count: values.limit ?? 0 })}
          none={t("routing:form.no_limit")}
          min={1}
          max={MAX_LOAD}
          decimals={2}
          value={values.limit}
          error={refused("limit")}
          onChange={(limit) => set({ limit })}
        />
      </Setting>
      <Setting id="team-total" label={t("team_limit.title")} help={t("team_limit.help")}>
        <Amount
          label={t("team_limit.title")}
          unit={t("conversations", { count: values.team_limit ?? 0 })}
          none={t("routing:form.no_limit")}
          min={1}
          max={10_000}
          value={values.team_limit}
          error={refused("team_limit")}
          onChange={(team_limit) => set({ team_limit })}
        />
      </Setting>
      <Weights weights={values.weights} onChange={(weights) => set({ weights })} refused={refused} />
      <ChannelLimits
        limits={values.channel_limits}
        onChange={(channel_limits) => set({ channel_limits })}
        refused={refused}
      />
      <Setting id="team-hours" label={t("hours.title")} help={t("hours.help")}>
        <Select
          aria-label={t("hours.title")}
          w={260}
          clearable
          placeholder={t("hours.company")}
          value={values.hours_id}
          data={hours.map(({ id, name }) => ({ value: id, label: name }))}
          error={refused("hours_id")}
          onChange={(hours_id) => set({ hours_id })}
        />
      </Setting>
      <Setting id="team-greeting" label={t("greeting.title")} help={t("greeting.help")} wide>
        <TranslatedText
          label={t("greeting.title")}
          placeholder={() => t("greeting.example")}
          texts={greetingsOf(values)}
          variables={VARIABLES.map((name) => ({
            name,
            label: t(`routing:variables.${name.replace(".", "_") as "contact_first_name"}`),
          }))}
          error={(language) => refused(`greetings.${language}`) ?? (language === "pt-BR" ? refused("greeting") : null)}
          onChange={(texts) => set({ greeting: null, greetings: written(texts) })}
        />
      </Setting>
    </EditorFrame>
  );
}

/** Deleting says what becomes of its conversations: that cannot be taken back. */
function DeleteTeam({ team, done }: { team: Team; done: () => void }) {
  const { t } = useTranslation("teams");
  const [asked, setAsked] = useState(false);
  const remove = useDeleteItem("teams");
  const problemText = useProblemText();
  const confirm = () =>
    remove.mutate(team.id, {
      onSuccess: () => {
        notifyDone(t("delete.done", { name: team.name }));
        done();
      },
      onError: (error) => {
        setAsked(false);
        const { text, code } = problemText(error);
        const inUse = error instanceof ApiProblem && error.code === "in_use";
        notifyFailed(t("delete.failed"), inUse ? t("delete.in_use") : text, code);
      },
    });
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsked(true)}>
        {t("delete.button")}
      </Button>
      <ConfirmDialog
        opened={asked}
        title={t("delete.title", { name: team.name })}
        confirm={t("delete.button")}
        busy={remove.isPending}
        onConfirm={confirm}
        onClose={() => setAsked(false)}
      >
        {t("delete.text")}
      </ConfirmDialog>
    </>
  );
}
