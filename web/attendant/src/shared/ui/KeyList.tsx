import { useTranslation } from "react-i18next";

import { SCOPES } from "@/shared/keyboard/registry";
import { useCommands } from "@/shared/keyboard/useShortcut";

import { Kbd } from "./Kbd";
import classes from "./KeyList.module.css";

/** Every shortcut that works where the person is now, by place. */
export function KeyList() {
  const { t } = useTranslation("app");
  const commands = useCommands().filter(({ keys }) => keys.length > 0);
  return (
    <div className={classes.list}>
      {SCOPES.map((scope) => {
        const found = new Map(commands.filter((one) => one.scope === scope).map((one) => [one.label, one]));
        if (found.size === 0) return null;
        return (
          <section key={scope}>
            <h3 className={classes.scope}>{t(`keys.${scope}`)}</h3>
            <dl className={classes.keys}>
              {[...found.values()].map(({ label, keys }) => (
                <div key={label} className={classes.key}>
                  <dt>{label}</dt>
                  <dd>
                    {keys.map((one) => (
                      <Kbd key={one} keys={one} named />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
    </div>
  );
}
