"""Each raw table with its card, publishers and terms."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from analysis.data_management.cards import Card, Publisher
from analysis.provenance.crate_files import CARD_ENDING, entity_of, sentence_of

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

SHORT: Final = 12
QUOTED: Final = "single figures are quoted; the publisher does not let the data set be passed on"
PASSED_ON: Final = "may be passed on under the terms of its licence"


def describe_tables(crate: ROCrate, cards: Mapping[str, Card]) -> None:
    """Say of each raw table what its card says, and link the card.

    Parameters
    ----------
    cards
        Path of a raw table (`data_raw/<table>.csv`) -> its card.
    """
    for path, card in sorted(cards.items()):
        table = entity_of(crate, path)
        table["name"] = card.title
        table["description"] = sentence_of(card.description)
        table["publisher"] = [_publisher(crate, item) for item in card.publishers]
        table["license"] = _terms(crate, card)
        table["conditionsOfAccess"] = PASSED_ON if card.terms.redistribution else QUOTED
        table["creditText"] = sentence_of(card.citation)
        table["variableMeasured"] = list(card.columns)
        table["subjectOf"] = entity_of(crate, path.removesuffix(".csv") + CARD_ENDING)


def _publisher(crate: ROCrate, publisher: Publisher) -> Any:
    named = f"#publisher-{_key(publisher.name.casefold())}"
    identifier = publisher.address or named
    known = crate.get(identifier)
    if known is not None and known["name"] == publisher.name:
        return known
    entity = {"@id": named if known is not None else identifier, "@type": "Organization"}
    return crate.add_or_update_jsonld({**entity, "name": publisher.name})


def _terms(crate: ROCrate, card: Card) -> Any:
    """Return the licence of a table, one entity for each wording."""
    text = sentence_of(card.terms.licence)
    entity = {"@id": f"#terms-{_key(text)}", "@type": "CreativeWork", "name": text}
    return crate.add_or_update_jsonld(entity)


def _key(text: str) -> str:
    """Return a short identifier that follows from the text alone."""
    return sha256(text.encode()).hexdigest()[:SHORT]
