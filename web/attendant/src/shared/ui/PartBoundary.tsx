import { Button } from "@mantine/core";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { CopyCode } from "./CopyCode";
import { Drawing } from "./Drawing";
import { ChunkError } from "./lazyPart";
import classes from "./States.module.css";

interface Props {
  /** The part's name, as it stands in the code that a person sends to support: `thread`, `composer`. */
  part: string;
  /** When it changes, a crashed part is tried again: the id of what the part shows. */
  resetKey?: string | undefined;
  children: ReactNode;
}

interface State {
  error: { code: string; chunk: boolean } | null;
  resetKey: string | undefined;
}

/** Keeps a crash in its part: the rest of the client goes on, and the part can be reloaded. */
export class PartBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: { code: error instanceof Error ? error.name : "error", chunk: error instanceof ChunkError } };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { resetKey: props.resetKey, error: null };
  }

  /** Where it happened, without the error's own words, which may hold what a customer wrote. */
  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    if (error instanceof ChunkError) return;
    const where = /at (\w+)/.exec(info.componentStack ?? "")?.[1];
    if (where !== undefined)
      this.setState(({ error: found }) => ({ error: found && { ...found, code: `${found.code}-${where}` } }));
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (error.chunk) return <NewVersion />;
    return <Crashed code={`${this.props.part}-${error.code}`} reload={() => this.setState({ error: null })} />;
  }
}

function Crashed({ code, reload }: { code: string; reload: () => void }) {
  const { t } = useTranslation("app");
  return (
    <div role="alert" className={classes.state}>
      <Drawing name="broken" />
      <p className={classes.title}>{t("crash.title")}</p>
      <p className={classes.text}>{t("crash.text")}</p>
      <div className={classes.actions}>
        <Button onClick={reload}>{t("crash.reload")}</Button>
      </div>
      <CopyCode code={code} />
    </div>
  );
}

/** The part's file is gone: after a deploy, the whole client is loaded anew at the same address. */
function NewVersion() {
  const { t } = useTranslation("app");
  return (
    <div role="alert" className={classes.state}>
      <Drawing name="done" />
      <p className={classes.title}>{t("update.chunk_title")}</p>
      <p className={classes.text}>{t("update.chunk_text")}</p>
      <div className={classes.actions}>
        <Button onClick={() => window.location.reload()}>{t("update.chunk_reload")}</Button>
      </div>
    </div>
  );
}
