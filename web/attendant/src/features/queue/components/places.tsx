/** What stands where parts of the queue will be, so that no row moves under a finger when they come. */
import { useTeams } from "@/shared/routing/teams";

import classes from "./places.module.css";

/** Where the head over the list will be. */
export function QueueHeadPlace() {
  const teams = useTeams();
  return <div className={classes.head} data-teams={teams.length > 0 || undefined} />;
}

/** Where the third line of a row will be. */
export function QueueLinePlace() {
  return <span className={classes.line} />;
}
