import { expect, test } from "vitest";

import { knownScript, styleNonce, textWithoutMarkup } from "@/shared/security/contentPolicy";

test.each([":root{--a: 1px}", "@media (width <= 48em){.a>.b{color:red}}", "a < b", "", "<3"])(
  "styles and plain text may be written: %s",
  (text) => {
    expect(textWithoutMarkup(text)).toBe(text);
  },
);

test.each([
  "<img src=x onerror=alert(1)>",
  "a</style><script>x</script>",
  "<!-- -->",
  "<svg/onload=x>",
  "<?x?>",
  "<A b>",
])("markup may not: %s", (text) => {
  expect(textWithoutMarkup(text)).toBeNull();
});

test("the service worker is the only script that is started by its address", () => {
  expect(knownScript("/sw.js")).toBe("/sw.js");
  expect(knownScript(`${location.origin}/sw.js`)).toBe(`${location.origin}/sw.js`);
  expect(knownScript("/api/v1/attachments/1/content")).toBeNull();
  expect(knownScript("https://evil.test/sw.js")).toBeNull();
  expect(knownScript("data:text/javascript,x")).toBeNull();
});

test("the nonce is the one of the loaded page", () => {
  expect(styleNonce()).toBe("");
  const meta = document.createElement("meta");
  meta.setAttribute("property", "csp-nonce");
  meta.nonce = "n0";
  document.head.append(meta);
  expect(styleNonce()).toBe("n0");
  meta.remove();
});
