// State of the page: what the sandbox sends (kept up to date by server-sent events), and what is open.

const BASE = "/sandbox/api";

export class HttpError extends Error {
  constructor(status) { super(`HTTP ${status}`); this.status = status; }
}

export async function call(method, path, body) {
  const form = body instanceof FormData;
  const headers = body && !form ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(BASE + path, { method, headers, body: body && !form ? JSON.stringify(body) : body });
  if (!answer.ok) throw new HttpError(answer.status);
  return answer.status === 204 ? null : answer.json();
}

const key = (company, customer) => `${company} ${customer}`;

/** Where the messages are that the phone shows: below a post those of everybody. */
const placeOf = (company, customer) => key(company, store.companies.get(company)?.post ? "*" : customer);

export const store = {
  companies: new Map(), customers: new Map(), threads: new Map(), messages: new Map(),
  connection: { state: "waiting", problem: null }, switches: {}, lost: false, loaded: false,
  channel: localStorage.getItem("channel") ?? "whatsapp", company: null, customer: null, screen: "list",
};

const listeners = new Set();

/** Call `listener(what, detail)` at every change. */
export const subscribe = (listener) => listeners.add(listener);

export const notify = (what, detail) => listeners.forEach((listener) => listener(what, detail));

export const companiesOf = (channel) => [...store.companies.values()].filter((one) => one.channel === channel);
export const channels = () => [...new Set([...store.companies.values()].map((one) => one.channel))];

/** Whether the phone can do this on the channel of the open company. */
export const can = (feature) => currentCompany()?.features.includes(feature) ?? false;

export const currentCompany = () => store.companies.get(store.company);
export const currentCustomer = () => store.customers.get(store.customer);
export const threadOf = (company, customer) => store.threads.get(key(company, customer));
export const currentThread = () => threadOf(store.company, store.customer);
export const currentMessages = () => [...(store.messages.get(placeOf(store.company, store.customer))?.values() ?? [])];

export async function load() {
  const found = await call("GET", "/state");
  store.companies = new Map(found.companies.map((one) => [one.id, one]));
  store.customers = new Map(found.customers.map((one) => [one.key, one]));
  store.threads = new Map(found.threads.map((one) => [key(one.company, one.customer), one]));
  store.connection = found.connection;
  store.switches = found.switches;
  store.messages.clear();
  store.loaded = true;
  if (!store.companies.has(store.company)) {
    if (!companiesOf(store.channel).length) store.channel = found.companies[0]?.channel ?? "whatsapp";
    store.company = firstCompany();
  }
  if (!store.customers.has(store.customer)) store.customer = null;
  notify("all");
  if (store.customer) await openThread(store.customer, false);
}

export async function openThread(customer, show = true) {
  store.customer = customer;
  if (show) store.screen = "chat";
  const place = placeOf(store.company, customer);
  notify("chosen");
  if (!store.messages.has(place) && store.company) {
    const found = await call("GET", `/threads/${store.company}/${encodeURIComponent(customer)}`);
    const newer = store.messages.get(place) ?? new Map();
    store.messages.set(place, new Map([...found.map((one) => [one.id, one]), ...newer]));
  }
  notify("thread");
  markSeen();
}

/** The company of the open channel that was open last, else its first one. */
function firstCompany() {
  const found = companiesOf(store.channel);
  const kept = found.find((one) => one.name === localStorage.getItem("company"));
  return (kept ?? found[0])?.id ?? null;
}

export function chooseChannel(channel) {
  store.channel = channel;
  localStorage.setItem("channel", channel);
  chooseCompany(firstCompany());
}

export function chooseCompany(company) {
  store.company = company;
  const chosen = store.companies.get(company);
  if (chosen && chosen.channel !== store.channel) store.channel = chosen.channel;
  localStorage.setItem("company", chosen?.name ?? "");
  if (store.customer) openThread(store.customer, false);
  else notify("chosen");
}

export function goToList() {
  store.screen = "list";
  notify("chosen");
}

let seenTimer = 0;

/** Mark the open conversation as read, if it is visible. */
export function markSeen() {
  clearTimeout(seenTimer);
  seenTimer = setTimeout(() => {
    const narrow = matchMedia("(max-width: 759px)").matches;
    const seen = document.visibilityState === "visible" && (!narrow || store.screen === "chat");
    if (seen && currentThread()?.unread) {
      call("POST", "/seen", { company: store.company, customer: store.customer }).catch(() => {});
    }
  }, 250);
}

const handlers = {
  company: (one) => {
    store.companies.set(one.id, one);
    if (one.channel === store.channel) store.company ??= one.id;
    notify("companies");
  },
  customer: (one) => { store.customers.set(one.key, one); notify("customers"); },
  connection: (one) => { store.connection = one; notify("connection"); },
  switches: (one) => { store.switches = one; notify("switches"); },
  thread: (one) => { store.threads.set(key(one.company, one.customer), one); notify("threads"); markSeen(); },
  message: (one) => {
    const place = placeOf(one.company, one.customer);
    store.messages.get(place)?.set(one.id, one);
    if (store.customer && place === placeOf(store.company, store.customer)) notify("message", one);
  },
};

export function followEvents() {
  const source = new EventSource(`${BASE}/events`);
  let opened = false;
  source.onopen = () => {
    store.lost = false;
    notify("connection");
    if (opened) load().catch(() => {});
    opened = true;
  };
  source.onerror = () => { store.lost = true; notify("connection"); };
  source.onmessage = (event) => {
    const { type, value } = JSON.parse(event.data);
    handlers[type]?.(value);
  };
  document.addEventListener("visibilitychange", markSeen);
}
