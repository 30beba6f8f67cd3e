// The words of the page "Receiver".

import { language } from "./i18n.js";

const WORDS = {
  "pt-BR": {
    title: "Receptor", about: "Faz o papel do sistema da empresa. Endereço:", behaviour: "Como responder", check: "Assinatura", requests: "Pedidos recebidos", clear: "Limpar",
    ok: "Receber", okHint: "204, como deve ser", error: "Falhar", errorHint: "503: vem de novo", busy: "Pedir calma", busyHint: "429, Retry-After 10 s", slow: "Demorar", slowHint: "20 s: passa do limite de 15 s", hang: "Desligar", hangHint: "fecha a conexão sem resposta", gone: "Não existe mais", goneHint: "410: o webhook é desativado",
    emptyTitle: "Nada chegou ainda", empty: "Escreva como cliente no telefone: o evento aparece aqui em um instante.", valid: "assinatura confere", invalid: "assinatura não confere", unknown: "não verificada", repeated: "repetido", replay: "reenvio", headers: "Cabeçalhos", body: "Corpo", closed: "desligado",
    secret: "Segredo (whsec_…)", saveSecret: "Usar este segredo", hasSecret: "Um segredo está em uso.", noSecret: "Sem segredo, nada é verificado.", failed: "Não deu certo. Tente de novo.", saved: "Segredo em uso", language: "Idioma", dark: "Tema escuro", light: "Tema claro", phone: "Abrir o telefone", which: "Receptor",
  },
  en: {
    title: "Receiver", about: "It plays the company's own system. Address:", behaviour: "How to answer", check: "Signature", requests: "Requests received", clear: "Clear",
    ok: "Accept", okHint: "204, as it should be", error: "Fail", errorHint: "503: it comes again", busy: "Ask for calm", busyHint: "429, Retry-After 10 s", slow: "Be slow", slowHint: "20 s: beyond the limit of 15 s", hang: "Hang up", hangHint: "closes the connection unanswered", gone: "Be gone", goneHint: "410: the webhook is disabled",
    emptyTitle: "Nothing has arrived yet", empty: "Write as a customer on the phone: the event appears here in a moment.", valid: "signature is right", invalid: "signature is wrong", unknown: "not checked", repeated: "repeated", replay: "replay", headers: "Headers", body: "Body", closed: "hung up",
    secret: "Secret (whsec_…)", saveSecret: "Use this secret", hasSecret: "A secret is in use.", noSecret: "Without a secret nothing is checked.", failed: "That did not work. Try again.", saved: "Secret in use", language: "Language", dark: "Dark theme", light: "Light theme", phone: "Open the phone", which: "Receiver",
  },
  es: {
    title: "Receptor", about: "Hace el papel del sistema de la empresa. Dirección:", behaviour: "Cómo responder", check: "Firma", requests: "Pedidos recibidos", clear: "Limpiar",
    ok: "Recibir", okHint: "204, como debe ser", error: "Fallar", errorHint: "503: llega otra vez", busy: "Pedir calma", busyHint: "429, Retry-After 10 s", slow: "Tardar", slowHint: "20 s: supera el límite de 15 s", hang: "Cortar", hangHint: "cierra la conexión sin respuesta", gone: "Ya no existe", goneHint: "410: el webhook se desactiva",
    emptyTitle: "Todavía no llegó nada", empty: "Escriba como cliente en el teléfono: el evento aparece aquí en un momento.", valid: "firma correcta", invalid: "firma incorrecta", unknown: "no verificada", repeated: "repetido", replay: "reenvío", headers: "Encabezados", body: "Cuerpo", closed: "cortado",
    secret: "Secreto (whsec_…)", saveSecret: "Usar este secreto", hasSecret: "Hay un secreto en uso.", noSecret: "Sin secreto no se verifica nada.", failed: "No funcionó. Inténtelo de nuevo.", saved: "Secreto en uso", language: "Idioma", dark: "Tema oscuro", light: "Tema claro", phone: "Abrir el teléfono", which: "Receptor",
  },
};

/** The words of this key in the language of the page. */
export const w = (name) => WORDS[language()][name];
