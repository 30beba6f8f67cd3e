import { IconUser } from "@tabler/icons-react";

import { initialsOf, stableIndex } from "@/shared/text/initials";

import classes from "./Avatar.module.css";
import { ChannelMark } from "./ChannelMark";

interface Props {
  /** Gives the colour, which stays when the name changes. */
  id: string;
  name: string;
  size?: number;
  /** The channel through which the person writes: its glyph in the corner. */
  channel?: { kind: string; name: string };
}

const COLOURS = 8;

/** Initials on a colour of their own. The name stands beside it, so it is hidden from screen readers. */
export function Avatar({ id, name, size = 36, channel }: Props) {
  const colour = stableIndex(id, COLOURS);
  const initials = initialsOf(name);
  return (
    <span className={classes.frame} style={{ width: size, height: size }}>
      <span
        className={classes.face}
        aria-hidden="true"
        style={{
          background: `var(--avatar-${colour})`,
          color: `var(--avatar-${colour}-text)`,
          fontSize: Math.max(10, Math.round(size * 0.38)),
        }}
      >
        {initials === "" ? <IconUser size={Math.round(size * 0.55)} stroke={1.75} /> : initials}
      </span>
      {channel && (
        <span className={classes.channel}>
          <ChannelMark kind={channel.kind} name={channel.name} size={Math.max(11, Math.round(size * 0.36))} />
        </span>
      )}
    </span>
  );
}
