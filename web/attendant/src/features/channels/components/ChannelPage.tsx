import { Button, Switch, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useMay } from "@/shared/session/SessionProvider";
import { phoneText } from "@/shared/text/phone";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";
import { usePageTitle } from "@/shared/ui/pageTitle";
import { useProblemText } from "@/shared/ui/problemText";

import { useChange, useChannel, useKinds, useRemove, type Channel, type ChannelKind } from "../api/channels";
import { isWaiting, namesOf, numberOf } from "../model/health";
import { BackToChannels } from "./BackToChannels";
import classes from "./channels.module.css";
import { CredentialsSection } from "./CredentialsSection";
import { Health } from "./Health";
import { Section, StatusWord, useLocalized, ValuesToCopy } from "./parts";
import { Templates } from "./Templates";

const LOOK_EVERY_MS = 30_000;

/** One account: how it does, what belongs at the provider, its credentials, templates, and its end. */
export function ChannelPage() {
  const { accountId = "" } = useParams();
  const { data: channel, error, isFetching, refetch } = useChannel(accountId, LOOK_EVERY_MS);
  const kinds = useKinds();
  if (channel === undefined) {
    if (error === null) return <PageSkeleton />;
    return (
      <div className={classes.page}>
        <BackToChannels />
        <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />
      </div>
    );
  }
  const kind = kinds.data?.find((one) => one.kind === channel.kind);
  return <Account channel={channel} kind={kind} key={channel.id} />;
}

function Account({ channel, kind }: { channel: Channel; kind: ChannelKind | undefined }) {
  const { t } = useTranslation("channels");
  const mayManage = useMay("channels:manage");
  usePageTitle(channel.name);
  return (
    <div className={classes.page}>
      <BackToChannels />
      <Head channel={channel} kindName={kind?.name ?? ""} />
      {mayManage && isWaiting(channel) && (
        <p className={classes.line}>
          {t("unfinished")} <Link to={`/channels/${channel.id}/setup`}>{t("go_on")}</Link>
        </p>
      )}
      <Section title={t("health.title")}>
        <Health channel={channel} mayManage={mayManage} />
      </Section>
      {mayManage && kind && kind.copy.length > 0 && (
        <Section title={t("webhook.title")} text={t("webhook.text")}>
          <ValuesToCopy channel={channel} kind={kind} />
        </Section>
      )}
      {mayManage && kind && <Behaviour channel={channel} kind={kind} />}
      {mayManage && kind && (
        <Section title={t("credentials.title")} text={t("credentials.text")}>
          <CredentialsSection channel={channel} kind={kind} />
        </Section>
      )}
      {kind?.has_templates === true && <Templates accountId={channel.id} mayManage={mayManage} />}
      {mayManage && <End channel={channel} />}
    </div>
  );
}

function Head({ channel, kindName }: { channel: Channel; kindName: string }) {
  const { t } = useTranslation("channels");
  const mayManage = useMay("channels:manage");
  const [renaming, setRenaming] = useState(false);
  const number = numberOf(channel);
  return (
    <header className={classes.head}>
      <div className={classes.headWords}>
        {renaming ? (
          <Rename channel={channel} done={() => setRenaming(false)} />
        ) : (
          <h1 className={classes.title}>
            <ChannelMark kind={channel.kind} size={24} />
            {channel.name}
            {mayManage && (
              <IconButton label={t("rename")} onClick={() => setRenaming(true)}>
                <IconPencil size={18} stroke={1.75} aria-hidden />
              </IconButton>
            )}
          </h1>
        )}
        <p className={classes.text}>
          {[kindName, number === null ? "" : phoneText(number), ...namesOf(channel)].filter(Boolean).join(" · ")}
        </p>
      </div>
      <StatusWord channel={channel} />
    </header>
  );
}

function Rename({ channel, done }: { channel: Channel; done: () => void }) {
  const { t } = useTranslation("channels");
  const change = useChange(channel.id);
  const problemText = useProblemText();
  const [name, setName] = useState(channel.name);
  const wanted = name.trim();
  return (
    <form
      className={classes.rename}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === channel.name) done();
        else if (wanted !== "") change.mutate({ name: wanted }, { onSuccess: done });
      }}
      onKeyDown={(event) => event.key === "Escape" && done()}
    >
      <TextInput
        aria-label={t("name.label")}
        maxLength={100}
        value={name}
        data-autofocus
        autoFocus
        error={wanted === "" ? t("field.required") : change.error ? problemText(change.error).title : null}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" loading={change.isPending} disabled={wanted === ""}>
        {t("save")}
      </Button>
      <Button variant="subtle" color="gray" onClick={done}>
        {t("cancel")}
      </Button>
    </form>
  );
}

/** The account's switches; each is changed at once. */
function Behaviour({ channel, kind }: { channel: Channel; kind: ChannelKind }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const change = useChange(channel.id);
  const problemText = useProblemText();
  const fields = kind.fields.filter((one) => one.where === "settings" && one.type === "boolean" && one.changeable);
  const current = channel.settings as Record<string, boolean | undefined>;
  if (fields.length === 0) return null;
  return (
    <Section title={t("behaviour")}>
      {fields.map(({ name, label, help }) => (
        <Switch
          key={name}
          label={words(label)}
          description={words(help)}
          checked={(change.isPending ? change.variables.settings?.[name] : current[name]) === true}
          onChange={(event) =>
            change.mutate(
              { settings: { [name]: event.currentTarget.checked } },
              {
                onError: (error) => {
                  const problem = problemText(error);
                  notifyFailed(problem.title, problem.text, problem.code);
                },
              },
            )
          }
        />
      ))}
    </Section>
  );
}

/** Switching off, which can be undone, and removing, which cannot. */
function End({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const change = useChange(channel.id);
  const remove = useRemove(channel.id);
  const problemText = useProblemText();
  const [asking, setAsking] = useState(false);
  const disabled = channel.status === "disabled";
  const failed = (error: unknown) => {
    const problem = problemText(error);
    notifyFailed(problem.title, problem.text, problem.code);
  };
  const enable = () => change.mutate({ status: "active" }, { onError: failed });
  const disable = () =>
    change.mutate(
      { status: "disabled" },
      { onError: failed, onSuccess: () => undoable({ message: t("end.disabled_done"), undo: enable }) },
    );
  return (
    <Section title={t("end.title")}>
      <div className={classes.end}>
        <p>{t(disabled ? "end.enable_text" : "end.disable_text")}</p>
        <Button variant="default" loading={change.isPending} onClick={disabled ? enable : disable}>
          {t(disabled ? "end.enable" : "end.disable")}
        </Button>
      </div>
      <div className={classes.end}>
        <p>{t("end.remove_text")}</p>
        <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
          {t("end.remove")}
        </Button>
      </div>
      <ConfirmDialog
        opened={asking}
        title={t("end.ask", { name: channel.name })}
        confirm={t("end.remove")}
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          remove.mutate(undefined, {
            onError: failed,
            onSuccess: () => {
              notifyDone(t("end.removed", { name: channel.name }));
              void navigate("/channels", { replace: true });
            },
          })
        }
      >
        {t("end.lost")}
      </ConfirmDialog>
    </Section>
  );
}
