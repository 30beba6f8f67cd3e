/** A page of the settings, as a feature describes it to the frame. */
import type { Icon } from "@tabler/icons-react";
import i18next, { type CustomTypeOptions, type TFunction } from "i18next";
import type { ComponentType } from "react";

type Name = keyof CustomTypeOptions["resources"];

export interface SettingTexts {
  /** The id of the setting's element on the page, to which a found setting scrolls. */
  id: string;
  label: string;
  /** Other words by which somebody may look for it. */
  words?: string;
}

export interface PageTexts {
  title: string;
  words: string;
  settings: readonly SettingTexts[];
}

export interface SettingsPage {
  /** The last part of its address. */
  id: string;
  /** Whether it is about the person who is signed in or about the company. */
  group: "own" | "company";
  icon: Icon;
  /** Without it the page is not shown. */
  permission?: string;
  namespace: Name;
  /** Where it is, when it is a place of its own outside of the settings. */
  to?: string;
  Component: ComponentType;
  /** The page's texts in a language whose texts are loaded. */
  texts: (language: string) => PageTexts;
}

interface Described<N extends Name> extends Omit<SettingsPage, "namespace" | "texts"> {
  namespace: N;
  texts: (t: TFunction<N>) => PageTexts;
}

export function settingsPage<N extends Name>({ namespace, texts, ...page }: Described<N>): SettingsPage {
  return {
    ...page,
    namespace,
    texts: (language) => texts(i18next.getFixedT<N>(language, namespace) as TFunction<N>),
  };
}
