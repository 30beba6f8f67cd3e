/**
 * What routing says where a company has no text of its own, shown as such. A test compares it with routing's own files
 * (`domain/telling/words.py`, `domain/inactivity/texts.py`, `domain/variables.py`).
 */
import type { Language } from "../api/types";

type Own = Readonly<Record<Language, string>>;

export const POSITION: Own = {
  "pt-BR": 'Você está na posição {{position}} da fila. Espera estimada: {{wait|"ainda não sabemos"}}.',
  en: 'You are number {{position}} in the queue. Estimated wait: {{wait|"not known yet"}}.',
  es: 'Está en la posición {{position}} de la cola. Espera estimada: {{wait|"aún no lo sabemos"}}.',
};

export const OVERDUE: Own = {
  "pt-BR": "Desculpe a demora. Sua conversa continua na fila e vamos responder assim que possível.",
  en: "Sorry for the wait. You are still in the queue, and we will answer as soon as we can.",
  es: "Disculpe la demora. Su conversación sigue en la cola y responderemos lo antes posible.",
};

export const REMINDER: Own = {
  "pt-BR": "Você ainda está aí? Se precisar de algo, é só responder por aqui.",
  en: "Are you still there? If you need anything, just answer here.",
  es: "¿Sigue ahí? Si necesita algo, responda por aquí.",
};

export const CLOSING: Own = {
  "pt-BR": "Encerramos esta conversa porque ficamos sem resposta. Se precisar, é só escrever de novo.",
  en: "We have closed this conversation because we did not hear from you. Just write again if you need us.",
  es: "Cerramos esta conversación porque no recibimos respuesta. Si necesita algo, escriba de nuevo.",
};

/** What variables are shown as in an example, by language. */
export const EXAMPLES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  "pt-BR": { position: "3", wait: "cerca de 10 minutos" },
  en: { position: "3", wait: "about 10 minutes" },
  es: { position: "3", wait: "unos 10 minutos" },
};

/** What every text's variables are shown as in an example. */
export const SAMPLE_VALUES: Readonly<Record<string, string>> = {
  "contact.name": "Ana Souza",
  "contact.first_name": "Ana",
  "conversation.number": "2026-000123",
  "attendant.name": "Bruno Lima",
  "attendant.first_name": "Bruno",
  "channel.name": "Atendimento",
};
