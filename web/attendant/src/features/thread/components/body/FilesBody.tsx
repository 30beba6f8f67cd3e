import type { Message } from "@/shared/api/types";

import { filesOf, isPicture, isVideo } from "../../model/context";
import { AudioPlayer } from "./AudioBody";
import { FileCard } from "./FileCard";
import { Grid, GridTile, NotReady } from "./Grid";
import { TextBody } from "./TextBody";
import { Waiting } from "./Waiting";

/** A message with several files: pictures and videos in a grid, the others below each other, then what it says. */
export function FilesBody({ message }: { message: Message }) {
  const files = filesOf(message);
  const seen = files.filter((file) => isPicture(file) || isVideo(file));
  const others = files.filter((file) => !seen.includes(file));
  return (
    <>
      {seen.length > 0 && (
        <Grid count={seen.length}>
          {seen.map((file, at) => (
            <GridTile key={file.id} message={message} file={file} at={at + 1} of={seen.length} />
          ))}
        </Grid>
      )}
      <NotReady files={seen} />
      {others.map((file) => {
        if (file.state !== "ready") return <Waiting key={file.id} file={file} />;
        if (file.mime_type.startsWith("audio/"))
          return <AudioPlayer key={file.id} file={file} told={null} voice={false} />;
        return <FileCard key={file.id} file={file} />;
      })}
      <TextBody text={message.text} caption />
    </>
  );
}
