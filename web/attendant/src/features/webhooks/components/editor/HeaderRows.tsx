import { Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Refused } from "@/features/settings";
import { IconButton } from "@/shared/ui/IconButton";

import { LIMITS, type Header } from "../../model/draft";
import classes from "./editor.module.css";

interface Props {
  headers: readonly Header[];
  nameless: ReadonlySet<number>;
  refused: Refused;
  onChange: (headers: Header[]) => void;
}

/** Headers that go with every request. */
export function HeaderRows({ headers, nameless, refused, onChange }: Props) {
  const { t } = useTranslation("webhooks");
  const change = (at: number, part: Partial<Header>) =>
    onChange(headers.map((one, place) => (place === at ? { ...one, ...part } : one)));
  return (
    <>
      {headers.length > 0 && (
        <ul className={classes.rows}>
          {headers.map(({ name, value }, at) => (
            <li key={at}>
              <TextInput
                aria-label={t("headers.name", { place: at + 1 })}
                placeholder="X-Source"
                maxLength={100}
                spellCheck={false}
                classNames={{ input: classes.code ?? "" }}
                value={name}
                error={
                  nameless.has(at) ? t("headers.nameless") : name === "" ? null : refused(`headers.${name.trim()}`)
                }
                onChange={({ currentTarget }) => change(at, { name: currentTarget.value })}
              />
              <TextInput
                aria-label={t("headers.value", { place: at + 1 })}
                placeholder="atendimento"
                maxLength={4096}
                spellCheck={false}
                classNames={{ input: classes.code ?? "" }}
                value={value}
                onChange={({ currentTarget }) => change(at, { value: currentTarget.value })}
              />
              <IconButton
                label={t("headers.remove", { name: name || at + 1 })}
                size={36}
                onClick={() => onChange(headers.filter((_, place) => place !== at))}
              >
                <IconX size={18} stroke={1.75} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {headers.length < LIMITS.headers && (
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlus size={18} stroke={1.75} aria-hidden />}
          onClick={() => onChange([...headers, { name: "", value: "" }])}
        >
          {t("headers.add")}
        </Button>
      )}
    </>
  );
}
