// Builds elements from data. Text is always set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `props` are attributes, `on` listeners, `class` the class; children are nodes, texts or nothing. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const PATHS = {
  back: ["M15 5l-7 7 7 7"],
  close: ["M6 6l12 12M18 6L6 18"],
  sliders: ["M4 7h9M17 7h3M4 17h3M11 17h9", "M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z"],
  more: ["M12 5.500v.01M12 12v.01M12 18.500v.01"],
  plus: ["M12 5v14M5 12h14"],
  smile: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M8.500 14.500c1 1.300 2.200 2 3.500 2s2.500-.7 3.500-2M9 9.500v.01M15 9.500v.01"],
  mic: ["M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 0 0-7 0v5A3.500 3.500 0 0 0 12 15Z", "M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3"],
  send: ["M4.500 12L20 4.500 15.500 20l-3.500-6.500L4.500 12ZM12 13.500L20 4.500"],
  image: ["M5 4.500h14a1.500 1.500 0 0 1 1.500 1.500v12a1.500 1.500 0 0 1-1.500 1.500H5A1.500 1.500 0 0 1 3.500 18V6A1.500 1.500 0 0 1 5 4.500Z", "M4 16.500l4.500-4.500 4 4 3-3 4.500 4M15.500 9v.01"],
  document: ["M7 3.500h7l4.500 4.500V19A1.500 1.500 0 0 1 17 20.500H7A1.500 1.500 0 0 1 5.500 19V5A1.500 1.500 0 0 1 7 3.500Z", "M13.500 3.500V8.500h5M9 13h6M9 16.500h4"],
  pin: ["M12 21c4.500-4.600 7-8 7-11a7 7 0 1 0-14 0c0 3 2.500 6.400 7 11Z", "M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z"],
  person: ["M12 11.500a3.750 3.750 0 1 0 0-7.500 3.750 3.750 0 0 0 0 7.500Z", "M4.500 20c.8-3.700 3.700-5.500 7.500-5.500s6.700 1.800 7.500 5.500"],
  sticker: ["M5.500 4h13A1.500 1.500 0 0 1 20 5.500V14l-6 6H5.500A1.500 1.500 0 0 1 4 18.500v-13A1.500 1.500 0 0 1 5.500 4Z", "M20 14h-4.500A1.500 1.500 0 0 0 14 15.500V20"],
  bag: ["M6 8h12l1 12H5L6 8Z", "M9 8V7a3 3 0 0 1 6 0v1"],
  question: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M9.500 9.500A2.500 2.500 0 1 1 12 12.500v1M12 16.800v.01"],
  reply: ["M10 6L4.500 11.500 10 17", "M5 11.500h8.500c3.500 0 6 2 6 6"],
  edit: ["M4.500 19.500l1-4L16 5l3 3L8.500 18.500l-4 1Z"],
  trash: ["M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7"],
  copy: ["M9 8.500h9.500v11H9zM6 15.500H5v-11h9.500v1"],
  forward: ["M14 6l5.500 5.500L14 17", "M19 11.500h-8.500c-3.500 0-6 2-6 6"],
  play: ["M8 5.500v13l11-6.500z"],
  pause: ["M7.500 5.500h3.200v13H7.500zM13.300 5.500h3.200v13h-3.200z"],
  link: ["M10 14l4-4M8.500 12L6 14.500a3.200 3.200 0 0 0 4.500 4.500l2.500-2.500M15.500 12L18 9.500A3.200 3.200 0 0 0 13.500 5L11 7.500"],
  list: ["M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500v.01M4.500 12v.01M4.500 17.500v.01"],
  download: ["M12 4v11M7 10.500l5 5 5-5M5 20h14"],
  sun: ["M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Z", "M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400"],
  moon: ["M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z"],
  signal: ["M4 18v-2M9 18v-5M14 18V9M19 18V5"],
  battery: ["M3.500 8.500h14.500v7H3.500zM20.500 11v2", "M5.500 10.500h8v3h-8z"],
  plane: ["M5 5l14 14M4 10c1.900-1.800 4-2.900 6.200-3.300M14.500 6.800c2 .5 3.800 1.600 5.500 3.200M7 13.200c.9-.9 1.900-1.500 2.900-1.900M9.700 16.300c1.500-1.400 3.100-1.400 4.600 0M12 19.500v.01"],
  check: ["M5 12.500l4.500 4.500L19 7"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7.500V12l3 2"],
  block: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M6 6l12 12"],
  clinic: ["M9.500 4h5v5.500H20v5h-5.500V20h-5v-5.500H4v-5h5.500z"],
  flower: ["M12 14.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z", "M12 9.800c-2.700-2.200-2.700-6 0-6.300 2.700.3 2.700 4.100 0 6.300ZM12 14.200c-2.700 2.200-2.700 6 0 6.300 2.700-.3 2.700-4.100 0-6.300ZM9.800 12c-2.200-2.700-6-2.700-6.300 0 .3 2.700 4.100 2.700 6.300 0ZM14.200 12c2.200-2.700 6-2.700 6.300 0-.3 2.700-4.100 2.700-6.300 0Z"],
  network: ["M4 10c4.800-4.700 11.200-4.700 16 0M7 13.200c3-3 7-3 10 0M9.700 16.300c1.500-1.400 3.100-1.400 4.600 0M12 19.500v.01"],
  whatsapp: ["M4.500 19.500l1.200-4.200A8 8 0 1 1 8.700 18.300Z", "M9 9.200c.2 3 2.800 5.600 5.800 5.800l.9-1.600-2-1-.9.900c-1-.4-1.700-1.100-2.100-2.100l.9-.9-1-2Z"],
  telegram: ["M3.500 11.500L20.500 4.500 17.500 19.500 11.500 15.200 8.800 18 8.500 13.300Z", "M8.500 13.300L20.500 4.500 11.500 15.200"],
  messenger: ["M12 4c4.700 0 8.500 3.400 8.500 7.600s-3.800 7.600-8.500 7.600c-.9 0-1.800-.1-2.600-.4L6 20.500v-3.300c-1.600-1.400-2.500-3.400-2.500-5.600C3.500 7.400 7.300 4 12 4Z", "M7.500 13.500l3-3.200 2.500 2 3.500-3"],
  instagram: ["M8 4h8a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4Z", "M12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM16.500 7.500v.01"],
  facebook: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M11.500 20.800V11c0-1.800 1-2.800 2.800-2.800h1.200M9 13h5.500"],
  building: ["M6 20.500v-16h9v16M15 9h3.500v11.500M4 20.500h16.500M9 8h3M9 11.500h3M9 15h3"],
};

