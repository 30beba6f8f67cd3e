import { Button } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { useEffect, useState, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { FormSkeleton } from "@/shared/ui/Skeletons";

import classes from "./Editor.module.css";
import { SaveProblem } from "./SaveProblem";
import { SettingsPageLayout } from "./SettingsParts";
import { UnsavedChanges } from "./UnsavedChanges";

interface Props {
  title: string;
  text?: string;
  /** The list that it belongs to: its address and name. */
  list: { to: string; name: string };
  form: RefObject<HTMLFormElement | null>;
  unsaved: boolean;
  /** It is not there yet: it can be saved as it stands. */
  isNew: boolean;
  /** It was saved, or is gone: nothing is asked, and the list is shown. */
  done: boolean;
  saving: boolean;
  error: unknown;
  /** What a field is called that somebody else changed first. */
  changedName?: (field: string) => string | null;
  mayManage: boolean;
  submit: () => void;
  /** Where it leads when it is done; without it, to the list. */
  after?: string;
  /** Beside the buttons. */
  more?: ReactNode;
  children: ReactNode;
}

/** The page on which one item is edited: the way back, the form, and its buttons. Nothing is lost on an error. */
export function EditorFrame(props: Props) {
  const { title, text, list, form, unsaved, isNew, done, saving, error, mayManage, submit, more, children } = props;
  const { after = list.to, changedName } = props;
  const { t } = useTranslation("routing");
  const { t: common } = useTranslation("app");
  const navigate = useNavigate();
  useEffect(() => {
    if (done) void navigate(after);
  }, [done, navigate, after]);
  return (
    <SettingsPageLayout title={title} {...(text !== undefined && { text })} above={<WayBack {...list} />} wide>
      <UnsavedChanges unsaved={unsaved && !done} />
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!saving) submit();
        }}
      >
        <fieldset className={classes.fields} disabled={!mayManage}>
          {children}
        </fieldset>
        <SaveProblem error={error} {...(changedName && { changedName })} />
        {mayManage && (
          <div className={classes.footer} data-bottom-bar="">
            <span>{more}</span>
            <Button variant="default" onClick={() => void navigate(list.to)}>
              {common("actions.cancel")}
            </Button>
            <Button type="submit" loading={saving} disabled={!unsaved && !isNew}>
              {t("form.save")}
            </Button>
          </div>
        )}
      </form>
    </SettingsPageLayout>
  );
}

function WayBack({ to, name }: Props["list"]) {
  return (
    <Link to={to} className={classes.back}>
      <IconChevronLeft size={16} stroke={1.75} aria-hidden />
      {name}
    </Link>
  );
}

/** An editor whose item is still asked for. */
export function EditorSkeleton({ list }: Pick<Props, "list">) {
  return (
    <SettingsPageLayout title={list.name} above={<WayBack {...list} />} wide>
      <FormSkeleton />
    </SettingsPageLayout>
  );
}

/** Says once that the editor is through: saved, or deleted. */
export function useDone(): [boolean, () => void] {
  const [done, setDone] = useState(false);
  return [done, () => setDone(true)];
}
