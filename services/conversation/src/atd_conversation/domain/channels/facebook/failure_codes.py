"""What attendants read of the Graph API's refusals of public comments. Source: Meta's Pages API (v25.0)."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.channels.meta_failure_codes import ACCOUNT_CODES
from atd_conversation.domain.channels.meta_failure_codes import BY_CODE as IN_PRIVATE
from atd_conversation.domain.failure_texts import FailureText

_TOO_FAST = FailureText(
    "too_many_messages",
    "A página publicou comentários depressa demais e o Facebook segurou este: ele não apareceu. Espere alguns minutos "
    "e reenvie.",
    "The page wrote comments too fast and Facebook held this one back: it did not appear. Wait a few minutes and send "
    "it again.",
    "La página publicó comentarios demasiado rápido y Facebook retuvo este: no apareció. Espere unos minutos y "
    "reenvíelo.",
    retryable=True,
)

BY_CODE: Mapping[str, FailureText] = MappingProxyType(
    {
        **ACCOUNT_CODES,
        "reaction_not_supported": IN_PRIVATE["reaction_not_supported"],
        "33": FailureText(
            "comment_gone",
            "O comentário ou a publicação não existe mais no Facebook, e a resposta não apareceu. Se ainda for "
            "preciso, fale com a pessoa em particular.",
            "The comment or the post does not exist on Facebook any more, and the answer did not appear. If it is "
            "still needed, reach the person in private.",
            "El comentario o la publicación ya no existe en Facebook y la respuesta no apareció. Si aún hace falta, "
            "hable con la persona en privado.",
            retryable=False,
        ),
        "1390008": _TOO_FAST,
        "1772107": FailureText(
            "send_uncertain",
            "O Facebook não confirmou o comentário: ele pode ter aparecido mesmo assim. Olhe a publicação antes de "
            "reenviar, para que não apareça duas vezes.",
            "Facebook did not confirm the comment: it may have appeared all the same. Look at the post before you "
            "send it again, so that it does not appear twice.",
            "Facebook no confirmó el comentario: puede haber aparecido igualmente. Mire la publicación antes de "
            "reenviarlo, para que no aparezca dos veces.",
            retryable=True,
        ),
    }
)

BY_CLASS: Mapping[str, FailureText] = MappingProxyType(
    {
        "recipient": FailureText(
            "comment_gone",
            "O Facebook não encontra o que seria respondido, ou não aceita respostas ali: o comentário não apareceu. "
            "Olhe a publicação ou fale com a pessoa em particular.",
            "Facebook does not find what is answered, or takes no answers there: the comment did not appear. Look at "
            "the post, or reach the person in private.",
            "Facebook no encuentra lo que se responde, o no acepta respuestas allí: el comentario no apareció. Mire "
            "la publicación o hable con la persona en privado.",
        ),
        "request": FailureText(
            "not_accepted",
            "O Facebook não aceitou o conteúdo deste comentário, e ele não apareceu. Mude o texto e envie de novo.",
            "Facebook did not accept the content of this comment, and it did not appear. Change the text and send it "
            "again.",
            "Facebook no aceptó el contenido de este comentario y no apareció. Cambie el texto y envíelo de nuevo.",
        ),
    }
)
"""By class, where a comment in public is told otherwise than a message."""
