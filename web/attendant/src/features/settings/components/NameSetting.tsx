import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";

import { Setting } from "./SettingsParts";

interface Props {
  id: string;
  label: string;
  placeholder: string;
  maxLength: number;
  value: string;
  error: ReactNode;
  onChange: (name: string) => void;
}

/** What an item is called. */
export function NameSetting({ id, label, onChange, ...rest }: Props) {
  return (
    <Setting id={id} label={label} wide>
      <TextInput aria-label={label} maw={400} {...rest} onChange={({ currentTarget: { value } }) => onChange(value)} />
    </Setting>
  );
}
