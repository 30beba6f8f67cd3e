import { Popover } from "@mantine/core";
import { IconBookmark, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { View } from "@/shared/conversations/filter";
import { IconButton } from "@/shared/ui/IconButton";
import { notifyDone } from "@/shared/ui/notify";

import { useFilterOptions } from "../hooks/useFilterOptions";
import { useSavedFilters } from "../hooks/useSavedFilters";
import { isNarrowed, sameNarrowing, searchOf, type Narrowing } from "../model/address";
import type { SavedFilter } from "../model/savedFilters";
import { AssigneeChip, ChannelChip, PriorityChip, PublicChip, TeamChip, UnreadChip } from "./FilterChips";
import { FilterNameForm } from "./FilterNameForm";
import { MarkFilter } from "./MarkFilter";
import { OrderMenu } from "./OrderMenu";
import classes from "./Toolbar.module.css";

interface Props {
  view: View;
  narrowing: Narrowing;
  saved: SavedFilter | undefined;
  searching: boolean;
  onChange: (narrowing: Narrowing) => void;
}

/** What narrows the list, as chips over it; what was narrowed can be saved under a name. */
export function FilterBar({ view, narrowing, saved, searching, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const options = useFilterOptions();
  const changed = saved === undefined ? isNarrowed(narrowing) : !sameNarrowing(saved, narrowing);
  return (
    <div className={classes.bar} role="group" aria-label={t("filter.label")}>
      <div className={classes.chips}>
        <UnreadChip narrowing={narrowing} onChange={onChange} />
        <ChannelChip narrowing={narrowing} options={options} onChange={onChange} />
        {(hasAssignees(view) || searching || narrowing.assignee !== undefined) && (
          <AssigneeChip narrowing={narrowing} options={options} onChange={onChange} />
        )}
        {view !== "queue" && (options.teams.length > 0 || narrowing.team !== undefined) && (
          <TeamChip narrowing={narrowing} options={options} onChange={onChange} />
        )}
        {(options.hasPublic || narrowing.public !== undefined) && (
          <PublicChip narrowing={narrowing} onChange={onChange} />
        )}
        <PriorityChip narrowing={narrowing} onChange={onChange} />
        <MarkFilter narrowing={narrowing} onChange={onChange} />
      </div>
      <OrderMenu view={view} searching={searching} narrowing={narrowing} onChange={onChange} />
      {changed && <SaveFilter view={view} narrowing={narrowing} saved={saved} />}
      {isNarrowed(narrowing) && (
        <IconButton size={28} label={t("filter.clear")} onClick={() => onChange({})}>
          <IconX size={16} stroke={1.75} />
        </IconButton>
      )}
    </div>
  );
}

function SaveFilter({ view, narrowing, saved }: Pick<Props, "view" | "narrowing" | "saved">) {
  const { t } = useTranslation("inbox");
  const { store } = useSavedFilters();
  const navigate = useNavigate();
  const [naming, setNaming] = useState(false);

  function save(name: string, id: string): void {
    const filter = { id, name, view, ...narrowing };
    if (saved === undefined) store.add(filter);
    else store.change(filter);
    setNaming(false);
    notifyDone(t("filter.saved", { name }));
    void navigate({ search: searchOf(narrowing, id) }, { replace: true });
  }

  return (
    <Popover opened={naming} onChange={setNaming} position="bottom-end" trapFocus>
      <Popover.Target>
        <IconButton
          size={28}
          label={saved === undefined ? t("filter.save") : t("filter.save_changes")}
          onClick={() => {
            if (saved === undefined) setNaming(!naming);
            else save(saved.name, saved.id);
          }}
        >
          <IconBookmark size={18} stroke={1.75} />
        </IconButton>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterNameForm name="" submit={t("filter.save")} onSubmit={(name) => save(name, newFilterId())} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Whether it makes a difference there: mine are mine, and what is in the queue is nobody's. */
function hasAssignees(view: View): boolean {
  return view !== "mine" && view !== "queue";
}

/** Unique among the filters of one attendant in one browser. */
function newFilterId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
