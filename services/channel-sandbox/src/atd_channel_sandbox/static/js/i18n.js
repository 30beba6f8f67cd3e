// The texts of the page: Brazilian Portuguese first, English, Spanish.

const TEXTS = {
  "pt-BR": {
    subtitlePost: "Comente como cliente, à vista de todos", start: "Começar", choose: "Escolher", story: "Story", storyReply: "Responder ao story", storyReplyHint: "com o que está escrito no campo", storyMention: "Mencionar em um story", storyMentionHint: "a empresa recebe a menção", storyWords: "Que lindo! 😍", answeredStory: "Resposta ao story", mentionedStory: "Mencionou a empresa em um story",
    commentPlaceholder: "Comentar como {name}", comment: "{n} comentário", comments: "{n} comentários", noComments: "Ninguém comentou ainda.", publicPost: "público", postPicture: "Foto da publicação", page: "Página", hiddenByPage: "Oculto pela página", goneComment: "Comentário apagado", likedByPage: "A página curtiu", aboutComment: "Sobre o seu comentário",
    channel: "Canal", blocked: "Bloquear a empresa", blockedHint: "O bot é avisado e não consegue mais escrever.", blockedBanner: "Você bloqueou esta empresa. Nada do que ela mandar chega.", attachAlbumHint: "várias de uma vez são um álbum",
    channel_whatsapp: "WhatsApp", channel_telegram: "Telegram", channel_messenger: "Messenger", channel_instagram: "Instagram", channel_facebook: "Comentários",
    connectAnother: "Conectar outra empresa", connectTitle: "Conectar uma empresa", connectIntro: "{name} faz o papel de um número novo. Esta janela é o painel da Meta: copie os dados, conecte no Atendimento e cole aqui o que ele mostrar.",
    connectCopy: "1. Copie para Atendimento › Canais › Conectar", connectPaste: "2. Cole o que o Atendimento mostra depois de conectar", field_phone_number_id: "Identificação do número de telefone", field_business_account_id: "Identificação da conta do WhatsApp Business", field_access_token: "Token de acesso permanente", field_app_secret: "Chave secreta do aplicativo",
    callbackUrl: "URL de callback", verifyToken: "Token de verificação", verifyAndSave: "Verificar e salvar", connectRefused: "O endereço não confirmou o token. Confira os dois campos e tente de novo.", connectDone: "{name} está conectada. Escolha quem escreve.", copyValue: "Copiar {what}", copiedValue: "Copiado: {what}",
    title: "Telefone de teste", subtitle: "Escreva como cliente, pelo {channel}", writeTo: "Escrever para", who: "Quem escreve",
    connectionLoading: "Carregando…", connectionOff: "As empresas são conectadas à mão.", connectionWaiting: "Esperando o Atendimento ficar pronto…",
    connectionConnected: "Empresas conectadas", connectionFailing: "Não foi possível conectar", connectionLost: "Sem contato com a caixa de testes. Tentando de novo…",
    problem_sign_in: "o e-mail ou a senha do administrador não valem", problem_handshake: "o endereço de retorno não respondeu", problem_other: "o Atendimento recusou ({code})", againSoon: "Nova tentativa em instantes.",
    language: "Idioma", themeLight: "Usar cores claras", themeDark: "Usar cores escuras", openPanel: "Rede e defeitos", closePanel: "Fechar", back: "Voltar à lista",
    noMessages: "Nenhuma mensagem ainda", typing: "digitando…", youAre: "Você é {name}", offlineTitle: "Telefone desligado",
    offlineBanner: "Este telefone está sem rede. O que você escrever sai quando ele voltar.", notConnected: "Esta empresa ainda não está conectada. O que você escrever sai quando estiver.",
    windowBanner: "Janela de 24 horas vencida: a empresa só pode mandar modelos. Escreva para abrir de novo.",
    emptyTitle: "Comece a conversa", emptyText: "Você é {name}. Mande a primeira mensagem para {company}.", choosePerson: "Escolha quem escreve", choosePersonText: "Cada pessoa da lista tem o seu telefone.",
    starters_clinica: ["Oi! Queria marcar uma consulta", "Vocês atendem convênio?", "Perdi o resultado do exame"],
    starters_loja: ["Oi, o buquê chega hoje?", "Quero trocar um presente", "Vocês entregam no sábado?"],
    starters_provedor: ["Estou sem internet", "Preciso da segunda via do boleto", "Quero mudar de plano"],
    starters_other: ["Oi!", "Bom dia, tudo bem?", "Pode me ajudar?"],
    messagePlaceholder: "Mensagem", attach: "Anexar", emoji: "Emojis", send: "Enviar", record: "Gravar mensagem de voz", cancel: "Cancelar", stopRecording: "Enviar gravação", recordingNow: "Gravando",
    noMicrophone: "Sem microfone aqui. Use a voz pronta, no botão de anexar.", attachImage: "Foto ou vídeo", attachDocument: "Documento", attachLocation: "Localização", attachContact: "Contato", attachVoice: "Voz pronta", attachVoiceHint: "três segundos, sem microfone",
    attachSticker: "Figurinha", attachOrder: "Pedido", attachUnsupported: "Enquete", attachUnsupportedHint: "um tipo que as empresas não recebem", attachTitle: "O que enviar?",
    locationTitle: "Onde você está?", more: "Opções da mensagem", actions: "Mensagem", react: "Reagir com {emoji}", reply: "Responder", edit: "Editar", erase: "Apagar para todos", copy: "Copiar texto", forward: "Encaminhar para esta conversa",
    replying: "Respondendo a {name}", editing: "Editando", you: "Você", edited: "editada", forwarded: "Encaminhada", gone: "Mensagem apagada", unsupported: "Este tipo de mensagem não é mostrado",
    sentTick_waiting: "esperando a rede", sentTick_sent: "enviada", sentTick_delivered: "entregue", sentTick_read: "lida", sentTick_failed: "não entregue",
    photo: "Foto", video: "Vídeo", audio: "Áudio", voice: "Mensagem de voz", document: "Documento", sticker: "Figurinha", location: "Localização", contacts: "Contato", interactive: "Mensagem com botões", template: "Modelo", order: "Pedido", poll: "Enquete",
    play: "Ouvir", pause: "Pausar", position: "Posição do áudio", openImage: "Abrir a foto", download: "Baixar {name}", externalFile: "arquivo de outro endereço", openMap: "Ver no mapa", shareLocation: "Enviar localização", sharePhone: "Compartilhar meu número",
    chooseOption: "Escolha uma opção", quantity: "{n} un.", today: "Hoje", yesterday: "Ontem", failed: "Não deu certo. Tente de novo.", offlineRefused: "Sem rede, não dá para mudar uma mensagem.", tooLarge: "O arquivo é grande demais.", copied: "Texto copiado", goneFile: "Este arquivo não está mais aqui.",
    panelTitle: "Rede e defeitos", thisPhone: "Este telefone", phoneOnline: "Ligado e com rede", phoneOnlineHint: "Desligado, nada chega e nada sai.", hidePhone: "Esconder o número", hidePhoneHint: "A empresa só vê um identificador (BSUID).",
    thisChat: "Esta conversa", windowExpired: "Janela de 24 horas vencida", windowExpiredHint: "Textos da empresa falham com o erro 131047.", network: "Rede da empresa", answerDelay: "A Meta demora a responder", receiptDelay: "Os recibos demoram", noDelay: "não", seconds: "{n} s",
    duplicates: "Webhooks em dobro", duplicatesHint: "Cada aviso chega duas vezes.", shuffle: "Fora de ordem", shuffleHint: "Avisos próximos chegam embaralhados.", batches: "Em lotes", batchesHint: "Vários avisos em um só envio.",
    nextError: "Próximo erro", nextErrorHint: "Vale uma vez, para a próxima chamada de qualquer empresa.", arm: "Armar", armed: "Armado: {error}",
    error_send_131026: "131026 · não entregue ao cliente", error_send_131047: "131047 · fora da janela", error_send_131049: "131049 · a Meta não entregou", error_send_131056: "131056 · rápido demais para um cliente", error_send_130429: "130429 · rápido demais", error_send_131000: "131000 · erro temporário", error_send_190: "190 · token vencido", error_upload_131053: "Envio de arquivo recusado", error_address_131016: "Arquivo do cliente indisponível", error_download_131016: "Download do arquivo falha",
    places: [["Praça da Sé", "Centro, São Paulo"], ["Parque do Ibirapuera", "Av. Pedro Álvares Cabral, São Paulo"], ["Em casa", "Rua das Laranjeiras, 120, Rio de Janeiro"]],
  },
  en: {
    subtitlePost: "Comment as a customer, for all to see", start: "Get started", choose: "Choose", story: "Story", storyReply: "Reply to the story", storyReplyHint: "with what is in the field", storyMention: "Mention in a story", storyMentionHint: "the company gets the mention", storyWords: "So pretty! 😍", answeredStory: "Reply to the story", mentionedStory: "Mentioned the company in a story",
    commentPlaceholder: "Comment as {name}", comment: "{n} comment", comments: "{n} comments", noComments: "Nobody has commented yet.", publicPost: "public", postPicture: "Picture of the post", page: "Page", hiddenByPage: "Hidden by the page", goneComment: "Comment deleted", likedByPage: "The page likes it", aboutComment: "About your comment",
    channel: "Channel", blocked: "Block the company", blockedHint: "The bot is told, and cannot write any more.", blockedBanner: "You have blocked this company. Nothing that it sends arrives.", attachAlbumHint: "several at once are an album",
    channel_whatsapp: "WhatsApp", channel_telegram: "Telegram", channel_messenger: "Messenger", channel_instagram: "Instagram", channel_facebook: "Comments",
    connectAnother: "Connect another company", connectTitle: "Connect a company", connectIntro: "{name} plays a new number. This window is Meta's dashboard: copy the values, connect in Atendimento, and paste here what it shows.",
    connectCopy: "1. Copy into Atendimento › Channels › Connect", connectPaste: "2. Paste what Atendimento shows once connected", field_phone_number_id: "Phone number ID", field_business_account_id: "WhatsApp Business account ID", field_access_token: "Permanent access token", field_app_secret: "App secret",
    callbackUrl: "Callback URL", verifyToken: "Verify token", verifyAndSave: "Verify and save", connectRefused: "The address did not confirm the token. Check both fields and try again.", connectDone: "{name} is connected. Choose who writes.", copyValue: "Copy {what}", copiedValue: "Copied: {what}",
    title: "Test phone", subtitle: "Write as a customer, over {channel}", writeTo: "Write to", who: "Who writes",
    connectionLoading: "Loading…", connectionOff: "The companies are connected by hand.", connectionWaiting: "Waiting for Atendimento to be ready…", connectionConnected: "Companies connected", connectionFailing: "Could not connect", connectionLost: "No contact with the sandbox. Trying again…",
    problem_sign_in: "the administrator's e-mail or password is wrong", problem_handshake: "the callback did not answer", problem_other: "Atendimento refused ({code})", againSoon: "It is tried again shortly.",
    language: "Language", themeLight: "Use light colours", themeDark: "Use dark colours", openPanel: "Network and faults", closePanel: "Close", back: "Back to the list", noMessages: "No messages yet", typing: "typing…", youAre: "You are {name}", offlineTitle: "Phone is off",
    offlineBanner: "This phone has no network. What you write goes out when it is back.", notConnected: "This company is not connected yet. What you write goes out when it is.", windowBanner: "The 24 hours are over: the company may send templates only. Write to open it again.",
    emptyTitle: "Start the conversation", emptyText: "You are {name}. Send the first message to {company}.", choosePerson: "Choose who writes", choosePersonText: "Each person in the list has a phone.",
    starters_clinica: ["Hi! I would like an appointment", "Do you take insurance?", "I lost my test results"], starters_loja: ["Hi, will the flowers come today?", "I want to exchange a gift", "Do you deliver on Saturday?"], starters_provedor: ["My internet is down", "I need my bill again", "I want another plan"], starters_other: ["Hi!", "Good morning", "Can you help me?"],
    messagePlaceholder: "Message", attach: "Attach", emoji: "Emoji", send: "Send", record: "Record a voice message", cancel: "Cancel", stopRecording: "Send recording", recordingNow: "Recording", noMicrophone: "No microphone here. Use the ready voice, under attach.",
    attachImage: "Photo or video", attachDocument: "Document", attachLocation: "Location", attachContact: "Contact", attachVoice: "Ready voice", attachVoiceHint: "three seconds, no microphone", attachSticker: "Sticker", attachOrder: "Order", attachUnsupported: "Poll", attachUnsupportedHint: "a kind that companies do not get", attachTitle: "What to send?",
    locationTitle: "Where are you?", more: "Message options", actions: "Message", react: "React with {emoji}", reply: "Reply", edit: "Edit", erase: "Delete for everyone", copy: "Copy text", forward: "Forward into this chat", replying: "Replying to {name}", editing: "Editing", you: "You", edited: "edited", forwarded: "Forwarded", gone: "Message deleted", unsupported: "This kind of message is not shown",
    sentTick_waiting: "waiting for network", sentTick_sent: "sent", sentTick_delivered: "delivered", sentTick_read: "read", sentTick_failed: "not delivered", photo: "Photo", video: "Video", audio: "Audio", voice: "Voice message", document: "Document", sticker: "Sticker", location: "Location", contacts: "Contact", interactive: "Message with buttons", template: "Template", order: "Order", poll: "Poll",
    play: "Play", pause: "Pause", position: "Audio position", openImage: "Open the photo", download: "Download {name}", externalFile: "file at another address", openMap: "See on the map", shareLocation: "Send location", sharePhone: "Share my number", chooseOption: "Choose an option", quantity: "{n} pcs", today: "Today", yesterday: "Yesterday", failed: "That did not work. Try again.", offlineRefused: "Without network a message cannot be changed.", tooLarge: "The file is too large.", copied: "Text copied", goneFile: "This file is not here any more.",
    panelTitle: "Network and faults", thisPhone: "This phone", phoneOnline: "On, with network", phoneOnlineHint: "When off, nothing comes and nothing goes.", hidePhone: "Hide the number", hidePhoneHint: "The company sees an identifier only (BSUID).", thisChat: "This conversation", windowExpired: "The 24 hours are over", windowExpiredHint: "The company's texts fail with error 131047.", network: "The company's network", answerDelay: "Meta answers slowly", receiptDelay: "Receipts are late", noDelay: "no", seconds: "{n} s",
    duplicates: "Webhooks twice", duplicatesHint: "Every notice comes two times.", shuffle: "Out of order", shuffleHint: "Notices close together are shuffled.", batches: "In batches", batchesHint: "Several notices in one request.", nextError: "Next error", nextErrorHint: "Once, for the next call of any company.", arm: "Arm", armed: "Armed: {error}",
    error_send_131026: "131026 · not delivered to the customer", error_send_131047: "131047 · outside the window", error_send_131049: "131049 · Meta chose not to deliver", error_send_131056: "131056 · too fast for one customer", error_send_130429: "130429 · too fast", error_send_131000: "131000 · temporary error", error_send_190: "190 · token expired", error_upload_131053: "Upload of a file refused", error_address_131016: "Customer's file unavailable", error_download_131016: "Download of the file fails",
    places: [["Praça da Sé", "Centro, São Paulo"], ["Ibirapuera Park", "Av. Pedro Álvares Cabral, São Paulo"], ["At home", "Rua das Laranjeiras, 120, Rio de Janeiro"]],
  },
  es: {
    subtitlePost: "Comente como cliente, a la vista de todos", start: "Empezar", choose: "Elegir", story: "Historia", storyReply: "Responder a la historia", storyReplyHint: "con lo que está escrito en el campo", storyMention: "Mencionar en una historia", storyMentionHint: "la empresa recibe la mención", storyWords: "¡Qué lindo! 😍", answeredStory: "Respuesta a la historia", mentionedStory: "Mencionó a la empresa en una historia",
    commentPlaceholder: "Comentar como {name}", comment: "{n} comentario", comments: "{n} comentarios", noComments: "Nadie ha comentado todavía.", publicPost: "público", postPicture: "Foto de la publicación", page: "Página", hiddenByPage: "Ocultado por la página", goneComment: "Comentario eliminado", likedByPage: "A la página le gusta", aboutComment: "Sobre su comentario",
    channel: "Canal", blocked: "Bloquear a la empresa", blockedHint: "El bot recibe el aviso y ya no puede escribir.", blockedBanner: "Ha bloqueado a esta empresa. No llega nada de lo que envíe.", attachAlbumHint: "varias a la vez son un álbum",
    channel_whatsapp: "WhatsApp", channel_telegram: "Telegram", channel_messenger: "Messenger", channel_instagram: "Instagram", channel_facebook: "Comentarios",
    connectAnother: "Conectar otra empresa", connectTitle: "Conectar una empresa", connectIntro: "{name} hace de número nuevo. Esta ventana es el panel de Meta: copie los datos, conecte en Atendimento y pegue aquí lo que muestre.",
    connectCopy: "1. Copie en Atendimento › Canales › Conectar", connectPaste: "2. Pegue lo que Atendimento muestra al conectar", field_phone_number_id: "Identificador del número de teléfono", field_business_account_id: "Identificador de la cuenta de WhatsApp Business", field_access_token: "Token de acceso permanente", field_app_secret: "Clave secreta de la aplicación",
    callbackUrl: "URL de devolución de llamada", verifyToken: "Token de verificación", verifyAndSave: "Verificar y guardar", connectRefused: "La dirección no confirmó el token. Revise los dos campos e inténtelo de nuevo.", connectDone: "{name} está conectada. Elija quién escribe.", copyValue: "Copiar {what}", copiedValue: "Copiado: {what}",
    title: "Teléfono de prueba", subtitle: "Escriba como cliente, por {channel}", writeTo: "Escribir a", who: "Quién escribe",
    connectionLoading: "Cargando…", connectionOff: "Las empresas se conectan a mano.", connectionWaiting: "Esperando a que Atendimento esté listo…", connectionConnected: "Empresas conectadas", connectionFailing: "No se pudo conectar", connectionLost: "Sin contacto con la caja de pruebas. Intentando de nuevo…",
    problem_sign_in: "el correo o la contraseña del administrador no valen", problem_handshake: "la dirección de retorno no respondió", problem_other: "Atendimento lo rechazó ({code})", againSoon: "Se intentará de nuevo en breve.",
    language: "Idioma", themeLight: "Usar colores claros", themeDark: "Usar colores oscuros", openPanel: "Red y fallos", closePanel: "Cerrar", back: "Volver a la lista", noMessages: "Aún no hay mensajes", typing: "escribiendo…", youAre: "Usted es {name}", offlineTitle: "Teléfono apagado",
    offlineBanner: "Este teléfono no tiene red. Lo que escriba saldrá cuando vuelva.", notConnected: "Esta empresa aún no está conectada. Lo que escriba saldrá cuando lo esté.", windowBanner: "Pasaron las 24 horas: la empresa solo puede enviar plantillas. Escriba para abrir de nuevo.",
    emptyTitle: "Empiece la conversación", emptyText: "Usted es {name}. Envíe el primer mensaje a {company}.", choosePerson: "Elija quién escribe", choosePersonText: "Cada persona de la lista tiene su teléfono.",
    starters_clinica: ["¡Hola! Quiero pedir una cita", "¿Aceptan seguro?", "Perdí el resultado del examen"], starters_loja: ["Hola, ¿llega hoy el ramo?", "Quiero cambiar un regalo", "¿Entregan el sábado?"], starters_provedor: ["No tengo internet", "Necesito la factura otra vez", "Quiero cambiar de plan"], starters_other: ["¡Hola!", "Buenos días", "¿Me puede ayudar?"],
    messagePlaceholder: "Mensaje", attach: "Adjuntar", emoji: "Emojis", send: "Enviar", record: "Grabar mensaje de voz", cancel: "Cancelar", stopRecording: "Enviar grabación", recordingNow: "Grabando", noMicrophone: "Aquí no hay micrófono. Use la voz lista, en adjuntar.",
    attachImage: "Foto o vídeo", attachDocument: "Documento", attachLocation: "Ubicación", attachContact: "Contacto", attachVoice: "Voz lista", attachVoiceHint: "tres segundos, sin micrófono", attachSticker: "Sticker", attachOrder: "Pedido", attachUnsupported: "Encuesta", attachUnsupportedHint: "un tipo que las empresas no reciben", attachTitle: "¿Qué enviar?",
    locationTitle: "¿Dónde está?", more: "Opciones del mensaje", actions: "Mensaje", react: "Reaccionar con {emoji}", reply: "Responder", edit: "Editar", erase: "Borrar para todos", copy: "Copiar texto", forward: "Reenviar a esta conversación", replying: "Respondiendo a {name}", editing: "Editando", you: "Usted", edited: "editado", forwarded: "Reenviado", gone: "Mensaje borrado", unsupported: "Este tipo de mensaje no se muestra",
    sentTick_waiting: "esperando la red", sentTick_sent: "enviado", sentTick_delivered: "entregado", sentTick_read: "leído", sentTick_failed: "no entregado", photo: "Foto", video: "Vídeo", audio: "Audio", voice: "Mensaje de voz", document: "Documento", sticker: "Sticker", location: "Ubicación", contacts: "Contacto", interactive: "Mensaje con botones", template: "Plantilla", order: "Pedido", poll: "Encuesta",
    play: "Escuchar", pause: "Pausar", position: "Posición del audio", openImage: "Abrir la foto", download: "Descargar {name}", externalFile: "archivo de otra dirección", openMap: "Ver en el mapa", shareLocation: "Enviar ubicación", sharePhone: "Compartir mi número", chooseOption: "Elija una opción", quantity: "{n} u.", today: "Hoy", yesterday: "Ayer", failed: "No funcionó. Inténtelo de nuevo.", offlineRefused: "Sin red no se puede cambiar un mensaje.", tooLarge: "El archivo es demasiado grande.", copied: "Texto copiado", goneFile: "Este archivo ya no está aquí.",
    panelTitle: "Red y fallos", thisPhone: "Este teléfono", phoneOnline: "Encendido y con red", phoneOnlineHint: "Apagado, nada llega y nada sale.", hidePhone: "Ocultar el número", hidePhoneHint: "La empresa solo ve un identificador (BSUID).", thisChat: "Esta conversación", windowExpired: "Pasaron las 24 horas", windowExpiredHint: "Los textos de la empresa fallan con el error 131047.", network: "Red de la empresa", answerDelay: "Meta tarda en responder", receiptDelay: "Los recibos tardan", noDelay: "no", seconds: "{n} s",
    duplicates: "Webhooks dobles", duplicatesHint: "Cada aviso llega dos veces.", shuffle: "Fuera de orden", shuffleHint: "Los avisos cercanos llegan mezclados.", batches: "En lotes", batchesHint: "Varios avisos en un solo envío.", nextError: "Próximo error", nextErrorHint: "Vale una vez, para la próxima llamada de cualquier empresa.", arm: "Armar", armed: "Armado: {error}",
    error_send_131026: "131026 · no entregado al cliente", error_send_131047: "131047 · fuera de la ventana", error_send_131049: "131049 · Meta no lo entregó", error_send_131056: "131056 · demasiado rápido para un cliente", error_send_130429: "130429 · demasiado rápido", error_send_131000: "131000 · error temporal", error_send_190: "190 · token vencido", error_upload_131053: "Subida de archivo rechazada", error_address_131016: "Archivo del cliente no disponible", error_download_131016: "Falla la descarga del archivo",
    places: [["Praça da Sé", "Centro, São Paulo"], ["Parque de Ibirapuera", "Av. Pedro Álvares Cabral, São Paulo"], ["En casa", "Rua das Laranjeiras, 120, Rio de Janeiro"]],
  },
};

