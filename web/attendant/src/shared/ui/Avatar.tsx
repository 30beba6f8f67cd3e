import { IconUser } from "@tabler/icons-react";
import { useState } from "react";

import { initialsOf, stableIndex } from "@/shared/text/initials";

import classes from "./Avatar.module.css";
import { ChannelMark } from "./ChannelMark";

interface Props {
  /** Gives the colour, which stays when the name changes. */
  id: string;
  name: string;
  size?: number;
  /** Where their picture is; none, or one that cannot be loaded: their initials. */
  picture?: string | null | undefined;
  /** The channel through which the person writes: its glyph in the corner. */
  channel?: { kind: string; name: string };
}

const COLOURS = 8;

/** Shows a picture once all of it is there, at once where the browser has it: one that fails is never seen broken. */
function showLoaded(picture: HTMLImageElement | null) {
  if (picture?.complete && picture.naturalWidth > 0) picture.dataset.loaded = "";
}

/** A person's picture, else initials on a colour of their own. The name stands beside it: hidden from screen readers. */
export function Avatar({ id, name, size = 36, picture, channel }: Props) {
  const [failed, setFailed] = useState<string | null>(null);
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
        {picture && picture !== failed && (
          <img
            key={picture}
            ref={showLoaded}
            className={classes.picture}
            src={picture}
            alt=""
            width={size}
            height={size}
            loading="lazy"
            decoding="async"
            draggable={false}
            onLoad={({ currentTarget }) => showLoaded(currentTarget)}
            onError={() => setFailed(picture)}
          />
        )}
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
