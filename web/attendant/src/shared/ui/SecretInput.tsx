import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** A password or token: hidden, and shown by a button that says so in the person's language. */
export function SecretInput(props: PasswordInputProps) {
  const { t } = useTranslation("app");
  return (
    <PasswordInput
      visibilityToggleButtonProps={{ "aria-label": t("actions.show_secret") }}
      // Mantine says it of its other inputs, not of this one.
      aria-invalid={props.error ? true : undefined}
      {...props}
    />
  );
}
