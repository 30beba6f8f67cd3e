/** All shared components in both themes, beside each other; in development only, in English, without texts of its own. */
import { Button, Group, Stack, useMantineColorScheme } from "@mantine/core";
import { IconArchive, IconStar } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { ApiProblem, Unanswered } from "@/shared/api/problem";
import { Avatar } from "@/shared/ui/Avatar";
import { ChannelMark } from "@/shared/ui/ChannelMark";
import { ConfirmDialog } from "@/shared/ui/ConfirmDialog";
import { CopyCode } from "@/shared/ui/CopyCode";
import { Drawing } from "@/shared/ui/Drawing";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorState } from "@/shared/ui/ErrorState";
import { IconButton } from "@/shared/ui/IconButton";
import { Kbd } from "@/shared/ui/Kbd";
import { PartBoundary } from "@/shared/ui/PartBoundary";
import { FileName, PersonName, SafeText } from "@/shared/ui/SafeText";
import {
  FormSkeleton,
  ListSkeleton,
  LiveSkeleton,
  PageSkeleton,
  RowSkeletons,
  ThreadSkeleton,
} from "@/shared/ui/Skeletons";
import { notifyDone, notifyFailed, undoable } from "@/shared/ui/notify";

import classes from "./KitPage.module.css";

const KINDS = ["whatsapp", "telegram", "messenger", "facebook", "instagram", "web", "app", "another"];
const NAMES = [
  "Ana Maria de Souza",
  "joão",
  "محمد علي",
  "",
  "\u202eAna",
  "🦷 Clínica",
  "Zé Ninguém da Silva Sauro",
  "B",
];
const TEXT =
  "Veja https://exemplo.com.br/a_(b) ou escreva para ana@exemplo.com.br. javascript:alert(1) <img src=x onerror=alert(1)>";

export function KitPage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <main className={classes.page}>
      <Group>
        <h1>Kit</h1>
        <Button variant="default" onClick={() => setColorScheme(colorScheme === "dark" ? "light" : "dark")}>
          {colorScheme}
        </Button>
      </Group>
      <People />
      <Buttons />
      <Notices />
      <States />
    </main>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function People() {
  return (
    <>
      <Part title="Avatar, PersonName">
        <Group>
          {NAMES.map((name, at) => (
            <Group key={name} gap="xs">
              <Avatar id={`id-${at}`} name={name} channel={{ kind: KINDS[at] ?? "", name: KINDS[at] ?? "" }} />
              <PersonName name={name} />
            </Group>
          ))}
        </Group>
      </Part>
      <Part title="ChannelMark">
        <Group>
          {KINDS.map((kind) => (
            <Group key={kind} gap={4}>
              <ChannelMark kind={kind} size={20} /> {kind}
            </Group>
          ))}
        </Group>
      </Part>
      <Part title="SafeText, FileName">
        <div className={classes.narrow}>
          <SafeText text={TEXT} />
          <br />
          <SafeText text={"palavra".repeat(30)} />
          <br />
          <SafeText text="مرحبا، أريد تحديد موعد 123" />
          <br />
          <FileName name={`../../contrato-${"muito-".repeat(10)}longo.pdf`} />
        </div>
      </Part>
    </>
  );
}

function Buttons() {
  const [opened, setOpened] = useState(false);
  return (
    <Part title="Button, IconButton, Kbd, ConfirmDialog">
      <Group>
        <Button>Primary</Button>
        <Button variant="default">Default</Button>
        <Button variant="subtle">Subtle</Button>
        <Button disabled>Disabled</Button>
        <Button color="red" onClick={() => setOpened(true)}>
          Delete
        </Button>
        <IconButton label="Close" keys="e">
          <IconArchive size={18} stroke={1.75} />
        </IconButton>
        <IconButton label="Favourite" pressed>
          <IconStar size={18} stroke={1.75} />
        </IconButton>
        <IconButton label="Favourite" disabledReason="It is closed">
          <IconStar size={18} stroke={1.75} />
        </IconButton>
        <Kbd keys="mod+k" />
        <Kbd keys="g i" />
      </Group>
      <ConfirmDialog
        opened={opened}
        title="Delete the account?"
        confirm="Delete"
        onConfirm={() => setOpened(false)}
        onClose={() => setOpened(false)}
      >
        Its history stays.
      </ConfirmDialog>
    </Part>
  );
}

function Notices() {
  return (
    <Part title="Notifications">
      <Group>
        <Button variant="default" onClick={() => undoable({ message: "Conversation closed", undo: () => undefined })}>
          Undoable
        </Button>
        <Button variant="default" onClick={() => notifyDone("Saved")}>
          Done
        </Button>
        <Button
          variant="default"
          onClick={() => notifyFailed("Not saved", "The server did not answer.", "unavailable")}
        >
          Failed
        </Button>
        <CopyCode code="page-TypeError" />
      </Group>
    </Part>
  );
}

function States() {
  return (
    <Part title="States">
      <div className={classes.grid}>
        <EmptyState
          title="No conversations"
          text="Here they appear."
          drawing="conversations"
          action={<Button>Go</Button>}
        />
        <EmptyState title="All done" drawing="done" />
        <ErrorState error={new ApiProblem(503, "unavailable", "", [], "0190-abc")} retry={() => undefined} />
        <ErrorState error={new Unanswered("")} compact />
        <PartBoundary part="kit">
          <Crash />
        </PartBoundary>
        <RowSkeletons count={4} />
        <ThreadSkeleton />
        <PageSkeleton />
        <ListSkeleton />
        <FormSkeleton />
        <LiveSkeleton />
        <Stack>
          {(["thread", "search", "channel", "people", "offline"] as const).map((name) => (
            <Drawing key={name} name={name} />
          ))}
        </Stack>
      </div>
    </Part>
  );
}

function Crash(): ReactNode {
  throw new TypeError("shown on purpose");
}
