/** Mantine in our tokens: its components take their colours from `tokens.css`. */
import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

const teal: MantineColorsTuple = [
  "#ecfaf8",
  "#dcf1ee",
  "#bfe5e0",
  "#8fd2ca",
  "#57bab0",
  "#2a9f94",
  "#138479",
  "#0f766e",
  "#0b5f59",
  "#084a46",
];

/** Mantine's greys of the dark scheme in the tint of our surfaces: text first, then lines, then grounds. */
const dark: MantineColorsTuple = [
  "#e8eeed",
  "#b3c0be",
  "#94a3a1",
  "#6d7c7a",
  "#3a4645",
  "#2c3635",
  "#1b2221",
  "#121716",
  "#0e1312",
  "#0a0e0d",
];

/** Text on the accent by the scheme that is shown: Mantine decides it by the light one alone. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant === "filled" && input.color === "red") {
    // Mantine's own red has less than 4.5:1 under its text.
    const hover = "color-mix(in srgb, var(--danger) 88%, var(--text-1))";
    return { ...colors, background: "var(--danger)", hover, color: "var(--surface-0)" };
  }
  if (input.color === "red" && input.variant !== "filled") return { ...colors, color: "var(--danger)" };
  const onAccent = input.variant === "filled" && (input.color ?? "teal") === "teal";
  return onAccent ? { ...colors, color: "var(--mantine-primary-color-contrast)" } : colors;
};

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  variantColorResolver,
  colors: { teal, dark },
  fontFamily: "var(--font)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: "8px",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "600" },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 120 } } },
    Modal: {
      defaultProps: {
        radius: "var(--radius-card)",
        shadow: "var(--float-shadow)",
        overlayProps: { backgroundOpacity: 0.35 },
        // There at once: what is typed right after the key that opens it is meant for it, not for what lies behind.
        transitionProps: { duration: 0 },
      },
    },
    // A dialog is no landmark of the page: Mantine's <header> there would be a second banner.
    ModalHeader: { defaultProps: { component: "div" } },
    DrawerHeader: { defaultProps: { component: "div" } },
    Menu: {
      defaultProps: {
        shadow: "var(--float-shadow)",
        transitionProps: { duration: 120 },
        withInitialFocusPlaceholder: false, // a menu holds items alone, and its first one has the focus
      },
      // At 200 % zoom a long one is higher than the window: it scrolls, or its ends could not be reached.
      styles: { dropdown: { maxHeight: "calc(100dvh - 16px)", overflowY: "auto" } },
    },
    Popover: { defaultProps: { shadow: "var(--float-shadow)", transitionProps: { duration: 120 } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
  },
});

const schemeVariables = {
  "--mantine-color-body": "var(--surface-0)",
  "--mantine-color-text": "var(--text-1)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-default": "var(--surface-0)",
  "--mantine-color-default-hover": "var(--surface-2)",
  "--mantine-color-default-color": "var(--text-1)",
  "--mantine-color-default-border": "var(--border)",
  "--mantine-color-error": "var(--danger)",
  "--mantine-color-red-6": "var(--danger)", // of red items in menus; Mantine's own has 3.3:1 on white
  "--mantine-color-anchor": "var(--accent-text)",
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables,
  dark: schemeVariables,
});
