"""Codes of mails in words, for the tables of the console: `--json` and `--csv` keep the codes."""

from __future__ import annotations

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "PENDING": "à envoyer",
    "SENT": "parti",
    "FAILED": "en échec",
    "HELD": "retenu",
    "CANCELLED": "sans objet",
}
METHODS: Mapping[str, str] = {
    "REQUEST": "invitation",
    "REPLY": "réponse",
    "CANCEL": "annulation",
    "ADD": "date de plus",
    "REFRESH": "demande de mise à jour",
    "COUNTER": "autre proposition",
    "DECLINECOUNTER": "refus de proposition",
    "PUBLISH": "publication",
}
KINDS: Mapping[str, str] = {
    "imip": "invitation ou réponse",
    "forward": "courriel transmis",
    "digest": "agenda de demain ou de la semaine",
    "reminder": "rappel",
    "hold-reminder": "option qui expire",
    "poll": "sondage de dates",
    "phone-message": "message téléphonique",
    "appointment": "rendez-vous",
    "campaign": "entretien professionnel",
    "campaign-digest": "bilan d'entretiens",
    "unanswered": "relance d'invités",
    "papers": "pièces attendues",
    "tomorrow": "réunion de demain",
    "minutes": "compte rendu",
    "actions": "actions à faire",
    "passage": "heure de passage",
    "deadline-due": "échéance proche",
    "deadline-moved": "échéance reportée",
    "deadline-proposed": "report proposé",
    "deadline-accepted": "report accepté",
    "deadline-declined": "report refusé",
    "deadline-days": "jours de l'échéance changés",
}
DECISIONS: Mapping[str, str] = {
    "applied": "appliqué",
    "ignored": "sans effet",
    "quarantined": "retenu",
    "forwarded": "transmis",
    "bounced": "non-remise",
    "refused": "refusé",
}
SETTLED: Mapping[str, str] = {
    "released": "appliqué ensuite",
    "dropped": "écarté",
    "expired": "effacé sans décision",
}
OF_SENT = {"state": STATES, "method": METHODS, "kind": KINDS}
OF_DECISIONS = {"method": METHODS, "decision": DECISIONS, "settled": SETTLED}
