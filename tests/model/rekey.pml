/* The rekey of a seal daemon (sealkit-api(5)) as seen from outside: who may do what, in which order, with the
   daemon dying at any point. What a custodian, a stranger or the network may send is sent in every order.

   One d_step that touches what is stored is one transaction of the store. What is in memory is lost by a crash;
   what is stored is not. A message is FRESH, made by its sender for this very session or pending set; STALE, the
   same for an earlier one and sent again by somebody; or WRONG, anything else. Cryptography is taken as perfect:
   nobody makes a FRESH message in another's name.

   Each claim is at the end. BROKEN_x builds a daemon with one fault, by which a claim must fail: model-rekey.sh. */

#define OLDS 3	 /* holders of the set in force at first: they give shares */
#define QUORUM 2 /* of them */
#ifndef SIGNERS
#define SIGNERS 2 /* the first of them, who sign plans; up to 3, for who has the time */
#endif
#define NEWS 3	 /* holders of each new set */
#define ENOUGH 2 /* of them open it */
#define OLD OLDS
#define NONE (OLDS + 1)
#define RETIRED OLDS /* a holder of an earlier set: has a card and a share, both of no use */
#define BIT(i) (1 << (i))
#define ALL_NEW (BIT(NEWS) - 1)
#define COUNT(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1))

mtype = { FRESH, STALE, WRONG };

/* Stored. conf: the set of configuration and manifest; wrap: by whose unseal key the root key is wrapped; ring: by
   whose root key the keyring. A new set is named by the signer of its plan. */
byte conf = OLD, wrap = OLD, ring = OLD;
byte pend = NONE;	/* the pending set */
byte proof;		/* its holders who have proved */

/* In memory. A signer has one session; version: of his plan, 0 where he has none. given: shares, from the first of
   which its clock runs. */
bool up = true;
byte version[SIGNERS], given[SIGNERS];
bool late[SIGNERS];	/* the next tick ends it */

/* In the world: who signed for a cancel of what is pending. */
byte votes;

/* Seen by nobody but the claims. */
byte meant[SIGNERS];	/* shares that their holders gave to this session, for this plan */
byte opened;		/* holders of the pending set whose tokens opened their shares */
byte acknowledged;	/* those who were told that their proof is there */
bool touched, early, intruded, forged, replaced; /* what must not be: see the claims */

#define SET_OPENS(s) (conf == (s) && wrap == (s) && ring == (s))
#define OLD_OPENS SET_OPENS(OLD)
#define NEW_OPENS (conf != OLD && SET_OPENS(conf) && COUNT(opened) >= ENOUGH)
#ifdef BROKEN_SECOND
#define READY (up && conf == OLD)
#else
#define READY (up && conf == OLD && pend == NONE) /* sessions are served */
#endif

#ifdef HONEST
byte crashes = 1, ticks = 2;
#define MAY_CRASH (crashes > 0)
#define MAY_TICK (ticks > 0)
#define CRASHED crashes--
#define TICKED ticks--
#else
#define MAY_CRASH true
#define MAY_TICK true
#define CRASHED skip
#define TICKED skip
#endif

inline drop(s)
{
	version[s] = 0;
	given[s] = 0;
	meant[s] = 0;
	late[s] = false
}

inline drop_all()
{
	drop(0);
	drop(1);
#if SIGNERS > 2
	drop(2)
#endif
}

inline drop_pending()
{
	pend = NONE;
	proof = 0;
	opened = 0;
	acknowledged = 0;
	votes = 0
}

inline crash()
{
	d_step {
		CRASHED;
		up = false;
		drop_all();
#ifdef BROKEN_PROOFS_IN_MEMORY
		proof = 0;
#endif
#ifdef BROKEN_PENDING_IN_MEMORY
		pend = NONE;
		proof = 0;
#endif
	}
}

/* Between two steps of a request. Who asked gets no answer. */
#define CRASH_POINT                           \
	if                                    \
	:: MAY_CRASH -> crash(); goto again   \
	:: true                               \
	fi

/* A plan of `signer`, sent by anybody: a plan is public once it is signed. The newer of two takes the place of the
   older; the same again changes nothing, and the older is refused, else whoever has kept it could end the newer. */
#ifdef BROKEN_ONE_SLOT /* as Vault: the first who asks has the only session */
#define FREE(signer) (version[0] + version[1] == version[signer])
#else
#define FREE(signer) true
#endif
#ifdef BROKEN_OLDER_STAYS /* one session a signer, whichever came first */
#define NEWER(signer, v) (version[signer] == 0)
#else
#ifdef BROKEN_OLDER_REPLACES
#define NEWER(signer, v) (version[signer] != (v))
#else
#define NEWER(signer, v) (version[signer] < (v))
#endif
#endif
#ifdef BROKEN_RETIRED_OPENS
#define SIGNS(signer) ((signer) <= RETIRED)
#define SLOT(signer) ((signer) % SIGNERS)
#else
#define SIGNS(signer) ((signer) < SIGNERS)
#define SLOT(signer) (signer)
#endif
inline open(signer, v)
{
	if
	:: READY && SIGNS(signer) && FREE(SLOT(signer)) && NEWER(SLOT(signer), v) ->
		d_step {
			intruded = intruded || signer == RETIRED || version[SLOT(signer)] > v;
			drop(SLOT(signer));
			version[SLOT(signer)] = v
		}
	:: else
	fi
}

