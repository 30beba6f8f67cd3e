/** One glyph per kind of channel, drawn for this product on a 16 px grid. The names of channels come from the API. */
import type { ReactNode } from "react";

const line = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.6,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

const glyphs = {
  whatsapp: (
    <g {...line}>
      <path d="M8 1.8a6.2 6.2 0 0 0-5.4 9.2L1.8 14l3.1-.8A6.2 6.2 0 1 0 8 1.8" />
      <path d="M5.7 5.600c.1 2.5 2.2 4.6 4.7 4.700l.3-1.5-1.5-.7-.9.7a3.6 3.6 0 0 1-1.1-1.100l.7-.9-.7-1.500z" />
    </g>
  ),
  telegram: (
    <g {...line}>
      <path d="M14.2 2 1.8 7.200l4 1.5 1.5 4.3 2-2.5 3.2 2.300z" />
      <path d="M5.8 8.7 14.2 2" />
    </g>
  ),
  messenger: (
    <g {...line}>
      <path d="M8 1.900c-3.5 0-6.2 2.5-6.2 5.7 0 1.8.8 3.3 2.2 4.400V14l2-1.100c.6.2 1.3.3 2 .3 3.5 0 6.2-2.5 6.2-5.600S11.5 1.9 8 1.900z" />
      <path d="m4.8 9 2.3-2.5 1.8 1.7 2.3-2.4" />
    </g>
  ),
  facebook: (
    <g {...line}>
      <rect x="2" y="2" width="12" height="9.5" rx="2" />
      <path d="M5 5.300h6M5 8h3.500M6 11.500V14l3-2.5" />
    </g>
  ),
  instagram: (
    <g {...line}>
      <rect x="2" y="4" width="12" height="9.5" rx="2.5" />
      <circle cx="8" cy="8.7" r="2.5" />
      <path d="M5.8 4 6.8 2.300h2.400L10.2 4" />
    </g>
  ),
  web: (
    <g {...line}>
      <rect x="1.8" y="2.5" width="12.4" height="11" rx="2" />
      <path d="M1.8 5.800h12.400M4.2 4.200h.01M6.2 4.200h.01M5 9.500h6" />
    </g>
  ),
  app: (
    <g {...line}>
      <rect x="4" y="1.5" width="8" height="13" rx="2" />
      <path d="M7 12.200h2" />
    </g>
  ),
} satisfies Record<string, ReactNode>;

const other = (
  <g {...line}>
    <path d="M2 4.500A2 2 0 0 1 4 2.500h8a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7.500L4.5 14v-2.500H4a2 2 0 0 1-2-2z" />
  </g>
);

export interface ChannelGlyph {
  drawing: ReactNode;
  /** The token of its colour. */
  colour: string;
}

export function channelGlyph(kind: string): ChannelGlyph {
  const drawing = Object.hasOwn(glyphs, kind) ? glyphs[kind as keyof typeof glyphs] : undefined;
  if (drawing === undefined) return { drawing: other, colour: "var(--channel-other)" };
  return { drawing, colour: `var(--channel-${kind})` };
}
