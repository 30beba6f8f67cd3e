import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { IconButton } from "@/shared/ui/IconButton";
import { usePageTitle } from "@/shared/ui/pageTitle";

import classes from "./unsent.module.css";

interface Props {
  title: string;
  about: string;
  /** Where there is no column of views beside it, a button leads to the list. */
  back: boolean;
  children: ReactNode;
}

/** A page of what was written and not sent yet. */
export function UnsentFrame({ title, about, back, children }: Props) {
  const { t } = useTranslation("unsent");
  const navigate = useNavigate();
  usePageTitle(title);
  return (
    <section className={classes.page} aria-label={title}>
      <header className={classes.head}>
        {back && (
          <IconButton label={t("back")} onClick={() => void navigate("/inbox/mine")}>
            <IconArrowLeft size={18} aria-hidden />
          </IconButton>
        )}
        <h1>{title}</h1>
      </header>
      <p className={classes.about}>{about}</p>
      {children}
    </section>
  );
}