export const LANGUAGES = [["pt-BR", "Português"], ["en", "English"], ["es", "Español"]];

function first() {
  const kept = localStorage.getItem("language");
  if (kept in TEXTS) return kept;
  const wanted = navigator.language.slice(0, 2);
  return wanted === "es" || wanted === "en" ? wanted : "pt-BR";
}

let current = first();

export const language = () => current;

export function setLanguage(name) {
  current = name;
  localStorage.setItem("language", name);
  document.documentElement.lang = name;
}

/** The text of this key; `{x}` in it is replaced by `values.x`. */
export function t(name, values = {}) {
  const found = TEXTS[current][name] ?? TEXTS["pt-BR"][name] ?? name;
  if (typeof found !== "string") return found;
  return found.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export const clock = (at) => new Date(at).toLocaleTimeString(current, { hour: "2-digit", minute: "2-digit" });

export function day(at) {
  const date = new Date(at), now = new Date();
  const days = Math.round((new Date(now.toDateString()) - new Date(date.toDateString())) / 86400000);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  return date.toLocaleDateString(current, { day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined });
}

export function size(bytes) {
  const units = ["B", "kB", "MB"];
  let value = bytes, unit = 0;
  while (value >= 1000 && unit < 2) { value /= 1000; unit += 1; }
  return `${value.toLocaleString(current, { maximumFractionDigits: value < 10 && unit ? 1 : 0 })} ${units[unit]}`;
}
