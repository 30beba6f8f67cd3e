import { useShownMarks, type Mark } from "@/shared/marks/catalogue";
import { MarkChip } from "@/shared/marks/MarkChip";

import classes from "./header.module.css";

/** At the most; where there is little room the first one alone. */
const SHOWN = 2;

/** The first labels of the customer, beside the name; all of them are in the customer's record. */
export function HeaderLabels({ labels }: { labels: readonly Mark[] }) {
  return labels.length === 0 ? null : <Shown labels={labels} />;
}

function Shown({ labels }: { labels: readonly Mark[] }) {
  const marks = useShownMarks("label", labels);
  return (
    <span className={classes.labels}>
      {marks.slice(0, SHOWN).map((mark) => (
        <MarkChip key={mark.id} mark={mark} title={mark.name} />
      ))}
      <More marks={marks} after={1} />
      <More marks={marks} after={SHOWN} />
    </span>
  );
}

/** How many there are beside the first ones; which of the two is seen follows from the room. */
function More({ marks, after }: { marks: readonly Mark[]; after: number }) {
  const more = marks.slice(after);
  if (more.length === 0) return null;
  return (
    <span className={classes.moreLabels} data-after={after} title={more.map(({ name }) => name).join(", ")}>
      {`+${more.length}`}
    </span>
  );
}
