import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Imports go one way: shared <- features <- app. A feature is used through its `index.ts` alone. */
const aboveShared = {
  group: ["@/features/*", "@/features/**", "@/app/*", "@/app/**"],
  message: "shared imports neither features nor app",
};
const aboveFeatures = { group: ["@/app/*", "@/app/**"], message: "features do not import app" };
const insides = { group: ["@/features/*/*", "@/features/*/**"], message: "use the feature's index.ts" };
const climbing = { group: ["../../../*", "../../../**"], message: "use @/ for what is outside the feature" };

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/shared/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
      globals: globals.browser,
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // A fifth of the time of all rules: there are no enums, and what a class must have is checked by the compiler.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-console": "error",
      "no-restricted-imports": ["error", { patterns: [insides, climbing] }],
      eqeqeq: "error",
    },
  },
  { files: ["src/shared/**"], rules: { "no-restricted-imports": ["error", { patterns: [aboveShared, climbing] }] } },
  {
    files: ["src/features/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [aboveFeatures, insides, climbing] }] },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["scripts/**"], languageOptions: { globals: globals.node }, rules: { "no-console": "off" } },
);
