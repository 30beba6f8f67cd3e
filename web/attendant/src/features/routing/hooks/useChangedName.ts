import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Kind, Policies, Policy, ValuesOf } from "../api/types";

type Headings = { [K in Kind]: Record<keyof ValuesOf<K>, string> } & {
  [P in Policy]: Record<keyof Policies[P], string>;
};

/** Fields as changes tell them, by the heading under which the page has them. */
const HEADINGS = {
  teams: {
    name: "teams:name",
    members: "teams:members.title",
    strategy: "teams:strategy.title",
    limit: "teams:limit.title",
    team_limit: "teams:team_limit.title",
    weights: "teams:weights.title",
    channel_limits: "teams:channel_limits.title",
    knows_customer_minutes: "teams:knows.title",
    use_skills: "teams:skills.title",
    greeting: "teams:greeting.title",
    greetings: "teams:greeting.title",
    hours_id: "teams:hours.title",
  },
  hours: {
    name: "hours:name",
    zone: "hours:zone.title",
    intervals: "hours:week.title",
    exceptions: "hours:exceptions.title",
    holidays: "hours:holidays.title",
    account_ids: "hours:accounts.title",
    is_default: "hours:default.title",
    message: "hours:message.title",
  },
  "assignment-rules": {
    name: "rules:name",
    enabled: "rules:enabled.title",
    match: "rules:match.label",
    conditions: "rules:conditions.title",
    team_id: "rules:actions.team",
    attendant_id: "rules:actions.attendant",
    priority: "rules:actions.priority",
    type_id: "rules:actions.type",
    label_ids: "rules:actions.labels",
    goes_on: "rules:goes_on.title",
  },
  "service-levels": {
    name: "targets:name",
    enabled: "targets:enabled.title",
    team_ids: "targets:conditions.teams",
    channels: "targets:conditions.channels",
    account_ids: "targets:conditions.accounts",
    label_ids: "targets:conditions.labels",
    priorities: "targets:conditions.priorities",
    first_response_minutes: "targets:target.first_response",
    next_response_minutes: "targets:target.next_response",
    resolution_minutes: "targets:target.resolution",
    warn_percent: "targets:warn.title",
    time: "targets:time.title",
  },
  "away-reasons": {
    name: "distribution:reasons.name",
    names: "distribution:reasons.names",
    counts_as_break: "distribution:reasons.counts",
  },
  distribution: {
    default_team_id: "distribution:queue.team",
    return_minutes: "distribution:queue.return",
  },
  telling: {
    position_minutes: "distribution:telling.position",
    position: "distribution:telling.position_text",
    overdue_minutes: "distribution:telling.overdue",
    overdue: "distribution:telling.overdue_text",
    language: "distribution:language",
  },
  inactivity: {
    no_answer_minutes: "distribution:inactivity.no_answer",
    accept_minutes: "distribution:inactivity.accept",
    accept_in_teams: "distribution:inactivity.in_teams",
    remind_minutes: "distribution:inactivity.remind",
    reminder: "distribution:inactivity.reminder",
    close_minutes: "distribution:inactivity.close",
    say_closing: "distribution:inactivity.closing",
    closing: "distribution:inactivity.closing",
    closing_type_id: "distribution:inactivity.type",
    language: "distribution:language",
    teams: "distribution:inactivity.of_teams",
  },
  presence: {
    grace_seconds: "distribution:presence.grace",
    untouched_minutes: "distribution:presence.untouched",
    start_as: "distribution:presence.start",
    zone: "hours:zone.title",
    release_minutes: "distribution:presence.releases",
    breaks: "distribution:breaks.title",
  },
  reopening: { within_hours: "distribution:reopening.within" },
} as const satisfies Headings;

/** What a changed field of an item or policy is called on its page; null for one of a later version. */
export function useChangedName(of: Kind | Policy): (field: string) => string | null {
  const { t } = useTranslation(["teams", "hours", "rules", "targets", "distribution"]);
  return useCallback(
    (field) => {
      const headings = HEADINGS[of];
      return field in headings ? t(headings[field as keyof typeof headings]) : null;
    },
    [of, t],
  );
}
