import { Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { IconEye, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "@/shared/storage/preferences";
import { best } from "@/shared/text/search";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { Bar } from "@/shared/ui/Skeletons";

import { useEventTypes } from "../../api/endpoints";
import type { EventType } from "../../api/types";
import { ALL, choiceOf, groupsOf, isChosen, wildcard, withGroup, withType, type Group } from "../../model/patterns";
import classes from "./editor.module.css";
import { EventExample } from "./EventExample";

interface Props {
  patterns: readonly string[];
  onChange: (patterns: string[]) => void;
  error: string | null;
}

const KNOWN_GROUPS = ["attendant", "contact", "conversation", "message", "rating"] as const;

/** Which events are sent: all, whole groups with what they get later, or single types; with an example beside. */
export function EventPicker({ patterns, onChange, error }: Props) {
  const { t } = useTranslation("webhooks");
  const { data, error: failed, isFetching, refetch } = useEventTypes();
  const [query, setQuery] = useState("");
  const [seen, setSeen] = useState<string | null>(null);
  const { language } = usePreferences();
  if (failed && data === undefined) {
    return <ErrorState error={failed} retry={() => void refetch()} retrying={isFetching} compact />;
  }
  if (data === undefined) return <Bar height={240} />;
  const groups = groupsOf(data);
  const words = ({ type, description }: EventType) => `${type} ${description[language]}`;
  const hits = query.trim() === "" ? null : new Set(best(query, data, words).map(({ type }) => type));
  const shown =
    hits === null ? groups : groups.map((one) => ({ ...one, types: one.types.filter(({ type }) => hits.has(type)) }));
  const everything = patterns.includes(ALL);
  const known = data.find(({ type }) => type === seen) ?? data.find(({ type }) => isChosen(patterns, type)) ?? data[0];
  return (
    <div className={classes.columns}>
      <div>
        <SegmentedControl
          size="sm"
          aria-label={t("events.title")}
          value={everything ? "all" : "some"}
          data={(["all", "some"] as const).map((value) => ({ value, label: t(`events.${value}`) }))}
          onChange={(value) => onChange(value === "all" ? [ALL] : [])}
        />
        {everything ? (
          <p className={classes.help}>{t("events.all_help")}</p>
        ) : (
          <>
            <TextInput
              mt="sm"
              type="search"
              aria-label={t("events.search")}
              placeholder={t("events.search")}
              leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />}
              value={query}
              error={error}
              onChange={({ currentTarget: { value } }) => setQuery(value)}
              onKeyDown={(event) => {
                // Enter looks for it; it does not save the form around.
                if (event.key === "Enter") event.preventDefault();
              }}
            />
            <div className={classes.events} role="group" aria-label={t("events.list")}>
              {shown
                .filter(({ types }) => types.length > 0)
                .map((group) => (
                  <GroupOfTypes
                    key={group.name}
                    shown={group}
                    whole={groups.find(({ name }) => name === group.name) ?? group}
                    patterns={patterns}
                    onChange={onChange}
                    onSee={setSeen}
                  />
                ))}
              {hits?.size === 0 && <p className={classes.help}>{t("events.none")}</p>}
            </div>
          </>
        )}
      </div>
      {known && <EventExample key={known.type} type={known} />}
    </div>
  );
}

interface GroupProps {
  /** With the types that the search has found. */
  shown: Group;
  whole: Group;
  patterns: readonly string[];
  onChange: (patterns: string[]) => void;
  onSee: (type: string) => void;
}

function GroupOfTypes({ shown, whole, patterns, onChange, onSee }: GroupProps) {
  const { t } = useTranslation("webhooks");
  const { language } = usePreferences();
  const choice = choiceOf(patterns, whole);
  const name = KNOWN_GROUPS.find((one) => one === whole.name);
  return (
    <fieldset className={classes.group} aria-label={name === undefined ? whole.name : t(`group.${name}`)}>
      <Checkbox
        size="sm"
        checked={choice === "all"}
        indeterminate={choice === "some"}
        label={
          <>
            <b>{name === undefined ? whole.name : t(`group.${name}`)}</b>{" "}
            <span className={classes.code}>{wildcard(whole.name)}</span>
          </>
        }
        description={choice === "all" ? t("events.group_help") : undefined}
        onChange={({ currentTarget: { checked } }) => onChange(withGroup(patterns, whole, checked))}
      />
      <ul>
        {shown.types.map(({ type, description }) => (
          <li key={type} className={classes.type}>
            <Checkbox
              size="sm"
              checked={isChosen(patterns, type)}
              label={<span className={classes.code}>{type}</span>}
              description={description[language]}
              onChange={({ currentTarget: { checked } }) => {
                onSee(type);
                onChange(withType(patterns, whole, type, checked));
              }}
            />
            <IconButton label={t("events.see", { type })} size={28} onClick={() => onSee(type)}>
              <IconEye size={16} stroke={1.75} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
