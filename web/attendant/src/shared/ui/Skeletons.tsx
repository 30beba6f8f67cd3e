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

/** A list of the settings under its title: the button that adds to it, and rows of a name and a line about it. */
export function ListSkeleton({ rows = 3, button = true }: { rows?: number; button?: boolean }) {
  return (
    <div aria-busy="true">
      {button && <Bar width={160} height={36} />}
      <div className={classes.list}>
        {Array.from({ length: rows }, (_, at) => (
          <div key={at} className={classes.item}>
            <Bar width={`${22 + ((at * 17) % 20)}%`} />
            <Bar width={`${40 + ((at * 23) % 30)}%`} height={10} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Settings of one page: what each is and does at the left, its control at the right. */
export function FormSkeleton({ count = 5 }: { count?: number }) {
  return (
    <div aria-busy="true">
      {Array.from({ length: count }, (_, at) => (
        <div key={at} className={classes.setting}>
          <div className={classes.lines}>
            <Bar width={`${20 + ((at * 13) % 15)}%`} />
            <Bar width={`${50 + ((at * 19) % 30)}%`} height={10} />
          </div>
          <Bar width={140} height={36} />
        </div>
      ))}
    </div>
  );
}

/** The live view: its title, a row of sums, and lists in two columns. */
export function LiveSkeleton() {
  return (
    <div className={classes.live} aria-busy="true">
      <div className={classes.liveTitle}>
        <Bar width={140} height={20} />
        <Bar width={280} height={10} />
      </div>
      <div className={classes.sums}>
        {Array.from({ length: 6 }, (_, at) => (
          <Bar key={at} height={74} />
        ))}
      </div>
      <div className={classes.columns}>
        <Bar height={220} />
        <Bar height={220} />
      </div>
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
