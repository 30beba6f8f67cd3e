import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { IconAlertCircle, IconDeviceMobile, IconExternalLink } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams } from "react-router";

import { usePhone } from "@/features/sandbox";
import { UnsavedChanges } from "@/features/settings";
import { ApiProblem } from "@/shared/api/problem";
import { useMay } from "@/shared/session/SessionProvider";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { CopyCode } from "@/shared/ui/CopyCode";
import { ErrorState } from "@/shared/ui/ErrorState";
import { PageSkeleton } from "@/shared/ui/Skeletons";
import { usePageTitle } from "@/shared/ui/pageTitle";
import { useProblemText } from "@/shared/ui/problemText";
import { useWrongField } from "@/shared/ui/wrongField";

import { useConnect, useKinds, type ChannelKind } from "../api/channels";
import { fieldError, initialValues, refusedFields, sentValues } from "../model/fields";
import { BackToChannels } from "./BackToChannels";
import classes from "./channels.module.css";
import { GuideFields } from "./GuideFields";
import { useLocalized } from "./parts";
import { NoAccess } from "./NoAccess";
import { Step } from "./Step";

/** Which kind of channel is connected, then how. With one kind there is nothing to choose. */
export function ConnectPage() {
  const { t } = useTranslation("channels");
  const { kind: chosen } = useParams();
  const { data: kinds, error, isFetching, refetch } = useKinds();
  const mayManage = useMay("channels:manage");
  usePageTitle(t("connect"));
  if (!mayManage) return <NoAccess />;
  if (kinds === undefined) {
    if (error === null) return <PageSkeleton />;
    return <ErrorState error={error} retry={() => void refetch()} retrying={isFetching} />;
  }
  const kind = kinds.find((one) => one.kind === chosen);
  const only = kinds.length === 1 ? kinds[0] : undefined;
  if (kind === undefined && only !== undefined) return <Navigate to={`/channels/new/${only.kind}`} replace />;
  return (
    <div className={classes.page}>
      <BackToChannels />
      {kind === undefined ? <KindChoice kinds={kinds} /> : <Connection kind={kind} key={kind.kind} />}
    </div>
  );
}

function KindChoice({ kinds }: { kinds: readonly ChannelKind[] }) {
  const { t } = useTranslation("channels");
  return (
    <>
      <h1 className={classes.title}>{t("choose")}</h1>
      <ul className={classes.list}>
        {kinds.map(({ kind, name }) => (
          <li key={kind}>
            <Link to={`/channels/new/${kind}`} className={classes.row}>
              <ChannelMark kind={kind} size={24} />
              <strong>{name}</strong>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Connection({ kind }: { kind: ChannelKind }) {
  const { t } = useTranslation("channels");
  const words = useLocalized();
  const phone = usePhone();
  return (
    <>
      <header className={classes.head}>
        <h1 className={classes.title}>
          <ChannelMark kind={kind.kind} size={24} />
          {t("connect_kind", { name: kind.name })}
        </h1>
      </header>
      <Step number={1} title={t("steps.provider")}>
        {phone !== null && (
          <Alert color="gray" variant="light" icon={<IconDeviceMobile size={18} aria-hidden />}>
            {t("steps.sandbox")}{" "}
            <Anchor component="button" type="button" inherit onClick={() => phone.show("#connect")}>
              {t("steps.sandbox_open")}
            </Anchor>
          </Alert>
        )}
        <ol className={classes.guide}>
          {kind.steps.map(({ title, text }) => (
            <li key={title.en}>
              <strong>{words(title)}</strong>
              <p>{words(text)}</p>
            </li>
          ))}
        </ol>
        {kind.docs_url && (
          <Anchor href={kind.docs_url} target="_blank" rel="noopener noreferrer" className={classes.docs}>
            {t("steps.docs")} <IconExternalLink size={16} aria-hidden />
          </Anchor>
        )}
      </Step>
      <Step number={2} title={t("steps.form")}>
        <ConnectForm kind={kind} />
      </Step>
      <Step number={3} title={t("steps.webhook")} later={t("steps.webhook_later")} />
      <Step number={4} title={t("steps.first")} later={t("steps.first_later")} />
    </>
  );
}

function ConnectForm({ kind }: { kind: ChannelKind }) {
  const { t } = useTranslation("channels");
  const connect = useConnect(kind.kind);
  const [name, setName] = useState("");
  const [values, setValues] = useState(() => initialValues(kind.fields, false));
  const [tries, setTries] = useState(0);
  const tried = tries > 0;
  const touched = name !== "" || Object.values(values).some((value) => typeof value === "string" && value !== "");
  const nameMissing = name.trim() === "";
  const valid = !nameMissing && kind.fields.every((one) => fieldError(one, values[one.name], one.required) === null);
  const refused = refusedFields(connect.error, kind.fields);
  const form = useWrongField(tries, connect.error);
  const submit = () => {
    setTries(tries + 1);
    if (!valid) return;
    connect.mutate({ name: name.trim(), ...sentValues(kind.fields, values) });
  };
  // Without the form, whose unsaved values would hold the person back.
  if (connect.data) return <Navigate to={`/channels/${connect.data.id}/setup`} replace />;
  return (
    <form
      ref={form}
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!connect.isPending) submit();
      }}
    >
      <UnsavedChanges unsaved={touched} />
      <TextInput
        label={t("name.label")}
        description={t("name.help")}
        placeholder={t("name.example")}
        required
        maxLength={100}
        value={name}
        error={tried && nameMissing ? t("field.required") : null}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <GuideFields
        fields={kind.fields}
        values={values}
        onChange={setValues}
        refused={refused}
        taken={isTaken(connect.error)}
        showAll={tried}
      />
      {connect.error && refused.length === 0 && <ConnectProblem error={connect.error} />}
      <div>
        <Button type="submit" loading={connect.isPending}>
          {t("connect_now")}
        </Button>
      </div>
    </form>
  );
}

/** The number belongs to a channel already, here or at another company. */
function isTaken(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}

export function ConnectProblem({ error }: { error: unknown }) {
  const { t } = useTranslation("channels");
  const problem = useProblemText()(error);
  const taken = isTaken(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle size={18} aria-hidden />} role="alert">
      <strong>{taken ? t("taken.title") : problem.title}</strong>
      <p className={classes.alertText}>{taken ? t("taken.text") : problem.text}</p>
      <CopyCode code={problem.code} />
    </Alert>
  );
}
