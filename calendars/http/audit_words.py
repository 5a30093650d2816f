"""What lines of the audit trail are called by those who read them, in French."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.kernel.audit import Deed, Face, Result

DEEDS: Mapping[str, str] = {
    Deed.CREATE: "Création d'un événement, d'une tâche ou d'une note",
    Deed.CHANGE: "Modification",
    Deed.DELETE: "Suppression",
    Deed.RESTORE: "Restauration d'une version antérieure",
    Deed.COPY: "Copie dans un autre agenda",
    Deed.READ: "Lecture d'un contenu protégé",
    Deed.EXPORT: "Export d'un agenda",
    Deed.READ_BUSY: "Consultation des disponibilités",
    Deed.MAKE_CALENDAR: "Création d'un agenda",
    Deed.CHANGE_CALENDAR: "Modification d'un agenda",
    Deed.REMOVE_CALENDAR: "Suppression d'un agenda",
    Deed.DELEGATE: "Délégation accordée",
    Deed.REVOKE_DELEGATION: "Délégation reprise",
    Deed.CHANGE_MEMBERS: "Modification des membres d'un groupe",
    Deed.OPEN_ACCOUNT: "Ouverture d'un compte",
    Deed.CHANGE_ACCOUNT: "Modification d'un compte",
    Deed.DISABLE_ACCOUNT: "Fermeture d'un accès",
    Deed.ENABLE_ACCOUNT: "Réouverture d'un accès",
    Deed.SET_PASSWORD: "Changement de mot de passe",
    Deed.ISSUE_PASSWORD: "Création d'un mot de passe d'application",
    Deed.WITHDRAW_PASSWORD: "Retrait d'un mot de passe d'application",
    Deed.ISSUE_LINK: "Création d'un lien d'abonnement",
    Deed.WITHDRAW_LINK: "Retrait d'un lien d'abonnement",
    Deed.SIGN_IN: "Connexion",
    Deed.ACCESS: "Demande d'accès",
    Deed.DELIVER: "Remise d'une invitation ou d'une réponse",
    Deed.HOLD: "Messages retenus",
    Deed.RELEASE: "Messages retenus libérés",
    Deed.SET_WORKING_TIME: "Réglage du temps de travail",
    Deed.SET_DIRECTORY: "Réglage des sites et des trajets",
    Deed.SET_WEBHOOKS: "Réglage des programmes prévenus",
    Deed.NOTE_REFERENCE: "Référence externe notée",
    Deed.REMOVE_REFERENCE: "Référence externe retirée",
    Deed.SET_GUARD: "Réglage des mots et des noms qui ne partent pas",
    Deed.OVERRIDE: "Passage outre un conflit, avec un motif",
    Deed.CHOOSE: "Choix d'un créneau proposé",
    Deed.APPROVE: "Réservation ou proposition acceptée",
    Deed.DECLINE: "Réservation ou proposition refusée",
    Deed.VALIDATE: "Validation d'un compte rendu",
    Deed.DISTRIBUTE: "Diffusion d'un compte rendu",
    Deed.SEND_MAIL: "Envoi d'un message",
    Deed.RECEIVE_MAIL: "Réception d'un message",
    Deed.READ_AUDIT: "Consultation du journal",
    Deed.BACKUP: "Sauvegarde",
    Deed.RESTORE_BACKUP: "Rétablissement d'une sauvegarde",
    Deed.PURGE: "Effacement à l'échéance",
}

FACES: Mapping[str, str] = {
    Face.CALDAV: "logiciel d'agenda",
    Face.REST: "interface JSON",
    Face.CLI: "console du serveur",
    Face.MAIL: "courriel",
    Face.LINK: "lien secret",
    Face.JOB: "tâche automatique",
    Face.SERVICE: "service",
}

RESULTS: Mapping[str, str] = {Result.DONE: "fait", Result.REFUSED: "refusé"}


def deed_label(deed: str) -> str:
    """A deed in words; one of a later version of the service keeps its code."""
    return DEEDS.get(deed, deed)
