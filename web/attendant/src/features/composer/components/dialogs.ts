import type { ComponentType, LazyExoticComponent } from "react";

import { lazyPart } from "@/shared/ui/lazyPart";

import type { DialogProps } from "./dialogProps";

export type DialogName = "template" | "interactive" | "location" | "contact";

/** What is composed in a dialog; each is loaded when it is first opened. */
export const DIALOGS: Record<DialogName, LazyExoticComponent<ComponentType<DialogProps>>> = {
  template: lazyPart(async () => (await import("./template/TemplatesDialog")).TemplatesDialog),
  interactive: lazyPart(async () => (await import("./InteractiveDialog")).InteractiveDialog),
  location: lazyPart(async () => (await import("./LocationDialog")).LocationDialog),
  contact: lazyPart(async () => (await import("./ContactDialog")).ContactDialog),
};

export const ScheduleDialog = lazyPart(async () => (await import("./ScheduleDialog")).ScheduleDialog);
export const VoiceRecorder = lazyPart(async () => (await import("./VoiceRecorder")).VoiceRecorder);
export const EmojiPicker = lazyPart(async () => (await import("./EmojiPanel")).EmojiPanel);
