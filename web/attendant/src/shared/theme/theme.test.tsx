import { Button, MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { theme } from "./theme";

test("what cannot be undone stands on the danger colour of the theme, whose contrast is enough", () => {
  render(
    <MantineProvider theme={theme} env="test">
      <Button color="red" variant="filled">
        Remover
      </Button>
    </MantineProvider>,
  );
  const style = screen.getByRole("button").getAttribute("style");
  expect(style).toContain("--button-bg: var(--danger)");
  expect(style).toContain("--button-color: var(--surface-0)");
});
