import { IconExternalLink, IconX } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/shared/ui/IconButton";
import { ResizeHandle } from "@/shared/ui/ResizeHandle";
import { useDock } from "@/shared/ui/room";

import { PHONE_WIDTH, usePhone } from "../phonePanel";
import classes from "./phone.module.css";

/** The customer's phone at the right of the client, while it is open. */
export function PhonePanel() {
  const { t } = useTranslation("sandbox");
  const phone = usePhone();
  const panel = useRef<HTMLElement>(null);
  const open = phone?.open === true;
  useDock(open ? phone.width : 0);
  const close = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || !panel.current?.contains(document.activeElement)) return;
    event.preventDefault();
    phone?.hide();
  });
  useEffect(() => {
    if (!open) return undefined;
    const listener = (event: KeyboardEvent) => close(event);
    // Before an open tooltip takes the key for itself.
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, [open]);
  if (!phone?.open) return null;
  return (
    <div className={classes.dock}>
      <ResizeHandle
        label={t("resize")}
        side="right"
        width={phone.width}
        bounds={PHONE_WIDTH}
        resize={(width) => panel.current?.style.setProperty("width", `${width}px`)}
        done={phone.resize}
      />
      <aside ref={panel} className={classes.panel} style={{ width: phone.width }} aria-label={t("title")}>
        <header className={classes.head}>
          <h2 className={classes.title} title={t("explain")}>
            {t("title")}
          </h2>
          <IconButton label={t("window")} onClick={phone.popOut}>
            <IconExternalLink size={18} stroke={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("close")} keys="escape" onClick={phone.hide}>
            <IconX size={18} stroke={1.75} aria-hidden />
          </IconButton>
        </header>
        {/* Another origin: it reaches nothing of the client. */}
        <iframe
          className={classes.frame}
          src={phone.url}
          title={t("frame")}
          allow="microphone"
          sandbox="allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-popups"
        />
      </aside>
    </div>
  );
}
