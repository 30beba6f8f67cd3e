import classes from "./Skeletons.module.css";

interface BarProps {
  width?: number | string;
  height?: number;
  round?: boolean;
}

/** One grey bar. It shows only after 150 ms, so that what is quick does not flicker. */
export function Bar({ width = "100%", height = 12, round = false }: BarProps) {
  return <span className={classes.bar} style={{ width, height, borderRadius: round ? "50%" : 4 }} aria-hidden="true" />;
}

/** Rows in the shape of the conversation list. */
export function RowSkeletons({ count = 10 }: { count?: number }) {
  return (
    <div className={classes.rows} aria-busy="true">
      {Array.from({ length: count }, (_, at) => (
        <div key={at} className={classes.row}>
          <Bar width={36} height={36} round />
          <div className={classes.lines}>
            <Bar width={`${45 + ((at * 17) % 30)}%`} />
            <Bar width={`${60 + ((at * 23) % 35)}%`} height={10} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** Bubbles in the shape of a thread, the newest at the bottom. */
export function ThreadSkeleton() {
  return (
    <div className={classes.thread} aria-busy="true">
      {[220, 300, 180, 260, 340].map((width, at) => (
        <div key={at} className={classes.bubble} data-own={at % 3 === 2 || undefined}>
          <Bar width={width} height={at % 2 === 0 ? 36 : 54} />
        </div>
      ))}
    </div>
  );
}

/** A page with a title and a few fields or cards. */
export function PageSkeleton() {
  return (
    <div className={classes.page} aria-busy="true">
      <Bar width={180} height={20} />
      <Bar width={320} />
      {Array.from({ length: 4 }, (_, at) => (
        <Bar key={at} height={56} />
      ))}
    </div>
  );
}
