/** Makes `t` refuse keys that pt-BR does not have. A new namespace is named here. */
import "i18next";

import type app from "./locales/pt-BR/app.json";
import type assign from "./locales/pt-BR/assign.json";
import type attendants from "./locales/pt-BR/attendants.json";
import type audit from "./locales/pt-BR/audit.json";
import type automatic from "./locales/pt-BR/automatic.json";
import type auth from "./locales/pt-BR/auth.json";
import type channels from "./locales/pt-BR/channels.json";
import type customer from "./locales/pt-BR/customer.json";
import type deliveries from "./locales/pt-BR/deliveries.json";
import type desk from "./locales/pt-BR/desk.json";
import type distribution from "./locales/pt-BR/distribution.json";
import type fields from "./locales/pt-BR/fields.json";
import type guide from "./locales/pt-BR/guide.json";
import type hours from "./locales/pt-BR/hours.json";
import type inbox from "./locales/pt-BR/inbox.json";
import type papers from "./locales/pt-BR/papers.json";
import type live from "./locales/pt-BR/live.json";
import type marks from "./locales/pt-BR/marks.json";
import type presence from "./locales/pt-BR/presence.json";
import type privacy from "./locales/pt-BR/privacy.json";
import type queue from "./locales/pt-BR/queue.json";
import type replies from "./locales/pt-BR/replies.json";
import type ratings from "./locales/pt-BR/ratings.json";
import type routing from "./locales/pt-BR/routing.json";
import type rules from "./locales/pt-BR/rules.json";
import type sandbox from "./locales/pt-BR/sandbox.json";
import type composer from "./locales/pt-BR/composer.json";
import type search from "./locales/pt-BR/search.json";
import type settings from "./locales/pt-BR/settings.json";
import type transfer from "./locales/pt-BR/transfer.json";
import type unsent from "./locales/pt-BR/unsent.json";
import type storage from "./locales/pt-BR/storage.json";
import type targets from "./locales/pt-BR/targets.json";
import type teams from "./locales/pt-BR/teams.json";
import type thread from "./locales/pt-BR/thread.json";
import type webhooks from "./locales/pt-BR/webhooks.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: {
      app: typeof app;
      assign: typeof assign;
      audit: typeof audit;
      attendants: typeof attendants;
      auth: typeof auth;
      automatic: typeof automatic;
      channels: typeof channels;
      customer: typeof customer;
      deliveries: typeof deliveries;
      desk: typeof desk;
      distribution: typeof distribution;
      fields: typeof fields;
      guide: typeof guide;
      ratings: typeof ratings;
      hours: typeof hours;
      inbox: typeof inbox;
      papers: typeof papers;
      live: typeof live;
      marks: typeof marks;
      presence: typeof presence;
      privacy: typeof privacy;
      queue: typeof queue;
      replies: typeof replies;
      routing: typeof routing;
      rules: typeof rules;
      sandbox: typeof sandbox;
      composer: typeof composer;
      search: typeof search;
      settings: typeof settings;
      storage: typeof storage;
      targets: typeof targets;
      teams: typeof teams;
      thread: typeof thread;
      transfer: typeof transfer;
      unsent: typeof unsent;
      webhooks: typeof webhooks;
    };
  }
}
