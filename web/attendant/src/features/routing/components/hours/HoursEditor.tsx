import { MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useChannels } from "@/features/channels";
import { EditorFrame, NameSetting, Setting, useDone, useDraft, useRefusals } from "@/features/settings";
import { useMay } from "@/shared/session/SessionProvider";
import { useTimeStyle } from "@/shared/time/times";
import { notifyDone } from "@/shared/ui/notify";
import { useWrongField } from "@/shared/ui/wrongField";

import { useHoursPreview } from "../../api/hours";
import { useItems, useSaveItem } from "../../api/items";
import type { Hours } from "../../api/types";
import { useChangedName } from "../../hooks/useChangedName";
import { useOwnLanguage } from "../../hooks/useOwnLanguage";
import { MAX_NAME, mistakes, newHours } from "../../model/hours";
import { valuesOf } from "../../model/values";
import { DeleteItem } from "../DeleteItem";
import { OnOff, ZoneField } from "../fields";
import { Exceptions } from "./Exceptions";
import { HolidayChoice } from "./HolidayChoice";
import classes from "./hours.module.css";
import { OpenNow } from "./OpenNow";
import { OutsideMessage } from "./OutsideMessage";
import { WeekEditor } from "./WeekEditor";
import { YearView } from "./YearView";

interface Props {
  hours: Hours | null;
  /** The first hours are the company's. */
  isFirst: boolean;
}

/** One set of hours: the week, days that are otherwise, for whom it is, what is said outside, and the year that comes of it. */
export function HoursEditor({ hours, isFirst }: Props) {
  const { t } = useTranslation(["hours", "routing"]);
  const mayManage = useMay("settings:manage");
  const { zone } = useTimeStyle();
  const language = useOwnLanguage();
  const [fresh] = useState(() => newHours(zone, isFirst));
  const draft = useDraft(hours === null ? fresh : valuesOf<"hours">(hours), {
    version: hours?.version ?? null,
  });
  const { values, set } = draft;
  const [year, setYear] = useState(() => new Date().getFullYear());
  const [asked] = useDebouncedValue(values, 300);
  const preview = useHoursPreview(asked, year);
  const [tries, setTries] = useState(0);
  const [done, finish] = useDone();
  const save = useSaveItem("hours");
  const form = useWrongField(tries, save.error);
  const refused = useRefusals(save.error);
  const changedName = useChangedName("hours");
  const wrong = tries > 0 ? mistakes(values) : new Set();
  const accounts = useChannels().data?.items ?? [];
  const teams = (useItems("teams").data ?? []).filter((team) => hours !== null && team.hours_id === hours.id);
  const submit = () => {
    setTries(tries + 1);
    if (mistakes(values).size > 0) return;
    const saved = () => {
      notifyDone(t("routing:form.saved"));
      finish();
    };
    save.mutate(
      { item: hours && { id: hours.id, version: draft.over }, values: { ...values, name: values.name.trim() } },
      { onSuccess: saved, onError: draft.failed },
    );
  };
  const state = preview.data?.words[language]?.state;
  return (
    <EditorFrame
      title={hours === null ? t("new") : hours.name}
      list={{ to: "/settings/hours", name: t("title") }}
      form={form}
      unsaved={draft.unsaved}
      isNew={hours === null}
      done={done}
      saving={save.isPending}
      error={save.error}
      changedName={changedName}
      mayManage={mayManage}
      submit={submit}
      more={
        hours !== null && (
          <DeleteItem
            kind="hours"
            item={hours}
            words={{
              button: t("delete.button"),
              done: t("delete.done", { name: hours.name }),
              failed: t("delete.failed"),
              inUse: t("delete.in_use"),
            }}
            done={finish}
          />
        )
      }
    >
      <div className={classes.status} role="status">
        {preview.data !== undefined && state !== undefined && <OpenNow open={preview.data.open} words={state} />}
      </div>
      <NameSetting
        id="hours-name"
        label={t("name")}
        placeholder={t("name_example")}
        maxLength={MAX_NAME}
        value={values.name}
        error={wrong.has("name") ? t("routing:form.name_empty") : refused("name")}
        onChange={(name) => set({ name })}
      />
      <Setting id="hours-week" label={t("week.title")} help={t("week.help")} wide>
        <WeekEditor intervals={values.intervals} disabled={!mayManage} onChange={(intervals) => set({ intervals })} />
        {refused("intervals", true) !== null && (
          <p className={classes.refused} role="alert">
            {refused("intervals", true)}
          </p>
        )}
      </Setting>
      <Setting id="hours-zone" label={t("zone.title")} help={t("zone.help")}>
        <ZoneField zone={values.zone} error={refused("zone")} onChange={(to) => set({ zone: to })} />
      </Setting>
      <Setting id="hours-holidays" label={t("holidays.title")} help={t("holidays.help")} wide>
        <HolidayChoice
          holidays={values.holidays}
          year={year}
          error={refused("holidays", true)}
          onChange={(holidays) => set({ holidays })}
        />
      </Setting>
      <Setting id="hours-exceptions" label={t("exceptions.title")} help={t("exceptions.help")} wide>
        <Exceptions
          exceptions={values.exceptions}
          missing={wrong.has("date")}
          twice={wrong.has("twice")}
          refused={refused}
          onChange={(exceptions) => set({ exceptions })}
        />
      </Setting>
      <Setting id="hours-year" label={t("year.title")} help={t("year.help")} wide>
        <YearView year={year} onYear={setYear} days={preview.data?.days ?? null} failed={preview.isError} />
      </Setting>
      <Setting id="hours-default" label={t("default.title")} help={t("default.help")}>
        <OnOff label={t("default.title")} checked={values.is_default} onChange={(is_default) => set({ is_default })} />
      </Setting>
      <Setting id="hours-accounts" label={t("accounts.title")} help={t("accounts.help")} wide>
        <MultiSelect
          aria-label={t("accounts.title")}
          maw={560}
          searchable
          placeholder={values.account_ids.length === 0 ? t("accounts.none") : ""}
          nothingFoundMessage={t("routing:form.nothing_found")}
          value={values.account_ids}
          data={accounts.map(({ id, name }) => ({ value: id, label: name }))}
          error={refused("account_ids", true)}
          onChange={(account_ids) => set({ account_ids })}
        />
        <p className={classes.teams}>
          {teams.length === 0 ? t("teams.none") : t("teams.some")}{" "}
          {teams.map(({ id, name }) => (
            <Link key={id} to={`/settings/teams/${id}`}>
              {name}
            </Link>
          ))}
        </p>
      </Setting>
      <Setting id="hours-message" label={t("message.title")} help={t("message.help")} wide>
        <OutsideMessage
          message={values.message}
          words={preview.data?.words ?? {}}
          empty={wrong.has("message")}
          refused={refused}
          onChange={(message) => set({ message })}
        />
      </Setting>
    </EditorFrame>
  );
}
