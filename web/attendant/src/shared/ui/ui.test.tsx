import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeAll, expect, test, vi } from "vitest";

import { startTexts } from "@/shared/i18n";
import { Announcer } from "@/shared/ui/announcer";
import { Avatar } from "@/shared/ui/Avatar";
import { IconButton } from "@/shared/ui/IconButton";
import { ChunkError, loadTwice } from "@/shared/ui/lazyPart";
import { tabTitle } from "@/shared/ui/pageTitle";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { ResizeHandle } from "@/shared/ui/ResizeHandle";
import { FileName, PersonName, SafeText } from "@/shared/ui/SafeText";

beforeAll(() => startTexts("pt-BR"));

function show(content: ReactNode) {
  return render(<MantineProvider>{content}</MantineProvider>);
}

test("markup in a text is text, and only its web address is a link that gives nothing away", () => {
  const { container } = show(<SafeText text={"<img src=x onerror=alert(1)> javascript:alert(1) https://x.com"} />);
  expect(container.querySelector("img")).toBeNull();
  const links = screen.getAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://x.com/"]);
  expect(links[0]).toHaveAttribute("rel", "noopener noreferrer");
});

test("a name cannot turn what stands around it, nor be markup", () => {
  const { container } = show(<PersonName name={"<img onerror=x>\u202eAna"} />);
  expect(container.querySelector("bdi")).toHaveTextContent("<img onerror=x>Ana");
  expect(container.querySelector("img")).toBeNull();
});

test("a file is named without its path and with its real ending", () => {
  const { container } = show(<FileName name={"../../x\u202efdp.html"} />);
  expect(container.querySelector("bdi")).toHaveTextContent("xfdp.html");
});

test("an avatar without letters shows a person", () => {
  const { container } = show(<Avatar id="1" name={"\u202e…"} />);
  expect(container.querySelector("svg")).not.toBeNull();
});

test("an avatar shows the picture without words, and the initials when there is none or it cannot be loaded", () => {
  const { container, rerender } = show(<Avatar id="1" name="Ana Souza" picture="/api/v1/attachments/a/thumbnail" />);
  const picture = container.querySelector("img");
  expect(picture).toHaveAttribute("src", "/api/v1/attachments/a/thumbnail");
  expect(picture).toHaveAttribute("alt", "");
  expect(screen.queryByRole("img")).toBeNull();
  if (picture) fireEvent.error(picture);
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText("AS")).toBeInTheDocument();

  const again = (address: string | null) => (
    <MantineProvider>
      <Avatar id="1" name="Ana Souza" picture={address} />
    </MantineProvider>
  );
  rerender(again("/api/v1/attachments/b/thumbnail"));
  expect(container.querySelector("img")).toHaveAttribute("src", "/api/v1/attachments/b/thumbnail");
  rerender(again(null));
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText("AS")).toBeInTheDocument();
});

test("a button that cannot be used says why and does nothing", async () => {
  const press = vi.fn();
  show(
    <IconButton label="Enviar modelo" disabledReason="O canal não tem modelos" onClick={press}>
      <span />
    </IconButton>,
  );
  const button = screen.getByRole("button", { name: "Enviar modelo" });
  await userEvent.click(button);
  button.focus();
  expect(await screen.findByText("O canal não tem modelos")).toBeInTheDocument();
  expect(press).not.toHaveBeenCalled();
});

function Crashing({ error }: { error: Error }): ReactNode {
  throw error;
}

test("a crash stays in its part, and its code holds nothing of the error's words", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  show(
    <>
      <PartBoundary part="thread">
        <Crashing error={new TypeError("Maria 11 99999-0000")} />
      </PartBoundary>
      <p>the rest</p>
    </>,
  );
  expect(screen.getByText("the rest")).toBeInTheDocument();
  expect(screen.getByRole("alert")).toHaveTextContent("thread-TypeError");
  expect(screen.getByRole("alert")).not.toHaveTextContent("Maria");
});

test("a part whose file is gone offers to reload", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  show(
    <PartBoundary part="page">
      <Crashing error={new ChunkError("gone")} />
    </PartBoundary>,
  );
  expect(screen.getByRole("button", { name: "Recarregar" })).toBeInTheDocument();
});

test("a part's file is asked for twice, then it is gone", async () => {
  const load = vi.fn(() => Promise.reject(new TypeError("failed to fetch")));
  await expect(loadTwice(load, () => Promise.resolve())).rejects.toBeInstanceOf(ChunkError);
  expect(load).toHaveBeenCalledTimes(2);
  const second = vi.fn().mockRejectedValueOnce(new TypeError("failed")).mockResolvedValueOnce("here");
  await expect(loadTwice(second, () => Promise.resolve())).resolves.toBe("here");
});

test("announcements are gathered, the latest three at most", () => {
  vi.useFakeTimers();
  const announcer = new Announcer();
  const heard = vi.fn();
  announcer.listen(heard);
  for (const text of ["1", "2", "3", "4"]) announcer.announce(text);
  vi.advanceTimersByTime(1000);
  expect(heard.mock.calls).toEqual([["2. 3. 4"]]);
  vi.useRealTimers();
});

test("the tab's title has the count, the page and the product", () => {
  const leave = tabTitle.show("Conversas");
  tabTitle.setCount(3);
  expect(document.title).toBe("(3) Conversas · Atendimento");
  tabTitle.setCount(0);
  leave();
  expect(document.title).toBe("Atendimento");
});

test("a pane that is narrower than it was set is changed from what is seen, and put back by a double click", async () => {
  const done = vi.fn();
  const reset = vi.fn();
  const handle = { label: "Largura", width: 352, bounds: { min: 280, max: 560 }, resize: vi.fn(), done, reset };
  render(<ResizeHandle {...handle} shown={() => 308} />);
  screen.getByRole("separator").focus();
  await userEvent.keyboard("{ArrowRight}{ArrowLeft}");
  expect(done.mock.calls).toEqual([[324], [292]]);
  fireEvent.doubleClick(screen.getByRole("separator"));
  expect(reset).toHaveBeenCalledOnce();
});