export function icon(name) {
  const made = svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" });
  made.append(...(PATHS[name] ?? PATHS.question).map((d) => svg("path", { d })));
  return made;
}

const TICKS = {
  waiting: ["M10 13.500a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM10 6v2.700l1.800 1.200"],
  sent: ["M5.500 8.800l3 3 6-7.300"],
  delivered: ["M2.500 8.800l3 3 6-7.300", "M8.800 10.800l1 1 6-7.300"],
  read: ["M2.500 8.800l3 3 6-7.300", "M8.800 10.800l1 1 6-7.300"],
  failed: ["M10 3.500v6M10 12.700v.01"],
};

/** The status icon of a message, with a label for screen readers. */
export function tick(status, label) {
  const made = svg("svg", { class: `tick ${status}`, viewBox: "0 0 19 15", role: "img", "aria-label": label });
  made.dataset.status = status;
  made.append(svg("title", {}, label), ...(TICKS[status] ?? []).map((d) => svg("path", { d })));
  return made;
}

/** A drawing that looks like a map, the same for the same coordinates; it is not a real map. */
export function map(latitude, longitude) {
  const seed = Math.abs(Math.round((latitude * 7919 + longitude * 104729) * 100));
  const at = (step, from, span) => from + (((seed >> step) ^ (seed * (step + 3))) >>> 0) % span;
  return svg(
    "svg", { viewBox: "0 0 256 128", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" },
    svg("path", { class: "map-land", d: "M0 0h256v128H0z" }),
    svg("path", { class: "map-water", d: `M0 ${at(1, 78, 30)}C60 ${at(2, 66, 40)} 110 ${at(3, 96, 30)} 150 128H0z` }),
    svg("rect", { class: "map-park", x: at(4, 150, 40), y: at(5, 10, 26), width: 58, height: 40, rx: 8 }),
    svg("path", { class: "map-road", "stroke-width": 9, d: `M-5 ${at(6, 24, 30)}L262 ${at(7, 50, 40)}` }),
    svg("path", { class: "map-road", "stroke-width": 6, d: `M${at(8, 40, 50)} -4L${at(9, 70, 60)} 134M${at(2, 170, 40)} -4L${at(3, 150, 60)} 134` }),
    svg("path", { class: "map-road", "stroke-width": 3, d: `M0 ${at(5, 6, 16)}L256 ${at(1, 4, 30)}M0 ${at(4, 92, 18)}L256 ${at(6, 98, 24)}` }),
    svg("path", { class: "map-pin", d: "M128 84c15-16 23-26 23-37a23 23 0 1 0-46 0c0 11 8 21 23 37Z" }),
    svg("circle", { cx: 128, cy: 46, r: 8, fill: "#fff" }),
  );
}

/** Initials of at most two words. */
export function initials(name) {
  const words = name.replace(/^\+/, "").split(/\s+/).filter((word) => !/^(de|da|do|das|dos|e)$/i.test(word));
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0]?.toLocaleUpperCase() ?? "").join("");
}

export function tone(key) {
  let sum = 2166136261;
  for (const letter of key) sum = Math.imul(sum ^ letter.codePointAt(0), 16777619) >>> 0;
  return (sum >>> 7) % 8;
}

export function avatar(person, small = false) {
  return h("span", { class: `avatar tone-${tone(person.key)}${small ? " small" : ""}`, "aria-hidden": "true" }, initials(person.name));
}

const EMBLEMS = [[/cl[íi]nica|sa[úu]de/i, "clinic", 3], [/loja|flor/i, "flower", 2], [/provedor|internet|veloz/i, "network", 1]];

export function emblem(company) {
  const [, name, colour] = EMBLEMS.find(([pattern]) => pattern.test(company.name)) ?? [null, "building", 5];
  return h("span", { class: `avatar small tone-${colour}`, "aria-hidden": "true" }, icon(name));
}
