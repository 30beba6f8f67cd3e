/**
 * The client's side of the page's Content-Security-Policy (docs/adr/0020): what may become HTML or a script's address,
 * and the nonce by which `<style>` elements are let in. Imported before everything else.
 */

/** Names of scripts that may be started by their address: the service worker. */
const SCRIPTS: readonly string[] = ["/sw.js"];

/** The text, if it cannot become markup; else null, which the browser answers with an error. */
export function textWithoutMarkup(text: string): string | null {
  return /<[a-z!/?]/i.test(text) ? null : text;
}

/** The address, if it is that of a script which may be started. */
export function knownScript(address: string): string | null {
  const { origin, pathname } = new URL(address, location.href);
  return origin === location.origin && SCRIPTS.includes(pathname) ? address : null;
}

/** The nonce of the page that was loaded; empty where the gateway did not serve it (the development server). */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

interface TrustedTypes {
  createPolicy: (
    name: string,
    rules: { createHTML: (text: string) => string | null; createScriptURL: (address: string) => string | null },
  ) => unknown;
}

/** React writes the text of `<style>` elements through innerHTML: text without a tag passes, markup does not. */
function keepPolicy() {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", { createHTML: textWithoutMarkup, createScriptURL: knownScript });
  // Where the library that locks scrolling behind dialogs (get-nonce) looks for the nonce of its styles.
  (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = styleNonce();
}

keepPolicy();
