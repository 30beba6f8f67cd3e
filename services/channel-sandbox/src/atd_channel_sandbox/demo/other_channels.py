"""The conversations of the demonstration beside WhatsApp, as data."""

from atd_channel_sandbox.demo import files
from atd_channel_sandbox.demo.stories import (
    SHOP,
    Story,
    album,
    answers,
    answers_privately,
    answers_story,
    asks,
    attaches,
    closes,
    hides,
    likes,
    mentions_company,
    offers,
    photo,
    place,
    reacts,
    speaks,
    starts,
    takes,
    taps,
    writes,
)


def stories_of_other_channels() -> list[Story]:
    """What is told beside WhatsApp: a few conversations of each channel, by the sample customers."""
    bouquet = (
        writes("Oi! Vi o bot no site de vocês"),
        takes(),
        answers("Oi, Zoë! Que bom. Como posso ajudar?"),
        album(files.flowers, files.modem, text="Queria um destes para sábado"),
        asks("Qual deles?", "O primeiro", "O segundo"),
        taps("O primeiro"),
        place("Parque do Cocó", "Fortaleza", -3.7461, -38.4846),
        answers("Anotado! Sai sábado às 9h. 🌻"),
        likes("❤️"),
        closes("Entrega"),
    )
    change = (
        writes("Boa tarde, o vaso chegou trincado"),
        photo(files.flowers, "vaso.jpg"),
        takes(),
        answers("Sentimos muito, Luiza. Trocamos hoje mesmo."),
        speaks(),
        reacts("👍"),
    )
    return [
        Story(SHOP, "Zoë Ação", "5585987650008", bouquet, channel="telegram"),
        Story(SHOP, "Luiza Tanaka", "5511987650007", change, channel="telegram"),
        *_stories_of_meta(),
    ]


def _stories_of_meta() -> list[Story]:
    order = (
        starts("Começar"),
        takes(),
        answers("Oi, Beatriz! Aqui é a Loja Girassol. O que você procura?"),
        writes("Um presente para minha avó"),
        asks("Para quando?", "Hoje", "Amanhã", "Sábado"),
        taps("Sábado"),
        offers("Separei dois:", "Ver", (("Buquê de girassóis", "R$ 129,90"), ("Doze rosas", "R$ 189,90"))),
        taps("Buquê de girassóis"),
        attaches(files.flowers, "image/jpeg", "girassois.jpg", "Ficou assim!"),
        likes("❤️"),
        closes("Entrega"),
    )
    broken = (
        writes("Boa tarde! O vaso veio quebrado"),
        photo(files.flowers, "vaso.jpg"),
        takes(),
        answers("Sentimos muito, Sebastião. Mandamos outro hoje."),
        speaks(),
        reacts("👍"),
    )
    story = (
        answers_story("Que lindo! Ainda tem desse?"),
        takes(),
        answers("Tem sim, Rafael! 🌻 Quer que a gente separe um?"),
        writes("Quero! Busco amanhã"),
        mentions_company(),
        answers("Obrigado por marcar a gente! 💛"),
        likes("❤️"),
        closes("Entrega"),
    )
    price = (
        writes("Que lindos! Qual o preço do de girassol? 🌻"),
        takes(),
        answers("Oi, Ana! A partir de R$ 129,90. Chamamos você no privado com as opções."),
        answers_privately("Oi, Ana! O de girassol tem três tamanhos: R$ 129,90, R$ 169,90 e R$ 199,90."),
        reacts("👍"),
        closes("Entrega"),
    )
    spam = (writes("Quer mais seguidores? Compre em https://exemplo.test"), takes(), hides())
    return [
        Story(SHOP, "Beatriz Conceição", "5571987650005", order, channel="messenger"),
        Story(SHOP, "Sebastião Albuquerque", "5541987650006", broken, channel="messenger"),
        Story(SHOP, "Rafael Nunes", "5511987650004", story, channel="instagram"),
        Story(SHOP, "Ana Souza", "5511987650001", price, channel="facebook"),
        Story(SHOP, "João Lima", "5521987650002", spam, channel="facebook"),
    ]