/* The opener, signed; for sessions that is enough, as nobody needs another's to be gone. */
inline cancel_session(s, who)
{
	if
#ifdef BROKEN_RESET
	:: up && version[s] > 0 ->
#else
	:: up && version[s] > 0 && who == s ->
#endif
		d_step {
			intruded = intruded || who != s;
			drop(s)
		}
	:: else
	fi
}

/* The share of holder i for plan (s, v), with that plan signed by his token, as the plan that he saw. */
#ifdef BROKEN_BAIT /* a share goes to whatever plan is there by now */
#define SAME_PLAN(s, v) (version[s] > 0)
#else
#define SAME_PLAN(s, v) (version[s] == (v))
#endif
#ifdef BROKEN_REPLAY /* not bound to this session */
#define IS_SHARE(kind) ((kind) != WRONG)
#else
#ifdef BROKEN_PROGRESS /* looked at only when all are there */
#define IS_SHARE(kind) true
#else
#define IS_SHARE(kind) ((kind) == FRESH)
#endif
#endif
inline give(s, v, i, kind)
{
	byte was_given, was_pend;
	bool was_late;

	d_step {
		was_given = given[s];
		was_late = late[s];
		was_pend = pend;
		if
		:: READY && SAME_PLAN(s, v) && IS_SHARE(kind) && (given[s] & BIT(i)) == 0 ->
			late[s] = late[s] && given[s] != 0;
			given[s] = given[s] | BIT(i)
		:: else ->
#ifdef BROKEN_CLOCK
			late[s] = false;
#endif
			skip
		fi;
		if
		:: READY && version[s] == v && kind == FRESH -> meant[s] = meant[s] | BIT(i)
		:: else -> touched = touched || given[s] != was_given || late[s] != was_late || pend != was_pend
		fi;
		was_given = 0;
		was_late = false;
		was_pend = 0
	}
	if
	:: up && COUNT(given[s]) >= QUORUM ->
		CRASH_POINT;
		/* The unseal key is combined and opens the root key; new key, split, sealed: stored as one entry. */
		d_step {
			forged = forged || COUNT(meant[s]) < QUORUM;
			replaced = replaced || pend != NONE;
			drop_pending();
			pend = s
		}
		CRASH_POINT;
#ifndef BROKEN_SECOND
		d_step { drop_all() }
#else
		d_step { drop(s) }
#endif
	:: else
	fi
}

/* That holder j of the pending set opened the share. The last one is the switch. */
#ifdef BROKEN_THRESHOLD /* as Vault: as many as open it */
#define IS_LAST(j) (COUNT(proof | BIT(j)) >= ENOUGH)
#else
#define IS_LAST(j) ((proof | BIT(j)) == ALL_NEW)
#endif
#ifdef BROKEN_STALE_PROOF /* not bound to this set */
#define IS_PROOF(kind) ((kind) != WRONG)
#else
#define IS_PROOF(kind) ((kind) == FRESH)
#endif
inline prove(j, kind)
{
	if
	:: kind == FRESH && pend != NONE -> opened = opened | BIT(j)
	:: else
	fi;
	if
	:: up && pend != NONE && IS_PROOF(kind) && IS_LAST(j) ->
		CRASH_POINT;
#ifdef BROKEN_TWO_TRANSACTIONS
		d_step { ring = pend }
		CRASH_POINT;
#endif
		d_step {
			early = early || opened != ALL_NEW;
			conf = pend;
			wrap = pend;
			ring = pend;
			pend = NONE;
			proof = 0;
			acknowledged = 0;
			votes = 0
		}
		CRASH_POINT
	:: up && pend != NONE && IS_PROOF(kind) && !IS_LAST(j) ->
		CRASH_POINT;
		proof = proof | BIT(j);
		CRASH_POINT;
		acknowledged = acknowledged | BIT(j)
	:: else
	fi
}

/* Sent by anybody, with the signatures that were made for a cancel of this pending set. */
#define IS_ENTITLED (((votes & BIT(pend)) != 0) || COUNT(votes) >= QUORUM)
inline cancel_pending()
{
	if
#ifdef BROKEN_CANCEL /* CVE-2025-4656 */
	:: up && pend != NONE ->
#else
#ifdef BROKEN_RETIRED_CANCELS
	:: up && pend != NONE && (IS_ENTITLED || COUNT(votes) + (votes >> RETIRED) >= QUORUM) ->
#else
	:: up && pend != NONE && IS_ENTITLED ->
#endif
#endif
		d_step {
			intruded = intruded || !IS_ENTITLED;
			drop_pending()
		}
	:: else
	fi
}

