"""What each type of event means, in words for the people who choose among them."""

from collections.abc import Mapping

DESCRIPTIONS: Mapping[str, tuple[str, str, str]] = {
    "attendant.away": ("Um atendente fez uma pausa.", "An attendant took a break.", "Un agente hizo una pausa."),
    "attendant.busy": (
        "Um atendente ficou ocupado.",
        "An attendant became busy.",
        "Un agente pasó a estar ocupado.",
    ),
    "attendant.offline": ("Um atendente saiu.", "An attendant went offline.", "Un agente se desconectó."),
    "attendant.online": (
        "Um atendente ficou disponível.",
        "An attendant became available.",
        "Un agente pasó a estar disponible.",
    ),
    "attendant.updated": (
        "Os dados de um atendente mudaram.",
        "An attendant's details changed.",
        "Los datos de un agente cambiaron.",
    ),
    "contact.created": (
        "Um novo cliente foi cadastrado.",
        "A new customer was created.",
        "Se registró un nuevo cliente.",
    ),
    "contact.erased": (
        "Os dados de um cliente foram apagados; é o último evento dele.",
        "A customer's data was erased; it is their last event.",
        "Se borraron los datos de un cliente; es su último evento.",
    ),
    "contact.labelled": (
        "Um cliente recebeu uma etiqueta.",
        "A label was put on a customer.",
        "Un cliente recibió una etiqueta.",
    ),
    "contact.merged": (
        "Dois cadastros do mesmo cliente foram unidos.",
        "Two records of the same customer were merged.",
        "Se unieron dos registros del mismo cliente.",
    ),
    "contact.unlabelled": (
        "Uma etiqueta foi tirada de um cliente.",
        "A label was removed from a customer.",
        "Se quitó una etiqueta de un cliente.",
    ),
    "contact.unmerged": (
        "A união de dois cadastros foi desfeita.",
        "A merge of two customers was undone.",
        "Se deshizo la unión de dos registros.",
    ),
    "contact.updated": (
        "Os dados de um cliente mudaram.",
        "A customer's details changed.",
        "Los datos de un cliente cambiaron.",
    ),
    "conversation.assigned": (
        "Uma conversa foi atribuída a um atendente.",
        "A conversation was assigned to an attendant.",
        "Una conversación se asignó a un agente.",
    ),
    "conversation.classified": (
        "O tipo de uma conversa foi escolhido ou mudou.",
        "A conversation's type was chosen or changed.",
        "Se eligió o cambió el tipo de una conversación.",
    ),
    "conversation.closed": (
        "Uma conversa foi encerrada.",
        "A conversation was closed.",
        "Se cerró una conversación.",
    ),
    "conversation.opened": (
        "Uma conversa começou.",
        "A conversation was opened.",
        "Comenzó una conversación.",
    ),
    "conversation.queued": (
        "Uma conversa passou a esperar na fila de outra equipe.",
        "A conversation now waits in another team's queue.",
        "Una conversación pasó a esperar en la cola de otro equipo.",
    ),
    "conversation.rated": (
        "O cliente avaliou o atendimento, ou corrigiu a avaliação.",
        "The customer rated the conversation, or corrected the rating.",
        "El cliente calificó la atención, o corrigió la calificación.",
    ),
    "conversation.reopened": (
        "Uma conversa encerrada foi reaberta.",
        "A closed conversation was reopened.",
        "Se reabrió una conversación cerrada.",
    ),
    "conversation.scheduled": (
        "Uma mensagem da conversa foi agendada, alterada, enviada ou cancelada.",
        "A message of the conversation was scheduled, changed, sent or cancelled.",
        "Un mensaje de la conversación se programó, cambió, envió o canceló.",
    ),
    "conversation.service_level_breached": (
        "Um prazo de atendimento foi perdido.",
        "A service-level target was missed.",
        "Se incumplió un plazo de atención.",
    ),
    "conversation.service_level_warned": (
        "Um prazo de atendimento está perto do fim.",
        "A service-level target comes near.",
        "Un plazo de atención está por vencer.",
    ),
    "conversation.snoozed": (
        "Uma conversa foi adiada.",
        "A conversation was snoozed.",
        "Se pospuso una conversación.",
    ),
    "conversation.transferred": (
        "Uma conversa foi transferida para um atendente ou uma equipe.",
        "A conversation was transferred to an attendant or a team.",
        "Una conversación se transfirió a un agente o un equipo.",
    ),
    "conversation.unassigned": (
        "Uma conversa ficou sem atendente e voltou para a fila.",
        "A conversation lost its attendant and waits in a queue again.",
        "Una conversación quedó sin agente y volvió a la cola.",
    ),
    "conversation.updated": (
        "Outro dado de uma conversa mudou.",
        "Something else about a conversation changed.",
        "Cambió otro dato de una conversación.",
    ),
    "message.deleted": ("Uma mensagem foi apagada.", "A message was deleted.", "Se eliminó un mensaje."),
    "message.edited": ("Uma mensagem foi editada.", "A message was edited.", "Se editó un mensaje."),
    "message.reacted": (
        "Alguém reagiu a uma mensagem, ou tirou a reação.",
        "Somebody reacted to a message, or took the reaction back.",
        "Alguien reaccionó a un mensaje, o quitó la reacción.",
    ),
    "message.received": (
        "Chegou uma mensagem do cliente.",
        "A message came from the customer.",
        "Llegó un mensaje del cliente.",
    ),
    "message.sent": (
        "Uma mensagem foi aceita para envio ao cliente.",
        "A message to the customer was accepted for sending.",
        "Se aceptó un mensaje para enviarlo al cliente.",
    ),
    "message.status_changed": (
        "Uma mensagem foi enviada, entregue, lida, ou falhou.",
        "A message was sent, delivered or read, or has failed.",
        "Un mensaje se envió, se entregó, se leyó o falló.",
    ),
    "message.tagged": (
        "Uma mensagem recebeu uma marcação.",
        "A tag was put on a message.",
        "Un mensaje recibió una marca.",
    ),
    "message.untagged": (
        "Uma marcação foi tirada de uma mensagem.",
        "A tag was removed from a message.",
        "Se quitó una marca de un mensaje.",
    ),
    "message.updated": (
        "Uma mensagem mudou sem que alguém a editasse: um arquivo chegou, por exemplo.",
        "A message changed without being edited: a file has come, for example.",
        "Un mensaje cambió sin que nadie lo editara: llegó un archivo, por ejemplo.",
    ),
    "rating.requested": (
        "O cliente foi convidado a avaliar o atendimento.",
        "The customer was asked for a rating.",
        "Se pidió al cliente que calificara la atención.",
    ),
    "webhook.test": (
        "Um teste, enviado a pedido, para conferir que o endereço recebe.",
        "A test, sent on request, to see that the URL receives.",
        "Una prueba, enviada a pedido, para comprobar que la dirección recibe.",
    ),
}
"""pt-BR, en, es. The test of the catalogue sees to it that none is missing."""
