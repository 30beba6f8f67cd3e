import { useEffect, useState } from "react";

import { ApiProblem, Unanswered } from "@/shared/api/problem";
import { useSession } from "@/shared/session/SessionProvider";

import { rememberEmail } from "../rememberedEmail";

/** What went wrong: a key of the texts. */
export type SignInProblem = "wrong" | "disabled" | "limited" | "offline" | "failed";

const WAIT_SECONDS = 30;

export function signInProblem(error: unknown): SignInProblem {
  if (error instanceof Unanswered) return "offline";
  if (!(error instanceof ApiProblem)) return "failed";
  if (error.status === 403) return "disabled";
  if (error.status === 429) return "limited";
  return error.status === 401 || error.status === 422 ? "wrong" : "failed";
}

/** Signing in; `wait` counts down the seconds until the server takes another try of this e-mail. */
export function useSignIn(email: string) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);
  const [wait, setWait] = useState(0);
  const [limited, setLimited] = useState("");
  const address = email.trim();
  const waiting = wait > 0;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => setWait((left) => Math.max(0, left - 1)), 1000);
    return () => clearInterval(timer);
  }, [waiting]);

  async function signIn(password: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await session.login(address, password);
      rememberEmail(address);
    } catch (error) {
      setProblem(signInProblem(error));
      if (error instanceof ApiProblem && error.status === 429) {
        setLimited(address);
        setWait(Math.ceil(error.retryAfter ?? WAIT_SECONDS));
      }
    } finally {
      setBusy(false);
    }
  }
  return { signIn, busy, problem, wait: address === limited ? wait : 0 };
}
