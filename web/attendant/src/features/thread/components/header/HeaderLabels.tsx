import { useShownMarks, type Mark } from "@/shared/marks/catalogue";
import { MarkChip } from "@/shared/marks/MarkChip";

import classes from "./header.module.css";

const SHOWN = 2;

/** The first labels of the customer, beside the name; all of them are in the customer's record. */
export function HeaderLabels({ labels }: { labels: readonly Mark[] }) {
  return labels.length === 0 ? null : <Shown labels={labels} />;
}

function Shown({ labels }: { labels: readonly Mark[] }) {
  const marks = useShownMarks("label", labels);
  const more = marks.slice(SHOWN);
  return (
    <span className={classes.labels}>
      {marks.slice(0, SHOWN).map((mark) => (
        <MarkChip key={mark.id} mark={mark} title={mark.name} />
      ))}
      {more.length > 0 && (
        <span className={classes.moreLabels} title={more.map(({ name }) => name).join(", ")}>{`+${more.length}`}</span>
      )}
    </span>
  );
}
