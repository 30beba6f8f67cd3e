import { Fragment } from "react";

import { linkify } from "@/shared/text/linkify";
import { neutralName, splitFileName } from "@/shared/text/neutral";

import classes from "./SafeText.module.css";

/** What somebody wrote: addresses become links, lines stay, long words break, its direction ends with it. */
export function SafeText({ text }: { text: string }) {
  return (
    <bdi dir="auto" className={classes.text}>
      {linkify(text).map((segment, at) =>
        "href" in segment ? (
          <a key={at} href={segment.href} target="_blank" rel="noopener noreferrer" className={classes.link}>
            {segment.text}
          </a>
        ) : (
          <Fragment key={at}>{segment.text}</Fragment>
        ),
      )}
    </bdi>
  );
}

/** The name of a person, made harmless. `fallback` stands for a name of which nothing is left. */
export function PersonName({ name, fallback = "—" }: { name: string; fallback?: string }) {
  return <bdi dir="auto">{neutralName(name) || fallback}</bdi>;
}

/** The name of a file, made harmless and shortened in the middle, so that its ending stays in sight. */
export function FileName({ name }: { name: string }) {
  const { stem, ending } = splitFileName(name);
  return (
    <bdi dir="ltr" className={classes.file} title={stem + ending}>
      <span className={classes.stem}>{stem || "—"}</span>
      <span>{ending}</span>
    </bdi>
  );
}
