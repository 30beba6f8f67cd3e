import type { MessageOf } from "@/shared/api/types";

import { filesOf } from "../../model/context";
import classes from "./body.module.css";
import { boxOf } from "./box";
import { TextBody } from "./TextBody";
import { Waiting } from "./Waiting";

export function VideoBody({ message }: { message: MessageOf<"video"> }) {
  const file = filesOf(message)[0];
  if (file?.state !== "ready") return <Waiting file={file} caption={message.text} />;
  return (
    <>
      <div style={{ ...boxOf(file), maxWidth: "100%" }}>
        {/* Customers' videos have no captions to offer. */}
        <video className={classes.video} src={file.url} controls preload="metadata" playsInline />
      </div>
      <TextBody text={message.text} caption />
    </>
  );
}
