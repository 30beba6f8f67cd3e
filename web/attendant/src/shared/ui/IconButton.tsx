import { ActionIcon, Tooltip, type ActionIconProps, type FloatingPosition } from "@mantine/core";
import type { MouseEventHandler, ReactNode, Ref } from "react";

import { ariaKeys } from "@/shared/keyboard/keys";

import classes from "./IconButton.module.css";
import { Kbd } from "./Kbd";

interface Props extends Pick<ActionIconProps, "size" | "variant" | "color" | "loading" | "className"> {
  /** What it does; its name for screen readers and in the tooltip. */
  label: string;
  /** The icon, 18 px. */
  children: ReactNode;
  /** The shortcut that does the same, shown in the tooltip. */
  keys?: string | undefined;
  /** Why it cannot be used now. It stays reachable, so that the reason can be read. */
  disabledReason?: string | undefined;
  /** Pressed in, for what can be on or off. */
  pressed?: boolean | undefined;
  tooltipPosition?: FloatingPosition;
  onClick?: MouseEventHandler<HTMLButtonElement> | undefined;
  type?: "button" | "submit";
  /** -1: for what the keyboard does in another way. */
  tabIndex?: number;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that shows only an icon: always with a name, and with its key in the tooltip. */
export function IconButton({
  label,
  children,
  keys,
  disabledReason,
  pressed,
  tooltipPosition = "bottom",
  onClick,
  type = "button",
  size = 32,
  ref,
  ...rest
}: Props) {
  const disabled = disabledReason !== undefined;
  return (
    <Tooltip
      position={tooltipPosition}
      events={{ hover: true, focus: true, touch: false }}
      label={<TooltipText text={disabledReason ?? label} keys={disabled ? undefined : keys} />}
    >
      <ActionIcon
        ref={ref}
        type={type}
        size={size}
        aria-label={label}
        aria-disabled={disabled || undefined}
        aria-keyshortcuts={keys === undefined ? undefined : ariaKeys(keys)}
        aria-pressed={pressed}
        onClick={(event) => {
          if (disabled) event.preventDefault();
          else onClick?.(event);
        }}
        {...rest}
        className={[classes.button, rest.className].filter(Boolean).join(" ")}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

export function TooltipText({ text, keys }: { text: string; keys?: string | undefined }) {
  return (
    <span className={classes.tooltip}>
      {text}
      {keys !== undefined && <Kbd keys={keys} />}
    </span>
  );
}
