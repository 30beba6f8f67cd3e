import { Button } from "@mantine/core";
import { Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { LoginPage } from "@/features/auth";
import { useSession, useSessionState } from "@/shared/session/SessionProvider";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ProductMark } from "@/shared/ui/ProductMark";
import { lazyPart } from "@/shared/ui/lazyPart";
import { usePageTitle } from "@/shared/ui/pageTitle";

import classes from "./SessionGate.module.css";

const SignedIn = lazyPart(async () => (await import("@/app/SignedIn")).SignedIn);

/** Shows the client to whoever is signed in, and the sign-in page to everybody else, at the same address. */
export function SessionGate() {
  const state = useSessionState();
  if (state.status === "signed_in") {
    return (
      <Suspense fallback={<Starting />}>
        <SignedIn />
      </Suspense>
    );
  }
  if (state.status === "signed_out") return <LoginPage expired={state.reason === "expired"} />;
  if (state.status === "unreachable") return <Unreachable />;
  return <Starting />;
}

function Unreachable() {
  const { t } = useTranslation("app");
  const session = useSession();
  usePageTitle(t("unreachable.title"));
  useEffect(() => {
    const again = () => void session.start();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [session]);
  return (
    <main className={classes.whole}>
      <EmptyState
        title={t("unreachable.title")}
        text={t("unreachable.text")}
        drawing="offline"
        action={<Button onClick={() => void session.start()}>{t("unreachable.retry")}</Button>}
      />
    </main>
  );
}

/** While it is asked who is signed in; it shows only when that takes long. */
function Starting() {
  const { t } = useTranslation("app");
  return (
    <main className={classes.starting} aria-busy="true">
      <ProductMark size={44} />
      <p>{t("starting")}</p>
    </main>
  );
}
