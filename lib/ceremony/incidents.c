/* What to do where something goes wrong at a ceremony. */

#include "ceremony/steps.h"

#include "base/banned.h"

const struct seal_incident seal_incidents[] = {
	{"blocked",
	 {"A PIN is blocked", "Un code est bloqué"},
	 {{"Stop: no further try, on no applet. PIV and FIDO2 have PINs of their own.",
	   "The holder takes the spare token, or a deputy takes the holder's place.",
	   "Write down applet, serial and tries left. The PUK is used later, by the holder, in "
	   "calm.",
	   "A reset of the token destroys the key: never at the table."},
	  {"Arrêter : plus aucun essai, sur aucune application. PIV et FIDO2 ont chacune leur "
	   "code.",
	   "Le porteur prend son jeton de secours, ou un suppléant le remplace.",
	   "Noter application, numéro de série et essais restants. Le code PUK sera saisi plus "
	   "tard, par le "
	   "porteur, au calme.",
	   "Réinitialiser le jeton détruit la clé : jamais à la table."}}},
	{"dead",
	 {"A token is dead or lost", "Un jeton est mort ou perdu"},
	 {{"Try another port and another machine once; then take the spare token.",
	   "Without a spare a deputy comes in; is there still a quorum? Read the list of the plan.",
	   "Afterwards: a rekey in which this one card is replaced. The old one is destroyed in "
	   "front of a witness."},
	  {"Essayer une fois un autre port et une autre machine ; puis prendre le jeton de "
	   "secours.",
	   "Sans secours, un suppléant intervient ; le quorum est-il encore atteint ? Voir la "
	   "liste du plan.",
	   "Ensuite : un renouvellement où cette seule carte est remplacée. L'ancienne est "
	   "détruite devant "
	   "témoin."}}},
	{"missing",
	 {"Somebody does not come", "Une personne manque"},
	 {{"A deputy of the plan takes the place, with a share of his own: nobody lends a token.",
	   "No quorum: adjourn to the date in reserve. What was given is forgotten by itself.",
	   "Write down who, since when, and who was told."},
	  {"Un suppléant du plan prend la place, avec sa propre part : personne ne prête son "
	   "jeton.",
	   "Pas de quorum : ajourner à la date de réserve. Les parts remises s'effacent "
	   "d'elles-mêmes.",
	   "Noter qui, depuis quand, et qui a été prévenu."}}},
	{"wrong",
	 {"A share is refused", "Une part est refusée"},
	 {{"Nothing is lost and nothing is counted: those given before stay.",
	   "Read the line: it names person, set and epoch. Old set, swapped file, other card?",
	   "Fetch the share from the daemon again, or take the custodian's own copy.",
	   "Refused again: this person is absent for today. Keep the file as evidence."},
	  {"Rien n'est perdu ni compté : les parts déjà remises restent.",
	   "Lire la ligne : elle nomme la personne, le jeu et l'époque. Ancien jeu, fichier "
	   "échangé, autre carte ?",
	   "Reprendre la part auprès du serveur, ou la copie du porteur.",
	   "Refusée encore : cette personne est absente pour ce jour. Garder le fichier comme "
	   "preuve."}}},
	{"power",
	 {"Power or a machine fails", "Panne de courant ou de machine"},
	 {{"Two people stay with the tokens until it is over.",
	   "Afterwards give the same command again: it goes on where it was, or says that nothing "
	   "was done.",
	   "seal-status says which set is in force. A half-given quorum is given again.",
	   "Write down times of failure and return."},
	  {"Deux personnes restent auprès des jetons jusqu'au retour.",
	   "Ensuite relancer la même commande : elle reprend, ou dit que rien n'a été fait.",
	   "seal-status dit quel jeu est en vigueur. Un quorum incomplet est remis à nouveau.",
	   "Noter les heures de la panne et du retour."}}},
	{"abort",
	 {"The ceremony is broken off", "La cérémonie est interrompue"},
	 {{"Anybody may say stop. Until the last proof the old set is in force: nothing is lost.",
	   "A rekey is cancelled by who opened it, or by a quorum of the old holders, signed.",
	   "All present sign the record of the abort; a new plan, with a new digest, for another "
	   "day."},
	  {"Chacun peut dire stop. Jusqu'à la dernière preuve l'ancien jeu reste en vigueur : rien "
	   "n'est perdu.",
	   "Un renouvellement est annulé par qui l'a ouvert, ou par un quorum des anciens "
	   "porteurs, signé.",
	   "Tous signent le constat d'interruption ; un nouveau plan, avec une nouvelle empreinte, "
	   "un autre jour."}}},
	{"safe",
	 {"The safe does not open", "Le coffre ne s'ouvre pas"},
	 {{"Nobody forces it alone. Two people stay; the locksmith is accompanied and written "
	   "down.",
	   "Spares lie at another place: fetch them, or adjourn to the site in reserve.",
	   "Seals are looked at again before anything is used."},
	  {"Personne ne force seul. Deux personnes restent ; le serrurier est accompagné et noté.",
	   "Les secours sont en un autre lieu : aller les chercher, ou ajourner sur le site de "
	   "réserve.",
	   "Les scellés sont revérifiés avant tout usage."}}},
	{"duress",
	 {"Somebody is under threat", "Une personne est sous la menace"},
	 {{"A life is worth more than any key: do what is asked.",
	   "As soon as it is safe: any custodian seals the daemon at once with seal-lock.",
	   "Then alarm the security officer; a rekey without the threatened tokens follows."},
	  {"Une vie vaut plus que toute clé : faire ce qui est demandé.",
	   "Dès que possible : n'importe quel porteur scelle le serveur avec seal-lock.",
	   "Puis alerter le RSSI ; un renouvellement sans les jetons menacés suit."}}},
	{0}};
