import { channelGlyph } from "./channelGlyphs";

interface Props {
  kind: string;
  /** The channel's name from the API; leave it out where the name stands beside the mark. */
  name?: string;
  size?: number;
}

/** The glyph of a kind of channel in its colour. A kind that this version does not know gets a neutral one. */
export function ChannelMark({ kind, name, size = 16 }: Props) {
  const { drawing, colour } = channelGlyph(kind);
  const naming = name === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": name };
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} style={{ color: colour, flexShrink: 0 }} {...naming}>
      {name !== undefined && <title>{name}</title>}
      {drawing}
    </svg>
  );
}