/* By who can: the holders of the set that opens it. */
inline unseal(is_old)
{
	if
	:: !up && (is_old -> OLD_OPENS : NEW_OPENS) -> up = true
	:: else
	fi
}

inline sign_cancel(i)
{
	if
	:: conf == OLD && pend != NONE -> votes = votes | BIT(i)
	:: else
	fi
}

#define PICK(x, a, b) if :: x = a :: x = b fi
#define PICK3(x, a, b, c) if :: x = a :: x = b :: x = c fi
#if SIGNERS > 2
#define PICK_SESSION(s) PICK3(s, 0, 1, 2)
#else
#define PICK_SESSION(s) PICK(s, 0, 1)
#endif

/* An old holder does anything in his own name, for others' plans too; the newer plan or the older one. */
proctype custodian(byte i)
{
	byte s, v;

again:	do
	:: atomic {
		if
		:: i < SIGNERS -> PICK(v, 1, 2); open(i, v)
		:: true -> PICK_SESSION(s); PICK(v, 1, 2); give(s, v, i, FRESH)
		:: true -> PICK_SESSION(s); cancel_session(s, i)
		:: true -> sign_cancel(i)
		:: true -> cancel_pending()
		:: true -> unseal(true)
		fi;
		s = 0;
		v = 0
	   }
	od
}

/* Who holds nothing of the set: sends again what he saw of others, and what he makes up. A retired holder has more,
   his own card: it signs plans and cancels, and his share is WRONG. */
proctype stranger()
{
	byte s, v, i;

again:	do
	:: atomic {
		if
		:: true -> PICK_SESSION(s); PICK(v, 1, 2); open(s, v)
		:: true -> PICK(v, 1, 2); open(RETIRED, v)
		:: true -> PICK_SESSION(s); PICK(v, 1, 2); PICK3(i, 0, 1, 2); give(s, v, i, STALE)
		:: true -> PICK_SESSION(s); PICK(v, 1, 2); PICK3(i, 0, 1, 2); give(s, v, i, WRONG)
		:: true -> PICK3(i, 0, 1, 2); prove(i, STALE)
		:: true -> PICK3(i, 0, 1, 2); prove(i, WRONG)
		:: true -> PICK_SESSION(s); cancel_session(s, RETIRED)
		:: true -> sign_cancel(RETIRED)
		:: true -> cancel_pending()
		fi;
		s = 0;
		v = 0;
		i = 0
	   }
	od
}

proctype holder(byte j)
{
again:	do
	:: atomic { pend != NONE -> prove(j, FRESH) }
	:: atomic { !up && NEW_OPENS -> unseal(false) }
	od
}

/* Crashes while no request is served, and time. */
proctype world()
{
	byte s;

	do
	:: atomic { up && MAY_CRASH -> crash() }
	:: atomic {
		MAY_TICK && pend != NONE && conf == OLD -> d_step { TICKED; drop_pending() }
	   }
	:: atomic {
		MAY_TICK -> PICK_SESSION(s);
		if
		:: up && version[s] > 0 ->
			d_step {
				TICKED;
				if
				:: late[s] -> drop(s)
				:: else -> late[s] = true
				fi
			}
		:: else
		fi;
		s = 0
	   }
	od
}

#ifdef HONEST
/* Two custodians want the newer plan of the first, and nothing else; so do its holders. All others do what they like. */
proctype honest(byte i)
{
again:	do
	:: atomic { i == 0 && READY && version[0] != 2 -> open(0, 2) }
	:: atomic { READY && version[0] == 2 && (given[0] & BIT(i)) == 0 -> give(0, 2, i, FRESH) }
	:: atomic { !up && OLD_OPENS -> unseal(true) }
	od
}
#endif

init
{
	atomic {
#ifdef HONEST
		run honest(0);
		run honest(2);
#else
		run custodian(0);
		run custodian(2);
#endif
		run custodian(1);
		run stranger();
		run holder(0);
		run holder(1);
		run holder(2);
		run world()
	}
}

/* The old or the new set opens the daemon, at each moment; never neither, never a mix of both. */
ltl opens { [] (OLD_OPENS || NEW_OPENS) }
/* No switch before each new holder has shown that the own token opens the own share of this very set. */
ltl proved { [] !early }
/* No session and no pending set is opened, ended or reset but by who may. */
ltl outsiders { [] !intruded }
/* A share that is refused changes nothing: no progress, no clock. */
ltl refused { [] !touched }
/* What is pending was wanted by an old quorum: each gave a share for this plan, in this session. */
ltl meant { [] !forged }
/* Nothing takes the place of a pending set. */
ltl first { [] !replaced }
/* Who was told that the proof is there need not come again, unless all of it was cancelled or took too long. */
ltl kept { [] ((acknowledged & ~proof) == 0) }
/* HONEST: nobody occupies anything: an old quorum and the new holders get done, whatever others do, after a crash
   and lost time, too. */
ltl finish { <> (conf == 0) }
