//! The tables. What came from registers stands in `line` exactly as received; beside it stands what is derived from it,
//! which can be thrown away and derived anew. Every key starts with the merchant, by which a database is spread over
//! machines; only `register_of` says whose a register is.
//!
//! Times are unix seconds (what a till says of its edits: milliseconds), dates days since 1970-01-01, money cents.

use crate::store::Step;

/// How the tables came about. A step that was ever released never changes.
pub const STEPS: &[Step] = &[
    Step {
        name: "merchants and stores",
        statements: &[
            "CREATE TABLE merchant (
                merchant TEXT PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                siren TEXT,
                made INTEGER NOT NULL
            ) STRICT",
            "CREATE TABLE store (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                name TEXT NOT NULL,
                made INTEGER NOT NULL,
                PRIMARY KEY (merchant, store),
                UNIQUE (merchant, name)
            ) STRICT",
        ],
    },
    Step {
        name: "registers",
        statements: &[
            "CREATE TABLE register_of (
                register TEXT PRIMARY KEY,
                merchant TEXT NOT NULL
            ) STRICT",
            "CREATE TABLE register (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                store TEXT NOT NULL,
                label TEXT NOT NULL,
                public_key BLOB NOT NULL,
                enrolled INTEGER NOT NULL,
                revoked INTEGER,
                heard INTEGER NOT NULL,
                protocol INTEGER NOT NULL,
                refused INTEGER NOT NULL,
                size INTEGER NOT NULL,
                state TEXT NOT NULL,
                checkpoint TEXT NOT NULL,
                PRIMARY KEY (merchant, register),
                UNIQUE (merchant, store, label)
            ) STRICT",
            "CREATE TABLE code (
                code BLOB PRIMARY KEY,
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                ends INTEGER NOT NULL,
                replaces TEXT,
                tries INTEGER NOT NULL,
                used INTEGER
            ) STRICT",
        ],
    },
    Step {
        name: "journals",
        statements: &[
            "CREATE TABLE line (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                seq INTEGER NOT NULL,
                hash BLOB NOT NULL,
                kind TEXT NOT NULL,
                bytes BLOB NOT NULL,
                received INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, seq)
            ) STRICT",
            "CREATE TABLE checkpoint (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                size INTEGER NOT NULL,
                root BLOB NOT NULL,
                text TEXT NOT NULL,
                PRIMARY KEY (merchant, register, size)
            ) STRICT",
            "CREATE TABLE edited (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                received INTEGER NOT NULL,
                packed BLOB NOT NULL,
                PRIMARY KEY (merchant, register)
            ) STRICT",
            "CREATE TABLE evidence (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                n INTEGER NOT NULL,
                kind TEXT NOT NULL,
                seq INTEGER NOT NULL,
                bytes BLOB NOT NULL,
                why TEXT NOT NULL,
                received INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, n)
            ) STRICT",
        ],
    },
    Step {
        name: "what is derived from journals",
        statements: &[
            "CREATE TABLE finding (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                seq INTEGER NOT NULL,
                n INTEGER NOT NULL,
                rule TEXT NOT NULL,
                place TEXT NOT NULL,
                expected TEXT NOT NULL,
                found TEXT NOT NULL,
                is_defect INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, seq, n)
            ) STRICT",
            "CREATE TABLE ticket (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                number INTEGER NOT NULL,
                seq INTEGER NOT NULL,
                store TEXT NOT NULL,
                type TEXT NOT NULL,
                day INTEGER NOT NULL,
                hour INTEGER NOT NULL,
                operator TEXT NOT NULL,
                ttc INTEGER NOT NULL,
                about_register TEXT,
                about_number INTEGER,
                PRIMARY KEY (merchant, register, seq)
            ) STRICT",
            "CREATE INDEX ticket_number ON ticket (merchant, register, number)",
            "CREATE INDEX ticket_about ON ticket (merchant, register, about_number)",
            "CREATE TABLE copy (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                original TEXT NOT NULL,
                copies INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, original)
            ) STRICT",
            "CREATE TABLE invoiced (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                of_register TEXT NOT NULL,
                of_number INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, of_register, of_number)
            ) STRICT",
            "CREATE TABLE closing (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                period TEXT NOT NULL,
                seq INTEGER NOT NULL,
                number INTEGER NOT NULL,
                first_day INTEGER NOT NULL,
                last_day INTEGER NOT NULL,
                ttc INTEGER NOT NULL,
                archived INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, period, seq)
            ) STRICT",
        ],
    },
    Step {
        name: "sums of each day",
        statements: &[
            "CREATE TABLE day (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                day INTEGER NOT NULL,
                register TEXT NOT NULL,
                tickets INTEGER NOT NULL,
                sales INTEGER NOT NULL,
                ttc INTEGER NOT NULL,
                ht INTEGER NOT NULL,
                PRIMARY KEY (merchant, store, day, register)
            ) STRICT",
            "CREATE TABLE day_tender (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                day INTEGER NOT NULL,
                register TEXT NOT NULL,
                tender TEXT NOT NULL,
                count INTEGER NOT NULL,
                cents INTEGER NOT NULL,
                PRIMARY KEY (merchant, store, day, register, tender)
            ) STRICT",
            "CREATE TABLE day_rate (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                day INTEGER NOT NULL,
                register TEXT NOT NULL,
                rate INTEGER NOT NULL,
                ttc INTEGER NOT NULL,
                ht INTEGER NOT NULL,
                vat INTEGER NOT NULL,
                PRIMARY KEY (merchant, store, day, register, rate)
            ) STRICT",
        ],
    },
    Step {
        name: "what tills share",
        statements: &[
            "CREATE TABLE feed (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                epoch TEXT NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY (merchant, store)
            ) STRICT",
            "CREATE TABLE record (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                kind TEXT NOT NULL,
                key TEXT NOT NULL,
                number INTEGER NOT NULL,
                body TEXT,
                stamps TEXT NOT NULL,
                PRIMARY KEY (merchant, store, kind, key)
            ) STRICT",
            "CREATE UNIQUE INDEX record_number ON record (merchant, store, number)",
            "CREATE TABLE edit_seen (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                edit TEXT NOT NULL,
                fate TEXT NOT NULL,
                seen INTEGER NOT NULL,
                PRIMARY KEY (merchant, store, edit)
            ) STRICT",
            "CREATE INDEX edit_seen_since ON edit_seen (merchant, store, seen)",
            "CREATE TABLE inbox (
                merchant TEXT NOT NULL,
                store TEXT NOT NULL,
                n INTEGER NOT NULL,
                register TEXT NOT NULL,
                operator TEXT NOT NULL,
                at INTEGER NOT NULL,
                kind TEXT NOT NULL,
                key TEXT NOT NULL,
                fields TEXT NOT NULL,
                theirs TEXT,
                ours TEXT,
                received INTEGER NOT NULL,
                decided INTEGER,
                decision TEXT,
                decided_by TEXT,
                PRIMARY KEY (merchant, store, n)
            ) STRICT",
        ],
    },
    Step {
        name: "what is left on vouchers",
        statements: &[
            "CREATE TABLE voucher_movement (
                merchant TEXT NOT NULL,
                register TEXT NOT NULL,
                code TEXT NOT NULL,
                seq INTEGER NOT NULL,
                payment INTEGER NOT NULL,
                at INTEGER NOT NULL,
                day TEXT NOT NULL,
                kind TEXT NOT NULL,
                amount INTEGER NOT NULL,
                PRIMARY KEY (merchant, register, seq, payment)
            ) STRICT",
            "CREATE INDEX voucher_movement_code ON voucher_movement (merchant, code)",
        ],
    },
];
