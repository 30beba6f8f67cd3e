import { Badge, Button } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { RelativeTime } from "@/shared/time/times";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyDone, notifyFailed } from "@/shared/ui/notify";
import { useProblemText } from "@/shared/ui/problemText";

import { useEndOthers, useEndSession, useSessions, type SignedInPlace } from "../../api/account";
import classes from "../Settings.module.css";
import { SettingsPageLayout } from "../SettingsParts";

export function SessionsPage() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPageLayout title={t("sessions.title")} text={t("sessions.text")}>
      <Places />
    </SettingsPageLayout>
  );
}

function Places() {
  const { data, error, isPending, refetch, isFetching } = useSessions();
  if (isPending) return <PageSkeleton />;
  if (data === undefined)
    return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} compact />;
  const places = data.items.toSorted((a, b) => Number(b.current) - Number(a.current));
  const others = places.filter(({ current }) => !current).map(({ id }) => id);
  return (
    <>
      <ul className={classes.sessions}>
        {places.map((place) => (
          <Place key={place.id} place={place} />
        ))}
      </ul>
      {others.length > 1 && <EndOthers ids={others} />}
    </>
  );
}

function EndOthers({ ids }: { ids: readonly string[] }) {
  const { t } = useTranslation("settings");
  const problemText = useProblemText();
  const end = useEndOthers();
  return (
    <div>
      <Button
        variant="default"
        loading={end.isPending}
        onClick={() =>
          end.mutate(ids, {
            onSuccess: () => notifyDone(t("sessions.ended_others")),
            onError: (error) => {
              const { title, text, code } = problemText(error);
              notifyFailed(title, text, code);
            },
          })
        }
      >
        {t("sessions.end_others")}
      </Button>
    </div>
  );
}

function Place({ place }: { place: SignedInPlace }) {
  const { t } = useTranslation("settings");
  const problemText = useProblemText();
  const end = useEndSession();
  const device = place.device ?? t("sessions.unknown");
  const Icon = /android|iphone|ipad|ios/i.test(device) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={classes.session}>
      <Icon size={20} stroke={1.75} aria-hidden="true" />
      <div>
        {device}{" "}
        {place.current && (
          <Badge size="sm" variant="light" tt="none">
            {t("sessions.current")}
          </Badge>
        )}
        <br />
        <small>
          {t("sessions.used")} <RelativeTime at={place.last_used_at} />
        </small>
      </div>
      {!place.current && (
        <Button
          variant="default"
          size="xs"
          loading={end.isPending}
          aria-label={t("sessions.end_named", { device })}
          onClick={() =>
            end.mutate(place.id, {
              onSuccess: () => notifyDone(t("sessions.ended")),
              onError: (error) => {
                const { title, text, code } = problemText(error);
                notifyFailed(title, text, code);
              },
            })
          }
        >
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}
